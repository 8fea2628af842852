import type { t } from "../en/timeline";
import type { Translation } from "../texts";

export const timeline: Translation<typeof t> = {};
