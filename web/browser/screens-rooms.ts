// The screens of rooms, members and rights, each made as a person would get there. Used by the accessibility tests and
// the screenshots. Mira is at the browser; everybody else speaks over JSON.

import type { Browser, Locator } from "playwright-core";
import { connect } from "../client/src/index.js";
import { makeRoom, openDetails, openNew, setMember } from "./crew";
import { Person, type PersonOptions } from "./person";
import type { Server } from "./server";

export const ROOM_SCREENS = [
  "sections",
  "new menu",
  "create room",
  "new direct",
  "direct",
  "private room",
  "who has read it",
  "mention list",
  "notify everybody",
  "settings",
  "settings of a moderator",
  "members",
  "member menu",
  "add member",
  "take out",
  "ban",
  "invitations",
  "leave",
  "invited",
  "read-only",
  "slow mode",
  "taken out",
  "typing",
  "unread",
] as const;

export type RoomScreen = (typeof ROOM_SCREENS)[number];

const ME = "mira-okafor";
const PEOPLE: Record<string, string> = { [ME]: "Mira Okafor", u1: "Ann Lee", u2: "Bo Chen", u3: "Chiara Rossi", u4: "Dmitri Volkov" };

/** What Mira says in her room. */
const OWN = "I will bring them.";

/** The rooms that the screens show, by what they are for. */
export interface Rooms {
  planning: string; // private, Mira's
  support: string; // Mira moderates it
  news: string; // read-only
  slow: string;
  gone: string; // Mira is taken out of it
  busy: string; // much of it is unread
  direct: string;
}

/** Puts people, rooms and messages there. */
export async function seedRooms(server: Server): Promise<Rooms> {
  const say = (room: string, who: string, text: string) => server.post(room, text, server.token(who, PEOPLE[who] ?? who));
  for (const who of Object.keys(PEOPLE)) await say("lobby", who, "Hello");
  const planning = await makeRoom(server, ME, { name: "Planning", type: "private", topic: "What we do next, and who does it" });
  for (const [who, role] of [["u1", "owner"], ["u2", "moderator"], ["u3", "member"], ["u4", "reader"]] as const) await setMember(server, ME, planning, who, role);
  await server.ask(ME, "PATCH", `rooms/${planning}`, { receipts: true });
  const support = await makeRoom(server, "u1", { name: "Support", topic: "Questions from outside" });
  await setMember(server, "u1", support, ME, "moderator");
  const news = await makeRoom(server, "u1", { name: "News" });
  await server.ask("u1", "PATCH", `rooms/${news}`, { readOnly: true });
  const slow = await makeRoom(server, "u1", { name: "Slow talk" });
  await server.ask("u1", "PATCH", `rooms/${slow}`, { slowModeMs: 3_600_000 });
  const gone = await makeRoom(server, "u1", { name: "Closed circle", type: "private" });
  const busy = await makeRoom(server, "u1", { name: "Busy", topic: "All day long" });
  await setMember(server, "u1", busy, ME, "member");
  const direct = ((await server.ask(ME, "POST", "direct", { userId: "u2" }))["room"] as { id: string }).id;

  await say(planning, "u1", "Shall we look at the spring list on Thursday?");
  await say(planning, "u3", "@Mira Okafor could you bring the numbers? @Bo Chen has the others.");
  await say(planning, "u2", "@room Thursday at ten, then.");
  await say(support, "u3", "Somebody asks whether old rooms can be brought back.");
  await say(news, "u1", "The new list is out for everyone.");
  await say(slow, "u4", "One thought an hour. I like it here.");
  await say(direct, "u2", "Do you have a minute?");
  return { planning, support, news, slow, gone, busy, direct };
}

type Maker = (browser: Browser, server: Server, rooms: Rooms, options: PersonOptions) => Promise<Person>;

export function openRoomScreen(browser: Browser, server: Server, rooms: Rooms, screen: RoomScreen, options: PersonOptions): Promise<Person> {
  return makers[screen](browser, server, rooms, options);
}

async function enter(browser: Browser, server: Server, options: PersonOptions): Promise<Person> {
  const person = await Person.enter(browser, server, "Mira Okafor", options);
  await person.connected();
  return person;
}

