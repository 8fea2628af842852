// What the page says in this language: a file of its own in a build, loaded by language.ts.

import { admin } from "./pt-BR/admin";
import { alerts } from "./pt-BR/alerts";
import { attachments } from "./pt-BR/attachments";
import { banner } from "./pt-BR/banner";
import { chat } from "./pt-BR/chat";
import { composer } from "./pt-BR/composer";
import { details } from "./pt-BR/details";
import { emoji } from "./pt-BR/emoji";
import { errors } from "./pt-BR/errors";
import { feeds } from "./pt-BR/feeds";
import { filters } from "./pt-BR/filters";
import { keys } from "./pt-BR/keys";
import { lightbox } from "./pt-BR/lightbox";
import { markdown } from "./pt-BR/markdown";
import { offline } from "./pt-BR/offline";
import { page } from "./pt-BR/page";
import { previews } from "./pt-BR/previews";
import { profile } from "./pt-BR/profile";
import { push } from "./pt-BR/push";
import { readers } from "./pt-BR/readers";
import { rooms } from "./pt-BR/rooms";
import { search } from "./pt-BR/search";
import { session } from "./pt-BR/session";
import { sessions } from "./pt-BR/sessions";
import { settings } from "./pt-BR/settings";
import { threads } from "./pt-BR/threads";
import { time } from "./pt-BR/time";
import { timeline } from "./pt-BR/timeline";
import { ui } from "./pt-BR/ui";
import { unsent } from "./pt-BR/unsent";
import { versions } from "./pt-BR/versions";
import { ways } from "./pt-BR/ways";

export default {
  admin,
  alerts,
  attachments,
  banner,
  chat,
  composer,
  details,
  emoji,
  errors,
  feeds,
  filters,
  keys,
  lightbox,
  markdown,
  offline,
  page,
  previews,
  profile,
  push,
  readers,
  rooms,
  search,
  session,
  sessions,
  settings,
  threads,
  time,
  timeline,
  ui,
  unsent,
  versions,
  ways,
};
