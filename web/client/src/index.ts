// The client module's public face. web/docs/client.md shows how it is used.

export { connect, type Chat, type ChatEvents, type ChatOptions } from "./chat.js";
export { asChatError, ChatError, type ErrorCode } from "./errors.js";
export type { State } from "./link.js";
export type { OutboxStorage } from "./outbox-keeper.js";
export { indexedDBStore, memoryStore, type OutboxEntry, type OutboxPeers, type OutboxStore, type OutboxWord } from "./outbox-store.js";
export { pathOf } from "./path.js";
export type { ListQuery, MessageOptions, Room, RoomEvents, RoomSettings, Written } from "./room.js";
export type { Stream, StreamEvents, StreamOptions } from "./stream.js";
export type { TokenSource } from "./tokens.js";
export type { Attachment, Fields, History, LogEvent, Message, Notification, SharedFile } from "./wire.js";
export type { Found, FoundPage, NotificationPage, Presence, Profile, Report } from "./wire-people.js";
export type { ThreadState, UnreadThread } from "./wire-threads.js";
export type { Limits, User } from "./wire-ready.js";
export type { AlertLevel, Alerts, DeliveredUpdate, Invitation, LeftReason, ListedRoom, Member, MemberEvent, MyRoom, ReadState, ReadUpdate, Receipt, Role, RoomEvent, RoomInfo, RoomType } from "./wire-rooms.js";