/** Brings the list into sight, where it is a drawer. */
async function showList(person: Person): Promise<void> {
  if ((person.page.viewportSize()?.width ?? 0) >= 720 || !new URL(person.page.url()).pathname.startsWith("/rooms/")) return;
  await person.page.getByRole("button", { name: "Rooms", exact: true }).click();
}

const inRoom =
  (room: keyof Rooms, then: (person: Person, server: Server, rooms: Rooms) => Promise<unknown>): Maker =>
  async (browser, server, rooms, options) => {
    const person = await enter(browser, server, { ...options, room: encodeURIComponent(rooms[room]) });
    await then(person, server, rooms);
    return person;
  };

const inList =
  (then: (person: Person) => Promise<unknown>): Maker =>
  async (browser, server, _, options) => {
    const person = await enter(browser, server, { ...options, room: "lobby" });
    await showList(person);
    await then(person);
    return person;
  };

async function memberMenu(person: Person): Promise<Locator> {
  const panel = await openDetails(person, "Members");
  await panel.getByRole("button", { name: "What to do with Chiara Rossi" }).click();
  const menu = person.page.getByRole("menu");
  await menu.waitFor();
  return menu;
}

/** Something of Mira's own in her room, which the others have read. */
async function ownRead(person: Person, server: Server, { planning }: Rooms): Promise<void> {
  if ((await person.page.locator(".own").count()) === 0) await person.say(OWN);
  await person.page.locator(".own .message[data-seq]").first().waitFor();
  for (const who of ["u1", "u3"]) await server.ask(who, "PUT", `rooms/${planning}/read`, { seq: 1000 });
  await server.ask("u2", "PUT", `rooms/${planning}/delivered`, { seq: 1000 });
  await person.page.locator(".seen-by", { hasText: "Ann Lee, Chiara Rossi" }).waitFor();
}

