import type { t } from "../en/admin";
import type { Translation } from "../texts";

export const admin: Translation<typeof t> = {};
