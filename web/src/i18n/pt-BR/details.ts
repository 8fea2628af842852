import type { t } from "../en/details";
import type { Translation } from "../texts";

export const details: Translation<typeof t> = {};
