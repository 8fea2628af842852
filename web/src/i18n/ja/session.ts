import type { t } from "../en/session";
import type { Translation } from "../texts";

export const session: Translation<typeof t> = {};
