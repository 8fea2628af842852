package rooms

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"
)

const (
	// removeDelay is how long trimmed documents stay, blank, behind the fence: an instance
	// that was paused for less still meets them, and numbers above them. It must be longer
	// than numberTrust: for so long an instance goes on from the last seq it knows, and the
	// log would take a number again whose document is gone.
	removeDelay = time.Hour
	// sweepEvery is how often the rooms are looked over.
	sweepEvery = time.Minute
	// sweepShare keeps a sweep of very many rooms from taking more than a tenth of the time.
	sweepShare = 10
	// sweepRooms is how many rooms are listed at once, trimStep how many events one write
	// changes: short, so that nobody waits behind it.
	sweepRooms = 500
	trimStep   = 500
)

// trimPage bounds one read of what may be old enough.
var trimPage = Page{Events: 1000, Bytes: 1 << 20}

// keeper trims the rooms whose events are not kept for ever: their fence is raised
// first, then contents are blanked, then, after removeDelay, the documents go. Each step
// is written down in the room, so whoever comes next goes on where a crash left it.
//
// Concurrency: run has one goroutine; on many instances each room is its owner's.
// Lifecycle: run ends with its context. Order and loss: what is left of a room's log is
// gap-free from its MinSeq.
type keeper struct {
	store     Store
	retention time.Duration // of rooms that have none of their own; 0: for ever
	delay     time.Duration
	every     time.Duration
	owns      func(RoomID) bool
	trimmed   func(RoomID) // the room's fence was raised
	files     *files       // swept with the rooms
	now       func() time.Time
	logger    *slog.Logger

	blank   map[RoomID]int64 // below what the contents are known to be gone
	removed map[RoomID]int64 // below what the documents are known to be gone
}

func (k *keeper) run(ctx context.Context) error {
	for ctx.Err() == nil {
		begun := time.Now()
		k.sweep(ctx)
		k.files.sweep(ctx)
		every := max(k.every, sweepShare*time.Since(begun))
		pause(ctx, every/2+rand.N(every), nil) // not in step with other instances
	}
	return nil
}

// sweep looks over all rooms that this instance owns.
func (k *keeper) sweep(ctx context.Context) {
	var after RoomID
	for ctx.Err() == nil {
		page, err := k.rooms(ctx, after)
		if err != nil {
			if ctx.Err() == nil {
				k.logger.Warn("listing the rooms to trim failed", "error", err)
			}
			return
		}
		for i := range page {
			if !k.owns(page[i].ID) {
				continue
			}
			if err := k.trim(ctx, page[i]); err != nil && ctx.Err() == nil {
				k.logger.Warn("trimming a room failed", "room", page[i].ID, "error", err)
			}
		}
		if len(page) < sweepRooms {
			return
		}
		after = page[len(page)-1].ID
	}
}

func (k *keeper) rooms(ctx context.Context, after RoomID) ([]Room, error) {
	op, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	return k.store.Catalog.Rooms(op, after, sweepRooms)
}

// trim does what is due in one room.
func (k *keeper) trim(ctx context.Context, room Room) error {
	if err := k.raise(ctx, &room); err != nil {
		return err
	}
	if room.MinSeq > k.blank[room.ID] {
		if err := k.inSteps(ctx, func(op context.Context) (int, error) {
			return k.store.Trimmer.Blank(op, room.ID, room.MinSeq, trimStep)
		}); err != nil {
			return err
		}
		if err := k.withdraw(ctx, room); err != nil {
			return err
		}
		k.blank[room.ID] = room.MinSeq
	}
	if room.RemoveAt.IsZero() || k.now().Before(room.RemoveAt) {
		return nil
	}
	if room.RemoveBelow > k.removed[room.ID] {
		if err := k.inSteps(ctx, func(op context.Context) (int, error) {
			return k.store.Trimmer.Remove(op, room.ID, room.RemoveBelow, trimStep)
		}); err != nil {
			return err
		}
		if err := k.forgetThreads(ctx, room); err != nil {
			return err
		}
		k.removed[room.ID] = room.RemoveBelow
	}
	if room.RemoveBelow < room.MinSeq {
		return k.fence(ctx, room.ID, room.MinSeq, k.now().Add(k.delay))
	}
	return nil
}

// forgetThreads takes away what was kept of the answers to messages that are gone.
func (k *keeper) forgetThreads(ctx context.Context, room Room) error {
	op, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	return k.store.Threads.TrimThreads(op, room.ID, room.RemoveBelow)
}

// raise finds how far the room's events are too old and fences them off.
func (k *keeper) raise(ctx context.Context, room *Room) error {
	keep := room.Retention
	if keep == 0 {
		keep = k.retention
	}
	if keep <= 0 {
		return nil
	}
	first, err := k.firstKept(ctx, room, k.now().Add(-keep))
	if err != nil || first <= max(room.MinSeq, 1) {
		return err
	}
	var removeAt time.Time // the plan that stands is kept
	if room.RemoveAt.IsZero() {
		removeAt = k.now().Add(k.delay)
	}
	if err := k.fence(ctx, room.ID, first, removeAt); err != nil {
		return err
	}
	k.trimmed(room.ID)
	k.logger.Info("a room was trimmed", "room", room.ID, "minSeq", first)
	room.MinSeq = first
	if !removeAt.IsZero() {
		room.RemoveBelow, room.RemoveAt = first, removeAt
	}
	return nil
}

// withdraw takes the notifications of trimmed messages away.
func (k *keeper) withdraw(ctx context.Context, room Room) error {
	op, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	return k.store.Notifications.Withdraw(op, room.ID, Withdrawal{Below: room.MinSeq})
}

func (k *keeper) fence(ctx context.Context, room RoomID, first int64, removeAt time.Time) error {
	op, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	return k.store.Trimmer.Fence(op, room, first, first, removeAt)
}

// firstKept gives the first number that is not older than then, or follows all that is.
func (k *keeper) firstKept(ctx context.Context, room *Room, then time.Time) (int64, error) {
	first := max(room.MinSeq, 1)
	for {
		op, cancel := context.WithTimeout(ctx, opTimeout)
		events, err := k.store.Log.Since(op, room.ID, first-1, trimPage)
		cancel()
		if err != nil || len(events) == 0 {
			return first, err
		}
		for i := range events {
			if !madeAt(&events[i]).Before(then) {
				return first, nil
			}
			first = events[i].Seq + 1
		}
	}
}

// madeAt is when an event was made, for its age: another program may give any
// timestamp, but one in the future must not keep a room from being trimmed.
func madeAt(e *Event) time.Time {
	if at := e.ID.Time(); at.Before(e.Timestamp) {
		return at
	}
	return e.Timestamp
}

// inSteps repeats a step until it has nothing more to do.
func (k *keeper) inSteps(ctx context.Context, step func(context.Context) (int, error)) error {
	for {
		op, cancel := context.WithTimeout(ctx, opTimeout)
		n, err := step(op)
		cancel()
		if err != nil || n < trimStep {
			return err
		}
	}
}

// SetRetention sets how long a room's events are kept: 0 as the server's setting says,
// KeepForever always. Instances follow within a minute. Errors: BAD_REQUEST, NOT_FOUND.
func (s *Service) SetRetention(ctx context.Context, roomID string, keep time.Duration) error {
	id, err := ParseRoomID(roomID)
	if err != nil {
		return err
	}
	return s.store.Trimmer.SetRetention(ctx, id, keep)
}

// forgetRoom forgets what is known and kept of a room, so that it is read anew.
func (s *Service) forgetRoom(id RoomID) {
	s.rosters.forget(id)
	s.replay.dropRoom(id)
}
