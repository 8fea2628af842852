// What is asked about bots, hooks and webhooks: those of a room, or of all. Every request fails with a ChatError.

import { pathOf } from "../../../client/src/index";
import { unreadable } from "../../api";
import type { Page } from "../../protocol";
import { isFields } from "../../protocol-decode";
import { type AdminRequests, listOf, ofRoom, queryOf } from "../requests";
import { type Bot, type Cursor, decodeBot, decodeCursor, decodeHook, decodeWebhook, type Hook, type Webhook } from "./decode";

const ROWS_A_PAGE = 50;

export class IntegrationRequests {
  constructor(
    private readonly requests: AdminRequests,
    private readonly roomId: string | undefined,
  ) {}

  async bots(after: Bot | undefined): Promise<Page<Bot>> {
    return listOf(await this.ask("GET", `/bots?${pageAfter(after?.id)}`), "bots", decodeBot);
  }

  /** Makes a bot and resolves to its key, which is told only now. rooms: where it is good; undefined: here. */
  async makeBot(name: string, postsOnly: boolean, rooms?: readonly string[]): Promise<string> {
    return secretOf(await this.ask("POST", "/bots", { name, rights: postsOnly ? "post" : "post_and_read", ...(rooms !== undefined && { rooms }) }), "key");
  }

  async hooks(after: Hook | undefined): Promise<Page<Hook>> {
    return listOf(await this.ask("GET", `/hooks?${pageAfter(after?.id)}`), "hooks", decodeHook);
  }

  /** Makes an address and resolves to its path on this server, which is told only now. */
  async makeHook(name: string): Promise<string> {
    return secretOf(await this.ask("POST", "/hooks", { name }), "path");
  }

  async webhooks(): Promise<Page<Webhook>> {
    return listOf(await this.ask("GET", "/webhooks"), "webhooks", decodeWebhook);
  }

  /** Makes a webhook and resolves to the secret that it signs with, which is told only now. events empty: all. */
  async makeWebhook(url: string, events: readonly string[]): Promise<string> {
    return secretOf(await this.ask("POST", "/webhooks", { url, ...(events.length > 0 && { events }) }), "secret");
  }

  async cursors(webhook: Webhook, after: Cursor | undefined): Promise<Page<Cursor>> {
    return listOf(await this.ask("GET", `${pathOf("webhooks", webhook.id, "cursors")}?${pageAfter(after?.roomId)}`), "cursors", decodeCursor);
  }

  async setCursor(webhook: Webhook, roomId: string, seq: number): Promise<void> {
    await this.ask("PUT", pathOf("webhooks", webhook.id, "cursor"), { roomId, seq });
  }

  async remove(kind: "bots" | "hooks" | "webhooks", id: string): Promise<void> {
    await this.ask("DELETE", pathOf(kind, id));
  }

  private ask(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.requests.ask(method, ofRoom(this.roomId) + path, body);
  }
}

function pageAfter(after: string | undefined): URLSearchParams {
  return queryOf({ after, limit: String(ROWS_A_PAGE) });
}

function secretOf(answer: unknown, name: string): string {
  const secret = isFields(answer) ? answer[name] : undefined;
  if (typeof secret !== "string") throw unreadable();
  return secret;
}
