// What the page says in this language: a file of its own in a build, loaded by language.ts.

import { admin } from "./de/admin";
import { alerts } from "./de/alerts";
import { attachments } from "./de/attachments";
import { banner } from "./de/banner";
import { chat } from "./de/chat";
import { composer } from "./de/composer";
import { details } from "./de/details";
import { emoji } from "./de/emoji";
import { errors } from "./de/errors";
import { feeds } from "./de/feeds";
import { filters } from "./de/filters";
import { keys } from "./de/keys";
import { lightbox } from "./de/lightbox";
import { markdown } from "./de/markdown";
import { offline } from "./de/offline";
import { page } from "./de/page";
import { previews } from "./de/previews";
import { profile } from "./de/profile";
import { push } from "./de/push";
import { readers } from "./de/readers";
import { rooms } from "./de/rooms";
import { search } from "./de/search";
import { session } from "./de/session";
import { sessions } from "./de/sessions";
import { settings } from "./de/settings";
import { threads } from "./de/threads";
import { time } from "./de/time";
import { timeline } from "./de/timeline";
import { ui } from "./de/ui";
import { unsent } from "./de/unsent";
import { versions } from "./de/versions";
import { ways } from "./de/ways";

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
