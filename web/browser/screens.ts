// Every screen of the page, each made as a person would get there. Used by the
// accessibility tests and the screenshots.

import type { Browser, Page } from "playwright-core";
import { Person, type PersonOptions } from "./person";
import type { Server } from "./server";
import { PROFILE_MAKERS } from "./screens-profile";
import { SESSION_MAKERS, seedSessions } from "./screens-sessions";
import { answerFor } from "./wire";

export const SCREENS = [
  "sign-in guest",
  "sign-in account",
  "sign-in error",
  "sign-in token",
  "sign-in unreachable",
  "no rooms",
  "list",
  "room",
  "room failed",
  "unsent",
  "room scrolled",
  "message menu",
  "emoji",
  "emoji found",
  "own message menu",
  "edit",
  "edit in a thread",
  "delete",
  "notifications",
  "room empty",
  "long draft",
  "open a room",
  "account menu",
  "account menu of an account",
  "sessions",
  "session end",
  "sessions others end",
  "sessions failed",
  "sessions old",
  "profile",
  "profile without a password",
  "profile refused",
  "profile failed",
  "profile offline",
  "password changed",
  "drawer",
  "no connection",
  "session ends",
  "session ended",
] as const;

export type Screen = (typeof SCREENS)[number];

const PEOPLE = [
  ["u1", "Ann Lee"],
  ["u2", "Bo"],
  ["u3", "Chiara Rossi"],
  ["u4", "Dmitri Volkov"],
] as const;

const DESIGN: [number, string][] = [
  [0, "Morning! The new list is on the test server. Please try it on your phones before we call it done."],
  [2, "On it"],
  [2, "First thing I notice: the preview line is much calmer now."],
  [1, "Mine too. One question though: what happens to the order when two people write at the same moment?"],
  [0, "Every room has one sequence. Whatever comes first into the log has the lower number, and everybody sees the same order."],
  [3, "And offline? I lose the network in the tunnel every single morning."],
  [0, "You keep what you have, type as you like, and when you are back the gap is filled. The details are here: https://example.com/how-it-works"],
  [3, "That worked today, by the way. Three messages waiting, all sent once."],
  [1, "👏👏👏"],
  [2, "Then I only have wishes left:\n– a bit more space around the date\n– the button for new messages could be larger\n– dark mode at night, please"],
  [0, "All three are in. Have a look!"],
];

/** Puts rooms and messages there for the screens to show. */
export async function seed(server: Server): Promise<void> {
  const say = (room: string, who: number, text: string) => {
    const [sub, name] = PEOPLE[who] ?? PEOPLE[0];
    return server.post(room, text, server.token(sub, name));
  };
  for (let i = 0; i < 70; i++) await say("general", i % 4, ["The build is green again.", "Who has the key to the small meeting room?", "Lunch at noon, as always.", "I have written it down in the wiki, with pictures."][(i * 3) % 4] ?? "");
  await say("release-2.0", 3, "Notes are ready for a second pair of eyes");
  await say("lunch", 1, "Noodles or soup?");
  for (const [who, text] of DESIGN) await say("design", who, text);
  await seedSessions(server);
}

export function openScreen(browser: Browser, server: Server, screen: Screen, options: PersonOptions): Promise<Person> {
  return makers[screen](browser, server, options);
}

type Maker = (browser: Browser, server: Server, options: PersonOptions) => Promise<Person>;

async function arrive(browser: Browser, server: Server, options: PersonOptions): Promise<Person> {
  const person = await Person.arrive(browser, options);
  await options.before?.(person.page);
  await person.page.goto(server.url);
  await person.page.locator("form").waitFor();
  return person;
}

export async function enter(browser: Browser, server: Server, options: PersonOptions): Promise<Person> {
  const person = await Person.enter(browser, server, "Mira Okafor", options);
  await person.connected();
  return person;
}

/** Answers sends, or the list, in another way than the server would. */
export function meddle(options: PersonOptions, route: (page: Page) => Promise<unknown>): PersonOptions {
  return {
    ...options,
    before: async (page) => {
      await options.before?.(page);
      await route(page);
    },
  };
}

/** Says how far Mira has read. */
async function markRead(server: Server, rooms: Record<string, number>): Promise<void> {
  for (const [room, seq] of Object.entries(rooms)) await server.ask("mira-okafor", "PUT", `rooms/${room}/read`, { seq });
}

const isNarrow = (person: Person) => (person.page.viewportSize()?.width ?? 0) < 720;

export async function openList(person: Person): Promise<void> {
  if (!isNarrow(person)) return;
  await person.page.getByRole("button", { name: "Rooms", exact: true }).click();
  await person.page.locator("#rooms").waitFor();
}

