import type { t } from "../en/readers";
import type { Translation } from "../texts";

export const readers: Translation<typeof t> = {
  title: "من قرأها",
  nobody: "لم يقرأها أحد بعد.",
  count: "{count, plural, zero {لم يقرأها أحد.} one {قرأها شخص واحد.} two {قرأها شخصان.} few {قرأها # أشخاص.} many {قرأها # شخصًا.} other {قرأها # شخص.}}",
  deliveredTo: "وصلت إلى",
  moreHaveIt: "{count, plural, zero {لم تصل إلى غيرهم.} one {ووصلت إلى شخص آخر.} two {ووصلت إلى شخصين آخرين.} few {ووصلت إلى # أشخاص آخرين.} many {ووصلت إلى # شخصًا آخر.} other {ووصلت إلى # شخص آخر.}}",
};
