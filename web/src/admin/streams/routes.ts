// What is asked about declared streams. Every request fails with a ChatError.

import { pathOf } from "../../../client/src/index";
import { decodeDeclaration } from "../../protocol-decode";
import type { Declaration, Page } from "../../protocol";
import { type AdminRequests, listOf } from "../requests";

/** All of them: the server gives no pages. */
export async function listDeclared(requests: AdminRequests): Promise<Page<Declaration>> {
  return listOf(await requests.ask("GET", "/api/streams"), "streams", decodeDeclaration);
}

/** The declaration as it was given. */
export async function readStream(requests: AdminRequests, name: string): Promise<unknown> {
  return requests.ask("GET", routeOf(name));
}

/** Declares a stream, or changes it. The database tries its stages first. */
export async function applyStream(requests: AdminRequests, name: string, declaration: unknown): Promise<void> {
  await requests.ask("PUT", routeOf(name), declaration);
}

export async function removeStream(requests: AdminRequests, name: string): Promise<void> {
  await requests.ask("DELETE", routeOf(name));
}

function routeOf(name: string): string {
  return pathOf("api", "streams", ...name.split("/"));
}
