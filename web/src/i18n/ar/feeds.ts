import type { t } from "../en/feeds";
import type { Translation } from "../texts";

export const feeds: Translation<typeof t> = {};
