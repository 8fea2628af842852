import type { t } from "../en/rooms";
import type { Translation } from "../texts";

export const rooms: Translation<typeof t> = {};
