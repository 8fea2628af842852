import type { t } from "../en/threads";
import type { Translation } from "../texts";

export const threads: Translation<typeof t> = {};
