package hooks

import (
	"context"
	"errors"
	"strconv"
	"time"

	"roomstream/rooms"
)

// deliveryID names a delivery: the same event to the same hook is the same delivery. No room's id holds a slash.
func deliveryID(hook string, room rooms.RoomID, seq int64) string {
	return hook + "/" + string(room) + "/" + strconv.FormatInt(seq, 10)
}

// Store keeps outgoing hooks. Implementations are safe for concurrent use; what they wrote is durable on return, what they
// read a majority has.
type Store interface {
	// CreateHook stores a new one.
	CreateHook(ctx context.Context, h Hook) error
	// Hook returns rooms.CodeNotFound when there is none of the id.
	Hook(ctx context.Context, id string) (Hook, error)
	// Hooks returns hooks ascending by ID.
	Hooks(ctx context.Context, q HookQuery) ([]Hook, error)
	// FailHook sets Failed, unless the Revision is another by now.
	FailHook(ctx context.Context, id string, revision int64, f Failure) error
	// RemoveHook removes a hook and its cursors. It may be repeated.
	RemoveHook(ctx context.Context, id string) error
}

// HookQuery selects hooks.
type HookQuery struct {
	Room  rooms.RoomID // only those of this room; empty: all
	After string       // those with a greater id
	Limit int          // at least 1
}

// Cursor is how far a hook has taken a room's log.
type Cursor struct {
	Hook string
	Room rooms.RoomID
	Seq  int64 // everything up to here was delivered, or is not asked for

	FailingSince time.Time // when the delivery of what follows first failed; zero: it has not
	Attempts     int       // how often it did
	LastError    string    // what was wrong the last time

	Owner string // who claimed it last
	Epoch int64  // grows with each change of the owner, and when the cursor is set by hand
}

// ErrHeld says that another one has claimed a cursor.
var ErrHeld = errors.New("another instance has claimed the cursor")

// ErrOvertaken says that a cursor was claimed by another one meanwhile, set by hand, or removed.
var ErrOvertaken = errors.New("the cursor is another's by now")

// Cursors keep how far hooks are. Implementations are as a Store's. Time is the store's own, the same for all instances.
type Cursors interface {
	// PutCursors stores cursors that are not there yet, of Hook, Room and Seq.
	PutCursors(ctx context.Context, list []Cursor) error
	// Claim gives the cursor to owner for a time, unless another has it: ErrHeld. One that is not there begins at 0. Epoch grows
	// when the owner was another.
	Claim(ctx context.Context, hook string, room rooms.RoomID, owner string, ttl time.Duration) (Cursor, error)
	// Advance writes Seq, FailingSince, Attempts and LastError and prolongs the claim; with ttl 0 it ends it. ErrOvertaken when
	// Owner or Epoch is another by now.
	Advance(ctx context.Context, c Cursor, ttl time.Duration) error
	// SetCursor sets Seq by hand: nobody has claimed it then, nothing has failed, and the hook's Failed ends. The cursor need not be
	// there; the hook must, else rooms.CodeNotFound.
	SetCursor(ctx context.Context, hook string, room rooms.RoomID, seq int64) error
	// Cursors returns at most limit cursors of a hook in rooms with a greater id, ascending by Room.
	Cursors(ctx context.Context, hook string, after rooms.RoomID, limit int) ([]Cursor, error)
}
