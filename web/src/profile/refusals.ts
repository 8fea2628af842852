// Why the server takes no such name or password, in words for who typed it.

import { ChatError } from "../../client/src/index";
import { messageOf } from "../chat/asking";
import { t } from "../i18n/en/profile";
import { MAX_OWN_NAME, MAX_PASSWORD, MIN_PASSWORD } from "../protocol";
import { waitFor } from "../session/forms";

/** What is said at which field, or of the whole form. */
export interface PasswordRefusal {
  readonly password?: string;
  readonly next?: string;
  readonly form?: string;
}

export function nameRefusal(error: unknown): string {
  return error instanceof ChatError && error.field === "name" ? t("badName", { most: MAX_OWN_NAME }) : messageOf(error);
}

export function passwordRefusal(error: unknown): PasswordRefusal {
  if (!(error instanceof ChatError)) return { form: messageOf(error) };
  if (error.reason === "sign_ins") return { form: waitFor(error.retryAfterMs) };
  if (error.field === "newPassword") return { next: t("badPassword", { least: MIN_PASSWORD, most: MAX_PASSWORD }) };
  // One that is longer than any may be is not even compared. Without a field it is the session that is over.
  if (error.field === "password") return { password: t("wrongPassword") };
  return { form: messageOf(error) };
}
