import { texts } from "../texts";

export const t = texts("markdown", {
  code: "Code",
  copyCode: "Copy code",
  copy: "Copy",
});
