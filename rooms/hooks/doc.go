// Package hooks joins other programs to the chat: bots with keys, incoming hooks (addresses that take messages) and outgoing
// ones, which take a room's events to a program's address.
//
// Concurrency: Bots and Outgoing are safe for concurrent use. Deliveries of one room to one hook run one after the other;
// of different rooms side by side, at most perHook for a hook (one while it fails) and perInstance in all, so that an address
// that hangs holds up nobody else.
//
// Lifecycle: NewOutgoing, then Run until its context is done; it returns when no delivery is under way, and lets go of
// what it had claimed.
//
// Order and loss: the log is the queue. A hook has a cursor in each room, the number up to which everything was taken; it
// moves only after the address answered with 2xx, so every event is delivered at least once, in the order of the room, also
// after an instance died. Who may move a cursor has claimed it: a lease in the cursor's own document, with an epoch that
// every write must name. An instance that was overtaken may deliver one more event, which was delivered before or is
// being delivered; it carries the same id. After giveUpAfter of failures the hook is marked failed and waits for its cursor to be
// set; nothing is skipped.
package hooks
