// What the page says in this language: a file of its own in a build, loaded by language.ts.

import { admin } from "./es/admin";
import { alerts } from "./es/alerts";
import { attachments } from "./es/attachments";
import { banner } from "./es/banner";
import { chat } from "./es/chat";
import { composer } from "./es/composer";
import { details } from "./es/details";
import { emoji } from "./es/emoji";
import { errors } from "./es/errors";
import { feeds } from "./es/feeds";
import { filters } from "./es/filters";
import { keys } from "./es/keys";
import { lightbox } from "./es/lightbox";
import { markdown } from "./es/markdown";
import { offline } from "./es/offline";
import { page } from "./es/page";
import { previews } from "./es/previews";
import { profile } from "./es/profile";
import { push } from "./es/push";
import { readers } from "./es/readers";
import { rooms } from "./es/rooms";
import { search } from "./es/search";
import { session } from "./es/session";
import { sessions } from "./es/sessions";
import { settings } from "./es/settings";
import { threads } from "./es/threads";
import { time } from "./es/time";
import { timeline } from "./es/timeline";
import { ui } from "./es/ui";
import { unsent } from "./es/unsent";
import { versions } from "./es/versions";
import { ways } from "./es/ways";

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