async function openOwnMenu(browser: Browser, server: Server, options: PersonOptions): Promise<Person> {
  const person = await enter(browser, server, { ...options, room: "design" });
  const mine = "I have looked at it on two phones, and would ship it.";
  if ((await person.bubble(mine).count()) === 0) {
    await person.say(mine);
    await person.page.locator(".own .message[data-seq]", { hasText: mine }).waitFor();
  }
  await person.openMenu(mine);
  return person;
}

async function openEmoji(browser: Browser, server: Server, options: PersonOptions): Promise<Person> {
  const person = await enter(browser, server, { ...options, room: "design" });
  await person.page.getByRole("button", { name: "Emoji", exact: true }).click();
  await person.page.getByRole("gridcell").first().waitFor();
  return person;
}

/** A message that the server refuses; what is said after it gets no answer. */
async function openFailed(browser: Browser, server: Server, options: PersonOptions): Promise<Person> {
  const refuse = (page: Page) =>
    page.routeWebSocket(/socket\.io/, (socket) => {
      const upstream = socket.connectToServer();
      let sends = 0;
      socket.onMessage((message) => {
        const send = /^42(\d+)\["send_message"/.exec(String(message));
        if (!send) return upstream.send(message);
        if (sends++ === 0) socket.send(`43${send[1]}[{"error":{"code":"FORBIDDEN","message":"this room is read-only for now","retryable":false}}]`);
      });
    });
  const person = await enter(browser, server, { ...meddle(options, refuse), room: "design" });
  await person.say("Can everybody read this?");
  await person.page.locator(".failure").waitFor();
  return person;
}

const makers: Record<Screen, Maker> = {
  "sign-in guest": arrive,
  "sign-in account": async (browser, server, options) => {
    const person = await arrive(browser, server, options);
    await person.page.getByRole("button", { name: "Account" }).click();
    await person.page.getByRole("button", { name: "Create an account" }).click();
    return person;
  },
  "sign-in error": async (browser, server, options) => {
    const person = await arrive(browser, server, options);
    await person.page.getByRole("button", { name: "Account" }).click();
    await person.page.getByLabel("Name").fill("mira");
    await person.page.getByLabel("Password").fill("not the password");
    await person.page.getByRole("button", { name: "Sign in", exact: true }).click();
    await person.page.getByText("The name or the password is wrong.").waitFor();
    return person;
  },
  "sign-in token": async (browser, server, options) => {
    const person = await arrive(browser, server, options);
    await person.page.getByRole("button", { name: "Token" }).click();
    return person;
  },
  "sign-in unreachable": async (browser, server, options) => {
    const person = await Person.arrive(browser, options);
    await options.before?.(person.page);
    await person.page.route("**/api/auth/methods", (route) => route.abort());
    await person.page.goto(server.url);
    await person.page.getByRole("button", { name: "Try again" }).waitFor();
    return person;
  },
  "no rooms": async (browser, server, options) => {
    const none = (page: Page) => answerFor(page, "list_rooms", () => ({ ok: true, rooms: [], more: false }), (ready) => ({ ...ready, rooms: [] }));
    const person = await enter(browser, server, meddle(options, none));
    await person.page.getByRole("button", { name: "Create the first one" }).waitFor();
    return person;
  },
  list: async (browser, server, options) => {
    const person = await enter(browser, server, options);
    await person.page.locator(".room-row").first().waitFor();
    await markRead(server, { design: 8, lunch: 0, general: 70 });
    await person.page.reload();
    await person.page.locator(".badge").first().waitFor();
    return person;
  },
  room: async (browser, server, options) => {
    const person = await enter(browser, server, { ...options, room: "design" });
    await person.page.locator(".room-row").nth(1).waitFor({ state: "attached" });
    if ((await person.page.locator(".own").count()) === 0) {
      await person.say("Looks right on mine. The second one is calmer, I would take that.");
      await person.say("Good night, everyone");
      await person.page.locator(".own .message[data-seq]").nth(1).waitFor();
    }
    return person;
  },
  "room failed": async (browser, server, options) => {
    const person = await openFailed(browser, server, options);
    await person.say("And this one is still on its way");
    await person.page.locator('[data-state="sending"]').waitFor();
    return person;
  },
  unsent: async (browser, server, options) => {
    const person = await openFailed(browser, server, options);
    await openList(person);
    await person.page.locator('[data-room="lunch"]').click();
    await openList(person);
    await person.page.getByRole("button", { name: "1 message was not sent" }).click();
    await person.page.locator(".unsent-text").waitFor();
    return person;
  },
  "room scrolled": async (browser, server, options) => {
    const person = await enter(browser, server, { ...options, room: "general" });
    await person.page.locator(".timeline").evaluate((element) => (element.scrollTop -= 700));
    await person.page.locator(".jump").waitFor();
    await server.post("general", "Something new", server.token("u2", "Bo"));
    await person.page.getByRole("button", { name: "1 new message" }).waitFor();
    return person;
  },
  "message menu": async (browser, server, options) => {
    const person = await enter(browser, server, { ...options, room: "design" });
    const reacted = person.page.locator(".reaction");
    if ((await reacted.count()) === 0) {
      for (const label of ["Party", "Heart"]) {
        await (await person.openMenu("All three are in. Have a look!")).getByRole("menuitemcheckbox", { name: label }).click();
      }
      await reacted.nth(1).waitFor();
    }
    await person.openMenu("All three are in. Have a look!");
    return person;
  },
  emoji: (browser, server, options) => openEmoji(browser, server, options),
  "emoji found": async (browser, server, options) => {
    const person = await openEmoji(browser, server, options);
    await person.page.getByRole("searchbox", { name: "Search emoji" }).fill("heart");
    await person.page.getByRole("gridcell").first().press("ArrowRight");
    return person;
  },
  "own message menu": openOwnMenu,
  edit: async (browser, server, options) => {
    const person = await openOwnMenu(browser, server, options);
    await person.page.getByRole("menuitem", { name: "Edit" }).click();
    await person.editField.waitFor();
    return person;
  },
  "edit in a thread": async (browser, server, options) => {
    const person = await openOwnMenu(browser, server, options);
    await person.page.getByRole("menuitem", { name: "Open thread" }).click();
    const thread = person.page.locator(".thread");
    await thread.getByText("No replies yet").waitFor(); // what is read then would close the menu
    await thread.getByRole("button", { name: "Message actions" }).first().press("Enter");
    await person.page.getByRole("menuitem", { name: "Edit" }).click();
    await thread.getByRole("textbox", { name: "New text of the message" }).waitFor();
    return person;
  },
  notifications: async (browser, server, options) => {
    const person = await enter(browser, server, { ...options, room: "design" });
    await person.page.getByRole("button", { name: "Room details" }).click();
    await person.page.getByRole("dialog").getByRole("button", { name: "Notify", exact: true }).click();
    await person.page.getByLabel("Sound").waitFor();
    return person;
  },
  delete: async (browser, server, options) => {
    const person = await openOwnMenu(browser, server, options);
    await person.page.getByRole("menuitem", { name: "Delete" }).click();
    await person.page.getByRole("dialog").waitFor();
    return person;
  },
  "room empty": async (browser, server, options) => {
    const person = await enter(browser, server, { ...options, room: "retrospective" });
    await person.page.getByText("Nothing here yet").waitFor();
    return person;
  },
  "long draft": async (browser, server, options) => {
    const person = await enter(browser, server, { ...options, room: "design" });
    await person.field.fill(`A long one.\n\n${"It goes on, and on, and on. ".repeat(300)}`);
    await person.page.getByText("too long").waitFor();
    return person;
  },
  "open a room": async (browser, server, options) => {
    const person = await enter(browser, server, { ...options, room: "design" });
    await openList(person);
    await person.page.getByRole("button", { name: "New room or message" }).click();
    await person.page.getByRole("menuitem", { name: "Find a room" }).click();
    await person.page.getByLabel("Name").fill("Team Lunch");
    await person.page.getByRole("button", { name: "Open #team-lunch" }).waitFor();
    return person;
  },
  "account menu": async (browser, server, options) => {
    const person = await enter(browser, server, { ...options, room: "design" });
    await openList(person);
    await person.page.locator(".me").click();
    await person.page.getByRole("button", { name: "Sign out" }).waitFor();
    return person;
  },
  ...SESSION_MAKERS,
  ...PROFILE_MAKERS,
  drawer: async (browser, server, options) => {
    const person = await enter(browser, server, { ...options, room: "design" });
    await openList(person);
    return person;
  },
  "no connection": async (browser, server, options) => {
    const person = await enter(browser, server, { ...options, room: "design" });
    await person.context.setOffline(true);
    await person.banner.waitFor();
    await person.say("Typed without a connection");
    return person;
  },
  "session ends": async (browser, server, options) => {
    const person = await enter(browser, server, { ...options, room: "design", token: server.token("mira-okafor", "Mira Okafor", 50) });
    await person.page.getByRole("button", { name: "Stay signed in" }).waitFor();
    return person;
  },
  "session ended": async (browser, server, options) => {
    const person = await enter(browser, server, { ...options, room: "design", token: server.token("mira-okafor", "Mira Okafor", 6) });
    await person.page.getByText("Your session has ended").waitFor();
    return person;
  },
};
