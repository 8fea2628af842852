package archive

import (
	"context"
	"errors"
	"fmt"

	"roomstream/auth"
	"roomstream/rooms"
)

// checker compares an archive with what the store has. It writes nothing.
type checker struct {
	ctx   context.Context
	store Store
	there []rooms.Event // of the room, from the next event on
	last  int64         // of the room in the store
}

func (c *checker) room(room rooms.Room) error {
	c.there, c.last = nil, 0
	stored, err := c.store.Rooms.Catalog.Room(c.ctx, room.ID)
	switch {
	case err != nil && rooms.AsError(err).Code != rooms.CodeNotFound:
		return err
	case err == nil && stored.MinSeq > max(room.MinSeq, 1):
		return fmt.Errorf("room %s: is trimmed below seq %d in the store, the archive begins at %d", room.ID, stored.MinSeq, max(room.MinSeq, 1))
	}
	newest, err := c.store.Rooms.Log.Newest(c.ctx, []rooms.RoomID{room.ID}, 1)
	if err != nil {
		return err
	}
	if events := newest[room.ID]; len(events) > 0 {
		c.last = events[0].Seq
	}
	return nil
}

func (c *checker) event(room rooms.Room, e *rooms.Event) error {
	if e.Seq > c.last {
		return nil
	}
	if len(c.there) == 0 {
		events, err := c.store.Rooms.Log.Since(c.ctx, room.ID, e.Seq-1, page)
		if err != nil {
			return err
		}
		c.there = events
	}
	if len(c.there) == 0 || c.there[0].Seq > e.Seq {
		return nil // a gap that this fills
	}
	if c.there[0] != *e {
		return otherContent(e)
	}
	c.there = c.there[1:]
	return nil
}

func otherContent(e *rooms.Event) error {
	return fmt.Errorf("room %s holds other content at seq %d: it is another log's, or went on differently", e.RoomID, e.Seq)
}

func (c *checker) account(a auth.Account) error {
	stored, err := c.store.Accounts.AccountByName(c.ctx, a.Name)
	if errors.Is(err, auth.ErrNoAccount) {
		return nil
	}
	if err == nil && stored.ID != a.ID {
		return fmt.Errorf("account %s: the name is taken by another account in the store", a.Name)
	}
	return err
}

func (c *checker) end() error { return nil }

// writer writes what the store lacks.
type writer struct {
	ctx      context.Context
	store    Store
	progress func(Counts)
	counts   Counts
	batch    []*rooms.Event
	bytes    int
}

func (w *writer) room(room rooms.Room) error {
	_, err := w.store.Rooms.Catalog.Room(w.ctx, room.ID)
	if err == nil {
		return nil // it keeps the name it has there
	}
	if rooms.AsError(err).Code != rooms.CodeNotFound {
		return err
	}
	w.counts.Rooms++
	return w.store.Rooms.Archive.PutRoom(w.ctx, room)
}

func (w *writer) event(_ rooms.Room, e *rooms.Event) error {
	w.batch = append(w.batch, e)
	w.bytes += e.Size()
	if len(w.batch) < batchEvents && w.bytes < batchBytes {
		return nil
	}
	return w.end()
}

// end writes the batch; what is there already, and the same, is passed over.
func (w *writer) end() error {
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
	if errors.Is(err, auth.ErrNameTaken) {
		return nil // compared before
	}
	w.counts.Accounts++
	return err
}
