// What the page says in this language: a file of its own in a build, loaded by language.ts.

import { admin } from "./fr/admin";
import { alerts } from "./fr/alerts";
import { attachments } from "./fr/attachments";
import { banner } from "./fr/banner";
import { chat } from "./fr/chat";
import { composer } from "./fr/composer";
import { details } from "./fr/details";
import { emoji } from "./fr/emoji";
import { errors } from "./fr/errors";
import { feeds } from "./fr/feeds";
import { filters } from "./fr/filters";
import { keys } from "./fr/keys";
import { lightbox } from "./fr/lightbox";
import { markdown } from "./fr/markdown";
import { offline } from "./fr/offline";
import { page } from "./fr/page";
import { previews } from "./fr/previews";
import { profile } from "./fr/profile";
import { push } from "./fr/push";
import { readers } from "./fr/readers";
import { rooms } from "./fr/rooms";
import { search } from "./fr/search";
import { session } from "./fr/session";
import { sessions } from "./fr/sessions";
import { settings } from "./fr/settings";
import { threads } from "./fr/threads";
import { time } from "./fr/time";
import { timeline } from "./fr/timeline";
import { ui } from "./fr/ui";
import { unsent } from "./fr/unsent";
import { versions } from "./fr/versions";
import { ways } from "./fr/ways";

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
