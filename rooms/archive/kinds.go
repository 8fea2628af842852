package archive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/hooks"
	"roomstream/rooms/kept"
)

// kind is one sort of the things that stand behind the accounts, each on a line of its own.
type kind interface {
	// member is the name of the line's one member.
	member() string
	// count is where its things are counted.
	count(*Counts) *int
	// each gives all things of a store that an export holds, ascending by key, and calls
	// paged between reads.
	each(ctx context.Context, s Store, do func(thing any) error, paged func()) error
	// belongs says whether a thing is in the export of a single room.
	belongs(thing any, of *scope) bool
	// line gives the value of the line's member.
	line(thing any) (any, error)
	// parse reads it, and holds it to what an export writes.
	parse(raw []byte) (thing any, key string, err error)
	// compare gives what says of things, which come ascending by key, what must be in the store
	// and whether it differs from what is. It refuses what is another thing there.
	compare(ctx context.Context, s Store) func(thing any) (want any, differs bool, err error)
	// rivals gives what refuses a thing that another one leaves no place for.
	rivals(ctx context.Context, s Store) func(thing any) error
	put(ctx context.Context, s Store, things []any) error
	// batch is how many are put at once.
	batch() int
	// had is what of a thing no other may have, besides its key; empty: nothing.
	had(thing any) string
	// last says whether its things, of which there are few in a room, are put behind all others.
	last() bool
}

// kindOf is a kind whose things are T and whose lines are L.
type kindOf[T any, L interface{ thing() (T, error) }] struct {
	name    string
	counted func(*Counts) *int
	table   func(*kept.Tables) kept.Table[T]
	key     func(*T) string
	write   func(*T) (any, error)
	moves   func(*T) bool                   // nil: every one is exported
	of      func(*T, *scope) bool           // nil: none belongs to a room
	merge   func(there, given T) (T, error) // what must be there; its errors begin with the field
	empty   func() L
	atLast  bool
	large   bool // one may take megabytes: see largeListed

	alone      func(*T) string // what no other may have; nil: nothing, empty: it has none
	aloneField string
}

// scope is what belongs to the export of a single room.
type scope struct {
	room     rooms.RoomID
	people   map[auth.UserID]bool // who is in it, or has read it
	webhooks map[string]bool      // grows while the webhooks are written
}

