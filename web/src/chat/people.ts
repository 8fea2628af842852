// Who is behind a user id, asked of the server as names are needed.

import { signal } from "@preact/signals";
import type { Profile } from "../protocol";
import type { RoomRequests } from "../rooms/requests";
import { Collector } from "./collect";

const SIGNED_EVERY_MS = 60_000;

export class People {
  private readonly known = signal<ReadonlyMap<string, Profile>>(new Map());
  private readonly asked = new Set<string>(); // who is not known stays his id
  /** When somebody was last asked about because he signed with another name than he was known by, in ms of Date.now(). */
  private readonly signedAt = new Map<string, number>();
  private readonly collector: Collector;

  constructor(
    private readonly me: { id: string; name: string },
    requests: Pick<RoomRequests, "people">,
  ) {
    this.collector = new Collector(async (ids) => {
      const found = await requests.people(ids);
      const unknown = ids.filter((id) => !this.known.peek().has(id) && !found.some((one) => one.id === id));
      this.learn([...unknown.map((id) => ({ id, name: "" })), ...found]);
    });
  }

  /** The name of somebody, his id while it is not known. Read in a component, it follows. */
  name(id: string): string {
    const known = this.known.value.get(id)?.name;
    if (known === undefined && !this.asked.has(id)) {
      this.asked.add(id);
      this.collector.want(id);
    }
    if (known) return known;
    return id === this.me.id ? this.me.name : id;
  }

  /** Whether it is known what somebody is called: it may be his id. What is read aloud waits for it. Read in a component, it follows. */
  isNamed(id: string): boolean {
    return this.known.value.has(id);
  }

  /** What somebody has set by hand, as far as his profile was read. Read in a component, it follows. */
  status(id: string): string | undefined {
    return this.known.value.get(id)?.status;
  }

  /** Takes what another answer told. */
  learn(profiles: readonly Profile[]): void {
    const old = this.known.peek();
    if (profiles.every(({ id, name, status }) => old.get(id)?.name === name && old.get(id)?.status === status)) return;
    this.known.value = new Map([...old, ...profiles.map((profile) => [profile.id, profile] as const)]);
  }

  /** Asks anew for those who are known: nobody tells that somebody has another name. */
  again(ids: readonly string[]): void {
    for (const id of ids) if (this.known.peek().has(id)) this.collector.want(id);
  }

  /**
   * A message came from somebody with this name. Who had none is called so. By one that he was not known by he is asked about, at
   * most once a minute: programs sign each message as they like.
   */
  signed(id: string, name = ""): void {
    const known = this.known.peek().get(id)?.name;
    const now = Date.now();
    if (known === undefined || name === "" || name === known || now - (this.signedAt.get(id) ?? -Infinity) < SIGNED_EVERY_MS) return;
    this.signedAt.set(id, now);
    if (known === "") this.learn([{ id, name }]); // his profile may be written only after his first message
    this.collector.want(id);
  }

  /** Goes on with what could not be asked; the connection is back. */
  resume(): void {
    this.collector.resume();
  }
}
