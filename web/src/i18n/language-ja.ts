// What the page says in this language: a file of its own in a build, loaded by language.ts.

import { admin } from "./ja/admin";
import { alerts } from "./ja/alerts";
import { attachments } from "./ja/attachments";
import { banner } from "./ja/banner";
import { chat } from "./ja/chat";
import { composer } from "./ja/composer";
import { details } from "./ja/details";
import { emoji } from "./ja/emoji";
import { errors } from "./ja/errors";
import { feeds } from "./ja/feeds";
import { filters } from "./ja/filters";
import { keys } from "./ja/keys";
import { lightbox } from "./ja/lightbox";
import { markdown } from "./ja/markdown";
import { offline } from "./ja/offline";
import { page } from "./ja/page";
import { previews } from "./ja/previews";
import { profile } from "./ja/profile";
import { push } from "./ja/push";
import { readers } from "./ja/readers";
import { rooms } from "./ja/rooms";
import { search } from "./ja/search";
import { session } from "./ja/session";
import { sessions } from "./ja/sessions";
import { settings } from "./ja/settings";
import { threads } from "./ja/threads";
import { time } from "./ja/time";
import { timeline } from "./ja/timeline";
import { ui } from "./ja/ui";
import { unsent } from "./ja/unsent";
import { versions } from "./ja/versions";
import { ways } from "./ja/ways";

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
