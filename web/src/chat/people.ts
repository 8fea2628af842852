// Who is behind a user id, asked of the server as names are needed.

import { signal } from "@preact/signals";
import type { Profile } from "../protocol";
import type { RoomRequests } from "../rooms/requests";
import { Collector } from "./collect";

export class People {
  private readonly names = signal<ReadonlyMap<string, string>>(new Map());
  private readonly asked = new Set<string>(); // who is not known stays his id
  private readonly collector: Collector;

  constructor(
    private readonly me: { id: string; name: string },
    requests: Pick<RoomRequests, "people">,
  ) {
    this.collector = new Collector(async (ids) => this.learn(await requests.people(ids)));
  }

  /** The name of somebody, his id while it is not known. Read in a component, it follows. */
  name(id: string): string {
    const known = this.names.value.get(id);
    if (known === undefined && !this.asked.has(id)) {
      this.asked.add(id);
      this.collector.want(id);
    }
    if (known) return known;
    return id === this.me.id ? this.me.name : id;
  }

  /** Takes what another answer told. */
  learn(profiles: readonly Profile[]): void {
    const old = this.names.peek();
    if (profiles.every(({ id, name }) => old.get(id) === name)) return;
    this.names.value = new Map([...old, ...profiles.map(({ id, name }) => [id, name] as const)]);
  }

  /** Goes on with what could not be asked; the connection is back. */
  resume(): void {
    this.collector.resume();
  }
}
