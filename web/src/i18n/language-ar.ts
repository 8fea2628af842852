// What the page says in this language: a file of its own in a build, loaded by language.ts.

import { admin } from "./ar/admin";
import { alerts } from "./ar/alerts";
import { attachments } from "./ar/attachments";
import { banner } from "./ar/banner";
import { chat } from "./ar/chat";
import { composer } from "./ar/composer";
import { details } from "./ar/details";
import { emoji } from "./ar/emoji";
import { errors } from "./ar/errors";
import { feeds } from "./ar/feeds";
import { filters } from "./ar/filters";
import { keys } from "./ar/keys";
import { lightbox } from "./ar/lightbox";
import { markdown } from "./ar/markdown";
import { offline } from "./ar/offline";
import { page } from "./ar/page";
import { previews } from "./ar/previews";
import { profile } from "./ar/profile";
import { push } from "./ar/push";
import { readers } from "./ar/readers";
import { rooms } from "./ar/rooms";
import { search } from "./ar/search";
import { session } from "./ar/session";
import { sessions } from "./ar/sessions";
import { settings } from "./ar/settings";
import { threads } from "./ar/threads";
import { time } from "./ar/time";
import { timeline } from "./ar/timeline";
import { ui } from "./ar/ui";
import { unsent } from "./ar/unsent";
import { versions } from "./ar/versions";
import { ways } from "./ar/ways";

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
