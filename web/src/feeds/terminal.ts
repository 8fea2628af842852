// The lines that open the same stream from a terminal.

import type { Declaration } from "../protocol";

/** Where the page comes from, as `location` says it. */
export interface Origin {
  protocol: string; // "http:" or "https:"
  host: string; // with the port, if it is not the usual one
}

/** A variable as one writes it into an address. */
export type Spelled = Readonly<Record<string, string>>;

// The token stands in a variable of the shell: a line that is copied is pasted anywhere, kept
// in a history and seen in a list of processes. Double quotes, so that the shell fills it in;
// nothing that a person typed stands between them.
const AUTHORIZATION = '"Authorization: Bearer $TOKEN"';

/** Opens the stream over a plain WebSocket. */
export function websocatLine(origin: Origin, declaration: Declaration, vars: Spelled, initial: boolean): string {
  const scheme = origin.protocol === "https:" ? "wss:" : "ws:";
  // With a space behind it, -H would take the address for one more header.
  return `websocat -H=${AUTHORIZATION} ${quote(addressOf(scheme, origin.host, declaration, vars, initial))}`;
}

/** Opens it as Server-Sent Events. */
export function curlLine(origin: Origin, declaration: Declaration, vars: Spelled, initial: boolean): string {
  const scheme = origin.protocol === "https:" ? "https:" : "http:";
  return `curl -N -H ${AUTHORIZATION} -H 'Accept: text/event-stream' ${quote(addressOf(scheme, origin.host, declaration, vars, initial))}`;
}

/** One word of a POSIX shell, whatever is in it. It must not hold a NUL. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function addressOf(scheme: string, host: string, declaration: Declaration, vars: Spelled, initial: boolean): string {
  const uri = declaration.collection === "" ? declaration.name : declaration.name.slice(declaration.collection.length + 1);
  const path = [declaration.collection, "_streams", uri].filter((part) => part !== "").map(encodeURIComponent);
  const query = new URLSearchParams(vars);
  if (initial) query.set("initial", "true");
  return `${scheme}//${host}/${path.join("/")}${query.size > 0 ? `?${query}` : ""}`;
}