const makers: Record<RoomScreen, Maker> = {
  sections: inList((person) => person.page.locator("[data-section=rooms]").waitFor()),
  "new menu": inList(async (person) => {
    await person.page.getByRole("button", { name: "New room or message" }).click();
    await person.page.getByRole("menu").waitFor();
  }),
  "create room": inList(async (person) => {
    const dialog = await openNew(person, "Create a room");
    await dialog.getByLabel("Name").fill("Summer party");
  }),
  "new direct": inList(async (person) => {
    const dialog = await openNew(person, "New direct message");
    await dialog.getByRole("button", { name: "Dmitri" }).waitFor();
  }),
  direct: inRoom("direct", async (person, server, rooms) => {
    if ((await person.page.locator(".own").count()) === 0) await person.say("Always. What is it?");
    await person.page.locator(".own .message[data-seq]").first().waitFor();
    await server.ask("u2", "PUT", `rooms/${encodeURIComponent(rooms.direct)}/read`, { seq: 100 });
    await person.page.locator(".own .bubble-state", { hasText: "Read" }).waitFor();
  }),
  "private room": inRoom("planning", async (person, server, rooms) => {
    await ownRead(person, server, rooms);
    const topic = `What we do next, and who does it (${Math.random().toString(36).slice(2, 6)})`;
    await server.ask("u1", "PATCH", `rooms/${rooms.planning}`, { topic });
    await person.page.locator(".note-line").first().waitFor();
  }),
  "who has read it": inRoom("planning", async (person, server, rooms) => {
    await ownRead(person, server, rooms);
    await (await person.openMenu(OWN)).getByRole("menuitem", { name: "Who has read it" }).click();
    await person.page.getByRole("dialog", { name: "Who has read it" }).getByText("Chiara Rossi").waitFor();
    await person.page.getByRole("list", { name: "Delivered to" }).getByText("Bo Chen").waitFor();
  }),
  "mention list": inRoom("planning", async (person) => {
    await person.field.pressSequentially("What do you think, @");
    await person.page.getByRole("option", { name: "Chiara Rossi" }).waitFor();
  }),
  "notify everybody": inRoom("planning", async (person) => {
    await person.say("@room the numbers are in the list.");
    await person.page.getByRole("dialog", { name: "Notify everybody?" }).waitFor();
  }),
  settings: inRoom("planning", (person) => openDetails(person)),
  "settings of a moderator": inRoom("support", (person) => openDetails(person)),
  members: inRoom("planning", async (person) => {
    const panel = await openDetails(person, "Members");
    await panel.getByText("Chiara Rossi").waitFor();
  }),
  "member menu": inRoom("planning", memberMenu),
  "add member": inRoom("support", async (person) => {
    const panel = await openDetails(person, "Members");
    await panel.getByRole("button", { name: "Add somebody" }).click();
    await panel.getByRole("button", { name: "Dmitri" }).waitFor();
  }),
  "take out": inRoom("planning", async (person) => {
    await (await memberMenu(person)).getByRole("menuitem", { name: "Take out" }).click();
    await person.page.getByRole("dialog", { name: "Take Chiara Rossi out?" }).waitFor();
  }),
  ban: inRoom("planning", async (person) => {
    await (await memberMenu(person)).getByRole("menuitem", { name: "Ban…" }).click();
    await person.page.getByRole("dialog", { name: "Ban Chiara Rossi" }).waitFor();
  }),
  invitations: inRoom("planning", async (person) => {
    const panel = await openDetails(person, "Invitations");
    await panel.getByRole("button", { name: "Make a link" }).click();
    await panel.getByLabel("The link, shown only now").waitFor();
    await panel.getByRole("button", { name: "Revoke" }).first().waitFor();
  }),
  leave: inRoom("planning", async (person) => {
    await (await openDetails(person)).getByRole("button", { name: "Leave this room" }).click();
    await person.page.getByRole("dialog", { name: "Leave this room?" }).waitFor();
  }),
  invited: inList(async (person) => {
    await person.page.evaluate(() => {
      location.hash = "invite=ABCDEF";
    });
    await person.page.getByRole("dialog", { name: "You are invited to a room" }).waitFor();
  }),
  "read-only": inRoom("news", (person) => person.page.locator(".composer-closed").waitFor()),
  "slow mode": inRoom("slow", async (person) => {
    if ((await person.page.locator(".own").count()) === 0) await person.say("So do I.");
    await person.page.getByText("Slow mode:").waitFor();
    await person.field.fill("And another thing");
  }),
  "taken out": async (browser, server, rooms, options) => {
    await setMember(server, "u1", rooms.gone, ME, "member");
    const person = await enter(browser, server, { ...options, room: rooms.gone });
    await setMember(server, "u1", rooms.gone, ME, null);
    await person.page.getByText("You were taken out of this room.").first().waitFor();
    return person;
  },
  typing: inRoom("support", async (person, server, rooms) => {
    const others = ["u1", "u2"].map((who) => connect(server.url, { token: server.token(who, PEOPLE[who] ?? who) }));
    person.page.on("close", () => others.forEach((chat) => chat.close()));
    await person.field.fill("Has anybody answered them?");
    const line = person.page.locator(".typing-line");
    // Said again, as whoever types does: a room that was not joined yet heard nothing of the first.
    const again = setInterval(() => others.forEach((chat) => chat.room(rooms.support).typing(true)), 500);
    await line.getByText("are typing").waitFor();
    clearInterval(again);
  }),
  unread: async (browser, server, rooms, options) => {
    const say = (who: string, text: string) => server.post(rooms.busy, text, server.token(who, PEOPLE[who] ?? who));
    const { seq } = await say("u3", "That is all for today, see you tomorrow.");
    await server.ask(ME, "PUT", `rooms/${encodeURIComponent(rooms.busy)}/read`, { seq });
    for (let n = 0; n < 40; n++) await say(`u${1 + (n >> 2) % 4}`, ["Good morning!", "The first parcel is here, and nobody knows whose it is.", "I have put it next to the door.", "Thanks, it is mine."][n % 4] ?? "");
    const person = await enter(browser, server, { ...options, room: encodeURIComponent(rooms.busy) });
    await person.page.locator(".unread-line").waitFor();
    await person.page.getByRole("button", { name: "40 new messages" }).waitFor();
    return person;
  },
};
