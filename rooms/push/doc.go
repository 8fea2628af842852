// Package push takes what users miss while they have no socket to their devices: Web Push (RFC 8030), encrypted for the
// device alone (RFC 8291) and signed with this deployment's key (VAPID, RFC 8292).
//
// Concurrency: a Sender is safe for concurrent use. Requests run side by side, at most perUser for one user,
// perService to one service and atOnce in all, so that a service that hangs holds up those who chose it. Services that have
// not answered lately share strangers places, however many names they have.
//
// Lifecycle: New, then Run until its context is done; it returns when no request is under way.
//
// Order and loss: a message is tried at most by one instance, the one that stored the notification, and counts as sent when
// the push service answers 2xx; the device may be shown it later, or never. What waits is kept in memory, within bounds: it is
// lost when the process ends, when too much waits, and after giveUpAfter of failures. Of one room only the newest waits for a
// device. What is lost is missing on a device's screen only: the notification itself is stored, and the message counted as
// unread.
package push
