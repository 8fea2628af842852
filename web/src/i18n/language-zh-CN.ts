// What the page says in this language: a file of its own in a build, loaded by language.ts.

import { admin } from "./zh-CN/admin";
import { alerts } from "./zh-CN/alerts";
import { attachments } from "./zh-CN/attachments";
import { banner } from "./zh-CN/banner";
import { chat } from "./zh-CN/chat";
import { composer } from "./zh-CN/composer";
import { details } from "./zh-CN/details";
import { emoji } from "./zh-CN/emoji";
import { errors } from "./zh-CN/errors";
import { feeds } from "./zh-CN/feeds";
import { filters } from "./zh-CN/filters";
import { keys } from "./zh-CN/keys";
import { lightbox } from "./zh-CN/lightbox";
import { markdown } from "./zh-CN/markdown";
import { offline } from "./zh-CN/offline";
import { page } from "./zh-CN/page";
import { previews } from "./zh-CN/previews";
import { profile } from "./zh-CN/profile";
import { push } from "./zh-CN/push";
import { readers } from "./zh-CN/readers";
import { rooms } from "./zh-CN/rooms";
import { search } from "./zh-CN/search";
import { session } from "./zh-CN/session";
import { sessions } from "./zh-CN/sessions";
import { settings } from "./zh-CN/settings";
import { threads } from "./zh-CN/threads";
import { time } from "./zh-CN/time";
import { timeline } from "./zh-CN/timeline";
import { ui } from "./zh-CN/ui";
import { unsent } from "./zh-CN/unsent";
import { versions } from "./zh-CN/versions";
import { ways } from "./zh-CN/ways";

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
