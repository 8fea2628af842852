// A server with all that the screens of screens-more.ts show, and a site that its links lead to.

import { createServer, type Server as Site } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "../client/src/index.js";
import { archiveOf } from "./archive";
import { LONG_TEXTS, MEMBERS, memberOf, reactAll, sayNames } from "./hard-corpus";
import { MARKED } from "./marked";
import { png } from "./png";
import { Server } from "./server";

/** Who is at the browser. */
const ME = "mira-okafor";
const NAMES: Readonly<Record<string, string>> = { [ME]: "Mira Okafor", u1: "Ann Lee", u2: "Bo Chen", u3: "Chiara Rossi" };

/** Texts that screens look for. */
export const SAID = {
  asked: "Where do we go for lunch on the day of the move, and who brings the keys of the old place?",
  keys: "I have the keys",
  loved: "All three are in. Have a look!",
  plan: "The plan of the new place, with the kitchen where it will be: the walls stand as they are drawn, the doors do not yet",
} as const;

/** So much is unread that the page does not read it all by itself. */
const FLOOD = 215;
/** More than one page of history. */
const LINES = 70;

export class MoreWorld {
  private constructor(
    readonly server: Server,
    private readonly site: Site,
  ) {}

  static async start(): Promise<MoreWorld> {
    const site = createServer((_, response) => {
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      response.end(`<title>The tea house</title><meta name="description" content="Leaves from everywhere, ${"and pots, ".repeat(60)}">`);
    });
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    const many = Array.from({ length: MEMBERS }, (_, i) => memberOf(i));
    const archive = archiveOf({ many: [{ author: memberOf(1), text: "so many of us", at: Date.now() - 60_000 }] }, { many });
    const server = await Server.holding(archive, "-link-previews=true", "-link-previews-allow-private=true", "-push-subject", "mailto:admin@example.com");
    const world = new MoreWorld(server, site);
    await world.seed();
    return world;
  }

  async remove(): Promise<void> {
    await this.server.remove();
    this.site.closeAllConnections();
    await new Promise((resolve) => this.site.close(resolve));
  }

  /** Has somebody answer a message, which Mira then has not read. */
  async answer(room: string, who: string, parent: number, text: string): Promise<void> {
    await this.ask(who, "POST", `rooms/${room}/messages`, { text, parent });
  }

  private async say(room: string, who: string, text: string): Promise<number> {
    return (await this.server.post(room, text, this.token(who))).seq;
  }

  private ask(who: string, method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    return this.server.ask(who, method, path, body, NAMES[who]);
  }

  private token(who: string): string {
    return this.server.token(who, NAMES[who] ?? who);
  }

  /** A private room of Ann's, with others in it. */
  private async own(id: string, name: string, roles: Readonly<Record<string, string>>): Promise<void> {
    await this.ask("u1", "POST", "rooms", { id, name, type: "private" });
    for (const [who, role] of Object.entries(roles)) await this.ask("u1", "PUT", `rooms/${id}/members/${who}`, { role });
  }

  /** Says something with files; gives its seq. */
  private async share(room: string, who: string, text: string, files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>): Promise<number> {
    const attachments: string[] = [];
    for (const [name, body] of Object.entries(files)) attachments.push(await this.server.upload(room, name, body, this.token(who)));
    return Number((await this.ask(who, "POST", `rooms/${room}/messages`, { text, attachments }))["seq"]);
  }

  private async seed(): Promise<void> {
    const { server } = this;
    await server.postAll("general", Array.from({ length: LINES }, (_, i) => `Line ${i + 1} of a long list`), this.token("u1"));

    await this.say("talk", ME, SAID.asked);
    await this.answer("talk", "u1", 1, "To the noodle bar");
    await this.answer("talk", "u2", 2, "It is closed on Mondays, is it not?");
    await this.answer("talk", "u3", 1, SAID.keys);
    await this.ask(ME, "PUT", "rooms/talk/read", { seq: 4 });
    await this.say("elsewhere", "u2", "The kettle is mine");

    await this.own("club", "The Club", { [ME]: "moderator", u2: "member", u3: "member" });
    const first = await this.say("club", "u1", "Read this first: <b>who has the keys</b>, and where the kettle stands");
    const plan = await this.share("club", "u2", "The plan of the new place", { "plan.png": png(640, 320), "A list of everything that has to be carried, and by whom.txt": new TextEncoder().encode("just a text\n") });
    const mover = connect(server.url, { token: this.token("u2") });
    for (const text of ["The plan of the new place, with the kitchen", SAID.plan]) await mover.room("club").edit(plan, text);
    mover.close();
    await this.share("club", ME, "", { "square.png": png(200, 200) });
    const loved = await this.say("club", "u1", SAID.loved);
    for (const [who, emojis] of [["u1", "🎉❤️"], ["u2", "🎉👍"], ["u3", "🎉"]] as const) {
      const chat = connect(server.url, { token: this.token(who) });
      for (const { segment } of new Intl.Segmenter("en").segment(emojis)) await chat.room("club").react(loved, segment, true);
      chat.close();
    }
    for (const seq of [first, loved]) await this.ask("u1", "PUT", `rooms/club/pins/${seq}`);

    await this.own("aside", "Aside", { [ME]: "member" });
    for (const text of ["Is the van ordered?", "For nine o’clock."]) await this.say("aside", "u1", text);
    await this.own("flood", "Flood", { [ME]: "member" });
    await server.postAll("flood", Array.from({ length: FLOOD }, (_, i) => `Parcel ${i + 1} has arrived`), this.token("u1"));

    const tea = `http://127.0.0.1:${(this.site.address() as AddressInfo).port}/tea`;
    await this.say("links", ME, `Mine: ${tea}`);
    await this.say("links", "u2", `And theirs: ${tea}`);
    for (const who of ["u2", ME]) await this.say("marks", who, MARKED);
    for (const text of LONG_TEXTS) await this.say("long", "u2", text);
    await reactAll(server, "loved", await this.say("loved", "u2", "loved by all"));
    await sayNames(server, "names");
  }
}
