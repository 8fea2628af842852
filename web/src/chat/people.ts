// Who is behind a user id, asked of the server as names are needed.

import { signal } from "@preact/signals";
import type { Profile } from "../protocol";
import type { RoomRequests } from "../rooms/requests";

/** Ids one question may name. */
const MOST_IDS = 100;
/** Ids are collected so long before they are asked for, in ms: a list names many at once. */
const COLLECT_MS = 30;

export class People {
  private readonly names = signal<ReadonlyMap<string, string>>(new Map());
  private readonly wanted = new Set<string>();
  private readonly asked = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly me: { id: string; name: string },
    private readonly requests: RoomRequests,
  ) {}

  /** The name of somebody, his id while it is not known. Read in a component, it follows. */
  name(id: string): string {
    const known = this.names.value.get(id);
    if (known === undefined) this.want(id);
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
    if (this.wanted.size > 0) this.later();
  }

  private want(id: string): void {
    if (this.asked.has(id) || this.wanted.has(id)) return;
    this.wanted.add(id);
    this.later();
  }

  private later(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.ask();
    }, COLLECT_MS);
  }

  private async ask(): Promise<void> {
    const ids = [...this.wanted].slice(0, MOST_IDS);
    if (ids.length === 0) return;
    try {
      const found = await this.requests.people(ids);
      for (const id of ids) {
        this.wanted.delete(id);
        this.asked.add(id); // who is not known stays his id
      }
      this.learn(found);
    } catch {
      return; // asked again when the connection is back: see resume
    }
    if (this.wanted.size > 0) this.later();
  }
}
