import type { t } from "../en/attachments";
import type { Translation } from "../texts";

export const attachments: Translation<typeof t> = {
  toAttach: "Arquivos para anexar",
  attach: "Anexar arquivos",
  list: "Arquivos",
  open: "Abrir {name}",
  toBeSent: "Arquivos a enviar",
  uploading: "Enviando {name}",
  retry: "Tentar de novo",
  remove: "Remover {name}",
  unreadable: "Não é possível ler a resposta do servidor.",
  noRoom: "É possível adicionar arquivos quando uma sala está aberta.",
  notHere: "Não é possível adicionar arquivos aqui. {why}",
  folder: "Não é possível adicionar uma pasta. Adicione os arquivos que estão nela.",
  folders: "Não é possível adicionar pastas. Adicione os arquivos que estão nelas.",
  notFolders: "Os arquivos foram adicionados; pastas não podem ser.",
  added: "{count, plural, one {# arquivo foi adicionado à sua próxima mensagem em {room}.} many {# de arquivos foram adicionados à sua próxima mensagem em {room}.} other {# arquivos foram adicionados à sua próxima mensagem em {room}.}}",
  drop: "Solte os arquivos para adicioná-los à sua mensagem em {room}",
  tooMany: "Uma mensagem aceita no máximo {most, number} arquivos.",
  empty: "“{name}” está vazio e não foi adicionado.",
  tooLarge: "“{name}” não foi adicionado: tem {size}, e um arquivo pode ter {most}.",
  files: "{count, plural, one {# arquivo} many {# de arquivos} other {# arquivos}}",
  spoken: "{name}: {text}",
  spokenFiles: "{count, plural, one {{name} enviou # arquivo: {files}} many {{name} enviou # de arquivos: {files}} other {{name} enviou # arquivos: {files}}}",
  spokenWithFiles: "{count, plural, one {{name}: {text} (com # arquivo: {files})} many {{name}: {text} (com # de arquivos: {files})} other {{name}: {text} (com # arquivos: {files})}}",
};
