// How the server is, as the wire brings it, made typed or refused.

import { isFields } from "../../protocol-decode";

export interface Store {
  readonly kind: string;
  readonly ready: boolean;
  readonly message: string | undefined;
}

/** What an instance says of itself. */
export interface Told {
  readonly version: string;
  readonly startedAt: string;
  readonly ready: boolean;
  readonly lagMs: number;
  readonly sendsPerSecond: number;
  readonly queued: number;
}

export interface Instance {
  readonly instance: string;
  /** It is the one that answered. */
  readonly self: boolean;
  readonly connections: number;
  /** Undefined: it has not said yet. */
  readonly told: Told | undefined;
}

export interface Health {
  readonly store: Store;
  readonly instances: readonly Instance[];
}

export function decodeHealth(value: unknown): Health | undefined {
  if (!isFields(value)) return undefined;
  const { store, instances } = value;
  if (!isFields(store) || typeof store["kind"] !== "string" || typeof store["ready"] !== "boolean" || !Array.isArray(instances)) return undefined;
  const { kind, ready, message } = store;
  return {
    store: { kind, ready, message: typeof message === "string" ? message : undefined },
    instances: instances.map(decodeInstance).filter((one) => one !== undefined),
  };
}

function decodeInstance(value: unknown): Instance | undefined {
  if (!isFields(value)) return undefined;
  const { instance, self, connections } = value;
  if (typeof instance !== "string" || typeof connections !== "number") return undefined;
  return { instance, self: self === true, connections, told: decodeTold(value) };
}

function decodeTold({ version, startedAt, ready, lagMs, sendsPerSecond, queued }: Record<string, unknown>): Told | undefined {
  if (typeof version !== "string" || typeof startedAt !== "string" || typeof ready !== "boolean") return undefined;
  if (typeof lagMs !== "number" || typeof sendsPerSecond !== "number" || typeof queued !== "number") return undefined;
  return { version, startedAt, ready, lagMs, sendsPerSecond, queued };
}
