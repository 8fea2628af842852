import type { t } from "../en/profile";
import type { Translation } from "../texts";

export const profile: Translation<typeof t> = {
  reading: "Leyendo su perfil",
  failed: "No se ha podido leer su perfil",
  noConnection: "Sin conexión: ahora no se puede cambiar nada.",
  name: "Nombre visible",
  nameHint: "Lo que ven los demás. Si lo deja vacío, vuelve a ser {name}.",
  nameHintAccount: "Lo que ven los demás. Seguirá iniciando sesión como {name}; si lo deja vacío, vuelve a ser ese nombre.",
  badName: "Este nombre no es posible. Tiene como máximo {most, number} caracteres, al menos uno de ellos visible, y ninguno que controle el texto o cambie su dirección.",
  saved: "Guardado.",
  status: "Estado",
  statusAbout: "Vale en todos sus dispositivos hasta que lo cambie.",
  onlineText: "Los demás ven si está aquí.",
  dndText: "Sus dispositivos no reciben notificaciones push. Las páginas abiertas siguen avisándole.",
  invisibleText: "Los demás le ven desconectado. Lo que haga en una sala lo ven igualmente.",
  password: "Contraseña",
  passwordAbout: "Una contraseña nueva finaliza todas sus sesiones, también esta: después iniciará sesión con ella. Lo que haya escrito en cualquier sitio sin enviar se pierde.",
  present: "Contraseña actual",
  next: "Contraseña nueva",
  nextHint: "Al menos {least, number} caracteres. Lo mejor son varias palabras que no haya usado en ningún otro sitio.",
  badPassword: "Una contraseña tiene de {least, number} a {most, number} caracteres.",
  wrongPassword: "Esta no es su contraseña actual.",
  show: "Mostrar las contraseñas",
  change: "Cambiar la contraseña",
};
