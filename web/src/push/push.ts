// Whether this device is told what its user misses, and turning that on and off.

import { signal } from "@preact/signals";
import { ChatError } from "../../client/src/index";
import { wordsOf } from "../chat/asking";
import { t } from "../i18n/en/push";
import { type Words, words } from "../i18n/words";
import type { Device } from "./device";
import { fromBase64url, idOf } from "./keys";

/** What the switch shows. hidden: the browser or the server has no Web Push. unsure: the browser takes messages, and nobody knows whether the server sends them. */
export interface PushState {
  kind: "hidden" | "off" | "busy" | "on" | "unsure";
  /** What went wrong the last time. */
  problem?: Words;
  /** start() may come further another time. */
  again?: true;
}

/** What the server says of a user's devices. */
export interface Devices {
  /** The key to subscribe with; undefined: the server has no Web Push. */
  readonly key: string | undefined;
  readonly ids: readonly string[];
}

/** The server's half, with the token of whoever is signed in. */
export interface PushRequests {
  devices(): Promise<Devices>;
  put(subscription: PushSubscription): Promise<unknown>;
  /** Removes a device by its id, as whoever is signed in at the time of this call. */
  remover(): (id: string) => Promise<unknown>;
}

/** One user's at this device. Its methods do not reject; what fails is in `state`. */
export class Push {
  readonly state = signal<PushState>({ kind: "hidden" });
  private key: string | undefined;

  constructor(
    private readonly device: Device,
    private readonly requests: PushRequests,
    private readonly user: string,
  ) {}

  /** Finds out how things are, and hands a subscription in again: its key or the server may have changed. */
  async start(): Promise<void> {
    if (!this.device.able) return;
    const asked = await this.requests.devices().catch(() => undefined);
    const there = await this.device.subscription().catch(() => undefined);
    const isOurs = there !== undefined && this.device.allowed() && this.device.owner() === this.user;
    if (!asked) {
      if (isOurs) this.state.value = { kind: "unsure", problem: words(() => t("notAsked")), again: true };
      else this.state.value = { kind: this.key === undefined ? "hidden" : "off", again: true };
      return;
    }
    this.key = asked.key;
    if (asked.key === undefined) this.state.value = { kind: "hidden" };
    else if (isOurs) await this.renew(there, asked.key, asked.ids);
    else {
      // Somebody else turned it on, and did not sign out: what he misses is not for these eyes.
      if (there && this.device.allowed()) await this.disown(there);
      this.state.value = { kind: "off" };
    }
  }

  /** There is a connection again, or somebody wants to know: asks what could not be asked. */
  async resume(): Promise<void> {
    const { kind, again } = this.state.peek();
    if (!again) return;
    this.state.value = { kind: kind === "hidden" ? "hidden" : "busy" }; // so that nobody switches it meanwhile
    await this.start();
  }

  /** To be called from within a click: the browser may ask. */
  async turnOn(): Promise<void> {
    const asked = this.device.ask();
    this.state.value = { kind: "busy" };
    const permission = await asked.catch(() => "denied" as const);
    if (permission !== "granted") {
      this.state.value = permission === "denied" ? { kind: "off", problem: words(() => t("denied")) } : { kind: "off" };
      return;
    }
    this.key ??= (await this.requests.devices().catch(() => undefined))?.key;
    if (this.key === undefined) {
      this.state.value = { kind: "off", problem: words(() => t("noServer")) };
      return;
    }
    let made: PushSubscription;
    try {
      const there = await this.device.subscription();
      made = there ? await this.fitting(there, this.key) : await this.device.subscribe(fromBase64url(this.key));
    } catch {
      this.state.value = { kind: "off", problem: words(() => t("unreachable")) };
      return;
    }
    try {
      await this.requests.put(made);
      this.device.own(this.user);
      this.state.value = { kind: "on" };
    } catch (error) {
      await made.unsubscribe().catch(() => false); // else the browser would be subscribed for nobody
      this.state.value = { kind: "off", problem: problemOf(error) };
    }
  }

  async turnOff(): Promise<void> {
    this.state.value = { kind: "busy" };
    try {
      await this.forget();
      this.state.value = { kind: "off" };
    } catch (error) {
      this.state.value = { kind: "off", problem: problemOf(error) };
    }
  }

  /** Ends it with the session, also where it is not known yet that it is on. What the server is not told it finds out when it sends the next time. */
  async leave(): Promise<void> {
    const isOurs = this.device.able && this.device.owner() === this.user;
    if (!isOurs && this.state.peek().kind !== "on") return;
    await this.forget().catch(() => undefined);
  }

  private async renew(there: PushSubscription, key: string, known: readonly string[]): Promise<void> {
    let fitting: PushSubscription;
    try {
      fitting = await this.fitting(there, key);
    } catch {
      this.state.value = { kind: "off", problem: words(() => t("unreachable")), again: true };
      return;
    }
    try {
      await this.requests.put(fitting);
      this.state.value = { kind: "on" };
    } catch {
      const isKnown = known.includes(await idOf(fitting.endpoint));
      this.state.value = isKnown ? { kind: "on", problem: words(() => t("notRenewed")), again: true } : { kind: "off", problem: words(() => t("notTaken")), again: true };
    }
  }

  private async disown(there: PushSubscription): Promise<void> {
    await there.unsubscribe().catch(() => false);
    this.device.own(undefined);
  }

  private async forget(): Promise<void> {
    const remove = this.requests.remover(); // before anything is waited for: the session may end meanwhile
    const there = await this.device.subscription();
    this.device.own(undefined);
    if (!there) return;
    try {
      await remove(await idOf(there.endpoint));
    } finally {
      await there.unsubscribe();
    }
  }

  /** The subscription, made anew where it is for another key. */
  private async fitting(there: PushSubscription, key: string): Promise<PushSubscription> {
    const wanted = fromBase64url(key);
    const has = there.options.applicationServerKey;
    const current = has === null ? [] : [...new Uint8Array(has)];
    if (current.length === wanted.length && current.every((byte, i) => byte === wanted[i])) return there;
    await there.unsubscribe();
    return this.device.subscribe(wanted);
  }
}

function problemOf(error: unknown): Words {
  return error instanceof ChatError ? wordsOf(error) : words(() => t("failed"));
}
