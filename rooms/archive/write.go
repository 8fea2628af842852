package archive

import (
	"context"
	"errors"
	"slices"

	"roomstream/auth"
	"roomstream/rooms"
)

// writer writes what the store lacks.
type writer struct {
	ctx      context.Context
	store    Store
	compare  checker // so that an import which is repeated passes quickly over what is there
	progress func(Counts)
	counts   Counts
	batch    []*rooms.Event
	bytes    int

	at    rooms.Room // the room that is being written; no ID: none
	seq   int64      // its last one in the archive
	state *state     // as its events make it
	lines []rooms.Member

	files    string // the folder of contents; empty: none are read
	kind     kind   // of things
	things   []any
	lastKind kind                              // of later
	later    []any                             // things that are written when all others are
	behind   map[rooms.RoomID]rooms.Withdrawal // what the store's log says of messages behind the archive's end
}

func (w *writer) room(room rooms.Room) error {
	w.at, w.state, w.lines, w.seq = room, newState(), nil, room.MinSeq-1
	if err := w.compare.begin(room.ID); err != nil {
		return err
	}
	stored, err := w.store.Rooms.Catalog.Room(w.ctx, room.ID)
	switch {
	case err == nil && (stored == room || w.compare.last > 0):
		return nil // with a log of its own it keeps its name and its fence
	case err != nil && rooms.AsError(err).Code != rooms.CodeNotFound:
		return err
	}
	w.counts.Rooms++
	return w.store.Rooms.Archive.PutRoom(w.ctx, room)
}

func (w *writer) event(_ rooms.Room, e *rooms.Event) error {
	w.state.apply(e)
	w.seq = e.Seq
	has, err := w.compare.has(e)
	if err != nil || has {
		return err
	}
	w.batch = append(w.batch, e)
	w.bytes += e.Size()
	if len(w.batch) < batchEvents && w.bytes < batchBytes {
		return nil
	}
	return w.flush()
}

func (w *writer) member(m rooms.Member) error {
	w.lines = append(w.lines, m)
	return nil
}

// end writes what is left of a room: its last events, and then what they and the members'
// lines make of it.
func (w *writer) end() error {
	if err := w.flush(); err != nil {
		return err
	}
	if err := w.flushThings(); err != nil || w.at.ID == "" {
		return err
	}
	n, err := w.putMembers()
	w.counts.Members += n
	if err != nil {
		return err
	}
	room := w.at
	w.at = rooms.Room{}
	w.progress(w.counts)
	if err := w.putState(room); err != nil {
		return err
	}
	return w.lookBehind(room.ID)
}

// lookBehind notes which messages were deleted or edited in the store after the archive was
// made: its notifications must not say again what they said.
func (w *writer) lookBehind(id rooms.RoomID) error {
	var behind rooms.Withdrawal
	for after := w.seq; after < w.compare.last; {
		events, err := w.store.Rooms.Log.Since(w.ctx, id, after, page)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			break
		}
		for i := range events {
			switch e := &events[i]; e.Type {
			case rooms.TypeDelete:
				behind.Gone = append(behind.Gone, e.Target)
			case rooms.TypeEdit:
				behind.Edited = append(behind.Edited, e.Target)
			}
		}
		after = events[len(events)-1].Seq
	}
	if len(behind.Gone)+len(behind.Edited) > 0 {
		w.behind[id] = behind
	}
	return nil
}

// withdraw takes away what the store's log went past, some at a time: one command has a bound.
func (w *writer) withdraw() error {
	for room, behind := range w.behind {
		for gone := range slices.Chunk(behind.Gone, page.Events) {
			if err := w.store.Rooms.Notifications.Withdraw(w.ctx, room, rooms.Withdrawal{Gone: gone}); err != nil {
				return err
			}
		}
		for edited := range slices.Chunk(behind.Edited, page.Events) {
			if err := w.store.Rooms.Notifications.Withdraw(w.ctx, room, rooms.Withdrawal{Edited: edited}); err != nil {
				return err
			}
		}
	}
	return nil
}

// putState gives a room of the store the state of the archive, where that is newer: it has
// been there with a part of the log.
func (w *writer) putState(room rooms.Room) error {
	w.state.over(&room)
	stored, err := w.store.Rooms.Catalog.Room(w.ctx, room.ID)
	if err != nil || stored.StateSeq >= room.StateSeq {
		return err
	}
	stored.Set(room.Settings())
	stored.StateSeq = room.StateSeq
	return w.store.Rooms.Archive.PutRoom(w.ctx, stored)
}

// flush writes the batch; what is there already, and the same, is passed over.
func (w *writer) flush() error {
	for len(w.batch) > 0 {
		err := w.store.Rooms.Log.Append(w.ctx, w.batch)
		var taken *rooms.DuplicateError
		if err == nil {
			w.counts.Events += len(w.batch)
			w.batch = w.batch[:0]
			break
		}
		if !errors.As(err, &taken) {
			return err
		}
		w.counts.Events += taken.At
		if err := w.same(w.batch[taken.At]); err != nil {
			return err
		}
		w.batch = w.batch[taken.At+1:]
	}
	if w.bytes == 0 {
		return nil
	}
	w.batch, w.bytes = nil, 0
	w.progress(w.counts)
	return nil
}

// same says whether the store has exactly this event.
func (w *writer) same(e *rooms.Event) error {
	events, err := w.store.Rooms.Log.Since(w.ctx, e.RoomID, e.Seq-1, rooms.Page{Events: 1})
	if err != nil {
		return err
	}
	if len(events) == 0 || events[0] != *e {
		return otherContent(e)
	}
	return nil
}

func (w *writer) account(a auth.Account) error {
	err := w.store.Accounts.CreateAccount(w.ctx, a)
	switch {
	case errors.Is(err, auth.ErrNameTaken):
		return nil // compared before
	case err != nil:
		return err
	}
	w.counts.Accounts++
	return nil
}
