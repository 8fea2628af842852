import type { t } from "../en/alerts";
import type { Translation } from "../texts";

export const alerts: Translation<typeof t> = {};
