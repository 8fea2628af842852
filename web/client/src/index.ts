// The client module's public face. web/docs/client.md shows how it is used.

export { connect, type Chat, type ChatEvents, type ChatOptions } from "./chat.js";
export { ChatError, type ErrorCode } from "./errors.js";
export type { State } from "./link.js";
export { indexedDBStore, memoryStore, type OutboxEntry, type OutboxStore } from "./outbox-store.js";
export type { Room, RoomEvents, Written } from "./room.js";
export type { Stream, StreamEvents, StreamOptions } from "./stream.js";
export type { TokenSource } from "./tokens.js";
export type { Fields, History, LogEvent, Message, Notification, User } from "./wire.js";
