import { texts } from "../texts";

export const t = texts("offline", {});