// kinds are all kinds, in the order in which they stand.
func kinds() []kind {
	return []kind{
		&kindOf[rooms.Profile, *profileLine]{
			name: "profile", counted: func(c *Counts) *int { return &c.Profiles },
			table: func(t *kept.Tables) kept.Table[rooms.Profile] { return t.Profiles }, key: kept.ProfileKey,
			write: profileToLine, merge: mergeProfiles, empty: func() *profileLine { return &profileLine{} },
			of: func(p *rooms.Profile, s *scope) bool { return s.people[p.UserID] },
		},
		&kindOf[rooms.Notification, *notificationLine]{
			name: "notification", counted: func(c *Counts) *int { return &c.Notifications },
			table: func(t *kept.Tables) kept.Table[rooms.Notification] { return t.Notifications }, key: kept.NotificationKey,
			write: notificationToLine, merge: mergeNotifications, empty: func() *notificationLine { return &notificationLine{} },
		},
		&kindOf[rooms.Invitation, *invitationLine]{
			name: "invitation", counted: func(c *Counts) *int { return &c.Invitations },
			table: func(t *kept.Tables) kept.Table[rooms.Invitation] { return t.Invitations }, key: kept.InvitationKey,
			write: invitationToLine, merge: mergeInvitations, empty: func() *invitationLine { return &invitationLine{} },
			alone: invitationAlone, aloneField: "id", large: true,
			of: func(i *rooms.Invitation, s *scope) bool { return i.RoomID == s.room },
		},
		&kindOf[rooms.Report, *reportLine]{
			name: "report", counted: func(c *Counts) *int { return &c.Reports },
			table: func(t *kept.Tables) kept.Table[rooms.Report] { return t.Reports }, key: kept.ReportKey,
			write: reportToLine, merge: mergeReports, empty: func() *reportLine { return &reportLine{} },
			alone: reportAlone, aloneField: "seq",
			of: func(r *rooms.Report, s *scope) bool { return r.RoomID == s.room },
		},
		&kindOf[rooms.AuditEntry, *auditLine]{
			name: "audit", counted: func(c *Counts) *int { return &c.Audit },
			table: func(t *kept.Tables) kept.Table[rooms.AuditEntry] { return t.Audit }, key: kept.AuditKey,
			write: auditToLine, merge: mergeAudit, empty: func() *auditLine { return &auditLine{} },
			of: func(e *rooms.AuditEntry, s *scope) bool { return e.RoomID == s.room },
		},
		&kindOf[rooms.File, *fileLine]{
			name: "file", counted: func(c *Counts) *int { return &c.Files },
			table: func(t *kept.Tables) kept.Table[rooms.File] { return t.Files }, key: kept.FileKey,
			write: fileToLine, merge: mergeFiles, empty: func() *fileLine { return &fileLine{} },
			moves: func(f *rooms.File) bool { return f.Stored },
			of:    func(f *rooms.File, s *scope) bool { return f.RoomID == s.room },
		},
		&kindOf[auth.Key, *keyLine]{
			name: "key", counted: func(c *Counts) *int { return &c.Keys },
			table: func(t *kept.Tables) kept.Table[auth.Key] { return t.Keys }, key: kept.KeyKey,
			write: keyToLine, merge: mergeKeys, empty: func() *keyLine { return &keyLine{} },
			alone: keyAlone, aloneField: "hash",
			moves: func(k *auth.Key) bool { return k.RevokedAt.IsZero() },
			of:    func(k *auth.Key, s *scope) bool { return len(k.Rooms) == 1 && k.Rooms[0] == string(s.room) },
		},
		&kindOf[auth.Revocation, *revocationLine]{
			name: "revocation", counted: func(c *Counts) *int { return &c.Revocations },
			table: func(t *kept.Tables) kept.Table[auth.Revocation] { return t.Revocations }, key: kept.RevocationKey,
			write: revocationToLine, merge: mergeRevocations, empty: func() *revocationLine { return &revocationLine{} },
		},
		&kindOf[hooks.Hook, *webhookLine]{
			name: "webhook", counted: func(c *Counts) *int { return &c.Webhooks },
			table: func(t *kept.Tables) kept.Table[hooks.Hook] { return t.Webhooks }, key: kept.WebhookKey,
			write: webhookToLine, merge: mergeWebhooks, empty: func() *webhookLine { return &webhookLine{} },
			// Without its cursors it would be sent every log from the beginning.
			atLast: true,
			of: func(h *hooks.Hook, s *scope) bool {
				s.webhooks[h.ID] = h.Room == s.room
				return s.webhooks[h.ID]
			},
		},
		&kindOf[hooks.Cursor, *cursorLine]{
			name: "cursor", counted: func(c *Counts) *int { return &c.Cursors },
			table: func(t *kept.Tables) kept.Table[hooks.Cursor] { return t.Cursors }, key: kept.CursorKey,
			write: cursorToLine, merge: mergeCursors, empty: func() *cursorLine { return &cursorLine{} },
			of: func(c *hooks.Cursor, s *scope) bool { return s.webhooks[c.Hook] },
		},
		&kindOf[rooms.Thread, *threadLine]{
			name: "thread", counted: func(c *Counts) *int { return &c.Threads },
			table: func(t *kept.Tables) kept.Table[rooms.Thread] { return t.Threads }, key: kept.ThreadKey,
			write: threadToLine, merge: mergeThreads, empty: func() *threadLine { return &threadLine{} },
			of: func(t *rooms.Thread, s *scope) bool { return t.RoomID == s.room && s.people[t.UserID] },
		},
		documentKind("stream", func(c *Counts) *int { return &c.Streams }, func(t *kept.Tables) kept.Table[kept.Document] { return t.Streams }, streamAlone),
		documentKind("rule", func(c *Counts) *int { return &c.Rules }, func(t *kept.Tables) kept.Table[kept.Document] { return t.Rules }, nil),
	}
}

