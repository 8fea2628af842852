// Package kept says how a store gives out and takes in what it keeps beside the logs, the
// rooms, their members and the accounts: for export and import, which move it as it is.
// Whoever serves uses the interfaces made for that instead, which hold the rules.
package kept

import (
	"context"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/hooks"
)

// Table gives all things of one kind, each under a key that the functions below give. What is
// read a majority has, what was written is durable on return. Implementations are safe for
// concurrent use.
type Table[T any] interface {
	// From returns at most limit (at least 1) things whose key is at or above from, ascending
	// by key, byte by byte. Empty: from the first one.
	From(ctx context.Context, from string, limit int) ([]T, error)

	// Put writes things as they are given, each over the one of its key. On an error some may
	// be written. It may be repeated.
	Put(ctx context.Context, list []T) error
}

// Document is one whose fields are not this program's: a declared stream, or a rule of who
// may read them.
type Document struct {
	ID   string // the _id, in canonical extended JSON
	JSON string // all of it, in canonical extended JSON
}

// Tables are those of one store.
type Tables struct {
	Profiles      Table[rooms.Profile]
	Notifications Table[rooms.Notification]
	Invitations   Table[rooms.Invitation]
	Reports       Table[rooms.Report]
	Audit         Table[rooms.AuditEntry]
	Files         Table[rooms.File] // all, also those that are not Stored
	Keys          Table[auth.Key]   // all, also those that were revoked lately
	Revocations   Table[auth.Revocation]
	Webhooks      Table[hooks.Hook]
	Cursors       Table[hooks.Cursor] // Owner is left out: a claim belongs to one store
	Streams       Table[Document]
	Rules         Table[Document]
	Threads       Table[rooms.Thread]
}

// The keys of the kinds.

// ProfileKey is the user's id.
func ProfileKey(p *rooms.Profile) string { return string(p.UserID) }

// NotificationKey is the id's bytes.
func NotificationKey(n *rooms.Notification) string { return string(n.ID[:]) }

// InvitationKey is the bytes of its token's hash.
func InvitationKey(i *rooms.Invitation) string { return string(i.Hash[:]) }

// ReportKey is the id's bytes.
func ReportKey(r *rooms.Report) string { return string(r.ID[:]) }

// AuditKey is the id's bytes.
func AuditKey(e *rooms.AuditEntry) string { return string(e.ID[:]) }

// FileKey is the id.
func FileKey(f *rooms.File) string { return string(f.ID) }

// KeyKey is the id of whom the key speaks for.
func KeyKey(k *auth.Key) string { return string(k.ID) }

// RevocationKey says of what it is.
func RevocationKey(r *auth.Revocation) string { return r.Key() }

// WebhookKey is the id.
func WebhookKey(h *hooks.Hook) string { return h.ID }

// CursorKey is the hook's id, a slash and the room's id. Neither holds a slash, and no hook's id begins as another's does.
func CursorKey(c *hooks.Cursor) string { return c.Hook + "/" + string(c.Room) }

// ThreadKey is that of the thread and the user.
func ThreadKey(t *rooms.Thread) string { return rooms.ThreadKey(t.RoomID, t.Seq, t.UserID) }

// DocumentKey is the id.
func DocumentKey(d *Document) string { return d.ID }
