// Who is there: asked of the server for whoever is shown, and carried on by what it tells.

import { signal } from "@preact/signals";
import type { Chat as Client, Presence } from "../../client/src/index";
import { Collector } from "./collect";

export class Presences {
  private readonly known = signal<ReadonlyMap<string, Presence>>(new Map());
  private readonly shown = new Set<string>();
  private readonly collector: Collector;

  constructor(
    client: Pick<Client, "presence" | "on">,
    private readonly me: string,
  ) {
    this.collector = new Collector(async (ids) => this.take(await client.presence(ids)));
    client.on("presence", (presence) => {
      if (presence.userId === me) this.again();
      else if (this.shown.has(presence.userId)) this.take([presence]);
    });
  }

  /** How present somebody is; undefined while that is not known. Read in a component, it follows. */
  of(id: string): Presence | undefined {
    if (!this.shown.has(id)) {
      this.shown.add(id);
      this.collector.want(id);
    }
    return this.known.value.get(id);
  }

  /** We have set another status, here or elsewhere. What all are told of it is not enough: it calls us offline where we are invisible. */
  again(): void {
    if (this.shown.has(this.me)) this.collector.want(this.me);
  }

  /** The connection is back: what changed meanwhile was not told. */
  resume(): void {
    for (const id of this.shown) this.collector.want(id);
  }

  /** There is no connection: who is there is not known. */
  lost(): void {
    if (this.known.peek().size > 0) this.known.value = new Map();
  }

  private take(presences: readonly Presence[]): void {
    const next = new Map(this.known.peek());
    for (const presence of presences) next.set(presence.userId, presence);
    this.known.value = next;
  }
}
