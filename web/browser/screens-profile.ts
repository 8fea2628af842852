// The screens of how others see somebody, and of a new password. Used by the accessibility tests and the screenshots.

import type { Browser, Locator, Page } from "playwright-core";
import { PASSWORD, signIn } from "./accounts";
import { Person, type PersonOptions } from "./person";
import { NAME, openMenu } from "./screens-sessions";
import type { Server } from "./server";
import { answerFor } from "./wire";

/** Two accents and nothing that carries them: no name. */
export const IMPOSSIBLE = "\u0301\u0301";

async function openDialog(person: Person): Promise<Locator> {
  await (await openMenu(person, "Profile")).click();
  const dialog = person.page.getByRole("dialog", { name: "Profile" });
  await dialog.waitFor();
  return dialog;
}

/** Opens the dialog, and waits until the profile was read. */
export async function openProfile(person: Person): Promise<Locator> {
  const dialog = await openDialog(person);
  await dialog.getByLabel("Display name").waitFor();
  return dialog;
}

/** Types both passwords and has them sent. */
export async function changePassword(dialog: Locator, present: string, next: string): Promise<void> {
  await dialog.getByLabel("Current password").fill(present);
  await dialog.getByLabel("New password").fill(next);
  await dialog.getByRole("button", { name: "Change password" }).click();
}

type Maker = (browser: Browser, server: Server, options: PersonOptions) => Promise<Person>;

const nothing = (_: Page): Promise<void> => Promise.resolve();

/** The dialog of an account; `meddle` is done to the page before, `then` in the dialog. */
const at =
  (open: (person: Person) => Promise<Locator>, then: (dialog: Locator, person: Person) => Promise<unknown> = () => Promise.resolve(), meddle: (page: Page) => Promise<unknown> = nothing): Maker =>
  async (browser, server, options) => {
    const { token } = await signIn(server, NAME);
    const before = async (page: Page) => {
      await options.before?.(page);
      await meddle(page);
    };
    const person = await Person.enter(browser, server, NAME, { ...options, room: "design", token, before });
    await then(await open(person), person);
    return person;
  };

/** Answers a new password in the server's place: the account is there for other screens, too. */
const answerPassword = (status: number, json: object) => (page: Page) => page.route("**/api/auth/password", (route) => route.fulfill(status === 204 ? { status } : { status, json }));

export const PROFILE_MAKERS = {
  profile: at(openProfile),
  "profile without a password": async (browser, server, options) => {
    const person = await Person.enter(browser, server, "Chiara Rossi", { ...options, room: "design" });
    await openProfile(person);
    return person;
  },
  "profile refused": at(
    openProfile,
    async (dialog) => {
      await changePassword(dialog, "not the password", PASSWORD);
      await dialog.getByText("This is not your current password.").waitFor();
      await dialog.getByLabel("Display name").fill(IMPOSSIBLE);
      await dialog.getByRole("button", { name: "Save" }).click();
      await dialog.getByText("This name is not possible.").waitFor();
    },
    answerPassword(401, { error: { code: "UNAUTHENTICATED", message: "password: is not the account's: type the present one", retryable: false, details: { field: "password" } } }),
  ),
  "profile failed": at(
    openDialog,
    (dialog) => dialog.getByRole("button", { name: "Try again" }).waitFor(),
    (page) => answerFor(page, "get_users", () => ({ error: { code: "INTERNAL", message: "the server could not do this", retryable: true } })),
  ),
  "profile offline": at(openProfile, async (dialog, person) => {
    await person.context.setOffline(true);
    await dialog.getByText("No connection: nothing can be changed now.").waitFor();
  }),
  "password changed": at(
    openProfile,
    async (dialog, { page }) => {
      await changePassword(dialog, PASSWORD, PASSWORD);
      await page.getByText("Your password was changed.").waitFor();
      await page.getByLabel("Password").waitFor();
    },
    answerPassword(204, {}),
  ),
} as const satisfies Record<string, Maker>;
