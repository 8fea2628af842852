import type { t } from "../en/search";
import type { Translation } from "../texts";

export const search: Translation<typeof t> = {};
