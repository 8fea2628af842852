import type { t } from "../en/push";
import type { Translation } from "../texts";

export const push: Translation<typeof t> = {};