func documentKind(name string, counted func(*Counts) *int, table func(*kept.Tables) kept.Table[kept.Document], alone func(*kept.Document) string) kind {
	return &kindOf[kept.Document, *documentLine]{
		name: name, counted: counted, table: table, key: kept.DocumentKey,
		write: documentToLine, merge: mergeDocuments, empty: func() *documentLine { return &documentLine{} },
		alone: alone, aloneField: "document",
	}
}

func (k *kindOf[T, L]) member() string { return k.name }

// largeListed is how many are read or written at once of a kind of which one may take megabytes: an invitation has the ids of
// all who have used it.
const largeListed = 8

// listed is how many are read at once, at least 2: each page begins with the last of the one before.
func (k *kindOf[T, L]) listed() int {
	if k.large {
		return largeListed
	}
	return listed
}

func (k *kindOf[T, L]) had(thing any) string {
	if k.alone == nil {
		return ""
	}
	t := thing.(T)
	return k.alone(&t)
}

func (k *kindOf[T, L]) batch() int { return min(k.listed(), batchThings) }

func (k *kindOf[T, L]) last() bool { return k.atLast }

func (k *kindOf[T, L]) count(c *Counts) *int { return k.counted(c) }

func (k *kindOf[T, L]) each(ctx context.Context, s Store, do func(any) error, paged func()) error {
	table, last := k.table(&s.Kept), ""
	for {
		list, err := table.From(ctx, last, k.listed())
		if err != nil {
			return err
		}
		if len(list) > 0 && last != "" && k.key(&list[0]) == last {
			list = list[1:] // the page before ended with it
		}
		if len(list) == 0 {
			return nil
		}
		for i := range list {
			if k.moves != nil && !k.moves(&list[i]) {
				continue
			}
			if err := do(list[i]); err != nil {
				return err
			}
		}
		last = k.key(&list[len(list)-1])
		paged()
	}
}

func (k *kindOf[T, L]) belongs(thing any, of *scope) bool {
	t := thing.(T)
	return k.of != nil && k.of(&t, of)
}

func (k *kindOf[T, L]) line(thing any) (any, error) {
	t := thing.(T)
	return k.write(&t)
}

func (k *kindOf[T, L]) parse(raw []byte) (any, string, error) {
	l := k.empty()
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(l); err != nil {
		return nil, "", fmt.Errorf("%s: %w", k.name, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, "", fmt.Errorf("%s: something stands after it", k.name)
	}
	t, err := l.thing()
	if err != nil {
		return nil, "", fmt.Errorf("%s.%w", k.name, err)
	}
	return t, k.key(&t), nil
}

func (k *kindOf[T, L]) compare(ctx context.Context, s Store) func(any) (any, bool, error) {
	table := k.table(&s.Kept)
	var page []T // of the store, from the last thing on
	end := false // the store has none above it
	return func(thing any) (any, bool, error) {
		given := thing.(T)
		key := k.key(&given)
		for len(page) > 0 && k.key(&page[0]) < key {
			page = page[1:]
		}
		if len(page) == 0 && !end {
			list, err := table.From(ctx, key, k.listed())
			if err != nil {
				return nil, false, err
			}
			page, end = list, len(list) == 0
		}
		if len(page) == 0 || k.key(&page[0]) != key {
			return given, true, nil
		}
		want, err := k.merge(page[0], given)
		if err != nil {
			return nil, false, fmt.Errorf("%s.%w", k.name, err)
		}
		return want, !reflect.DeepEqual(want, page[0]), nil
	}
}

func (k *kindOf[T, L]) put(ctx context.Context, s Store, things []any) error {
	list := make([]T, len(things))
	for i, thing := range things {
		list[i] = thing.(T)
	}
	if err := k.table(&s.Kept).Put(ctx, list); err != nil {
		return fmt.Errorf("%s: %w", k.name, err)
	}
	return nil
}
