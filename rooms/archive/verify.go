package archive

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// Finding is one thing that is not as the log says it must be.
type Finding struct {
	Text     string
	Repaired bool
}

// VerifyOptions say what to do with what is found.
type VerifyOptions struct {
	// Repair writes what can be worked out from the log: rooms, their settings and members,
	// voids for missing numbers, counts of reactions, parents of deletes.
	Repair   bool
	Found    func(Finding)
	Progress func(Counts)
}

// Verify reads the whole log and tells each difference between it and what can be worked
// out from it. It keeps, of one room at a time, some 100 bytes a message, 50 a reaction and 400 a member.
// Beside instances that serve, a number that another program's document is just being given
// may show as a gap: look again.
func Verify(ctx context.Context, s rooms.Store, o VerifyOptions) (Counts, error) {
	v := &verifier{ctx: ctx, store: s, options: o}
	err := eachRoom(ctx, s, v.room)
	if err != nil {
		return v.counts, err
	}
	faults, err := s.Archive.Faults(ctx)
	for _, fault := range faults {
		o.Found(Finding{Text: fault})
	}
	return v.counts, err
}

type verifier struct {
	ctx     context.Context
	store   rooms.Store
	options VerifyOptions
	counts  Counts

	id       rooms.RoomID
	first    int64 // seq that the room begins with
	last     int64 // seq that was read last; 0: none
	state    *state
	messages map[int64]*message
}

// message is what the later events of a room are held to.
type message struct {
	author  auth.UserID
	parent  int64
	deleted int64       // seq of its delete; 0: none
	fold    *rooms.Fold // nil: nobody reacted
}

func (v *verifier) room(room rooms.Room, known bool) error {
	v.id, v.first, v.last, v.messages = room.ID, max(room.MinSeq, 1), 0, map[int64]*message{}
	v.state = newState()
	v.counts.Rooms++
	if !known {
		err := v.found(func() error { return v.store.Archive.PutRoom(v.ctx, room) }, "room %s: has a log and is not in the list of rooms", room.ID)
		if err != nil {
			return err
		}
	}
	if err := eachEvent(v.ctx, v.store.Log, room, v.event, func() { v.options.Progress(v.counts) }); err != nil {
		return err
	}
	return v.roomState(known)
}

// found tells of a difference, and repairs it where that is possible (repair is not nil)
// and wanted.
func (v *verifier) found(repair func() error, format string, args ...any) error {
	f := Finding{Text: fmt.Sprintf(format, args...)}
	if v.options.Repair && repair != nil {
		if err := repair(); err != nil {
			return fmt.Errorf("repair: %s: %w", f.Text, err)
		}
		f.Repaired = true
	}
	v.options.Found(f)
	return nil
}

func (v *verifier) event(e *rooms.Event, want int64) error {
	v.counts.Events++
	switch {
	case e.Seq > want:
		if err := v.gap(want, e.Seq-1); err != nil {
			return err
		}
	case e.Seq < want:
		return v.found(nil, "room %s: seq %d stands twice", v.id, e.Seq)
	}
	v.last = e.Seq
	v.state.apply(e)
	switch e.Type {
	case rooms.TypeMessage:
		return v.message(e)
	case rooms.TypeEdit, rooms.TypeDelete, rooms.TypeReaction:
		return v.change(e)
	}
	return nil
}

// fillMost is the longest gap that is filled. No server leaves more than it in flight;
// above a longer one stands a forged seq, and a void for each number below would fill the disk.
const fillMost = 10_000

func (v *verifier) gap(first, last int64) error {
	repair := func() error { return v.fill(first, last) }
	if last-first >= fillMost {
		repair = nil
	}
	return v.found(repair, "room %s: seq %d to %d are missing", v.id, first, last)
}

func (v *verifier) message(e *rooms.Event) error {
	v.messages[e.Seq] = &message{author: e.Author, parent: e.Parent}
	if e.Parent < v.first { // none, or trimmed
		return nil
	}
	if v.messages[e.Parent] == nil {
		return v.found(nil, "room %s seq %d: its parent %d is no message before it", v.id, e.Seq, e.Parent)
	}
	return nil
}

func (v *verifier) change(e *rooms.Event) error {
	if e.Target < v.first {
		return nil
	}
	m := v.messages[e.Target]
	switch {
	case m == nil:
		return v.found(nil, "room %s seq %d: its target %d is no message before it", v.id, e.Seq, e.Target)
	case m.deleted > 0:
		return v.found(nil, "room %s seq %d: changes message %d, which seq %d deleted", v.id, e.Seq, e.Target, m.deleted)
	case e.Type == rooms.TypeEdit && e.Author != m.author:
		return v.found(nil, "room %s seq %d: edits message %d of another author", v.id, e.Seq, e.Target)
	case e.Type == rooms.TypeDelete:
		m.deleted, m.fold = e.Seq, nil
		return v.parent(e, m)
	case e.Type == rooms.TypeReaction:
		return v.reaction(e, m)
	}
	return nil
}

func (v *verifier) parent(e *rooms.Event, m *message) error {
	if e.Parent == m.parent {
		return nil
	}
	right := *e
	right.Parent = m.parent
	return v.found(func() error { return v.store.Archive.Derive(v.ctx, right) },
		"room %s seq %d: deletes a message whose parent is %d and says %d", v.id, e.Seq, m.parent, e.Parent)
}

func (v *verifier) reaction(e *rooms.Event, m *message) error {
	if m.fold == nil {
		m.fold = rooms.NewFold(rooms.Event{RoomID: v.id, Seq: e.Target, Author: m.author})
	}
	m.fold.Apply(e)
	want := m.fold.Counts()
	if e.Counts == want || e.Erased {
		return nil
	}
	right := *e
	right.Counts = want
	return v.found(func() error { return v.store.Archive.Derive(v.ctx, right) },
		"room %s seq %d: counts %s where the log has %s", v.id, e.Seq, e.Counts, want)
}

// fill makes voids of missing numbers; one that another filled meanwhile is left.
func (v *verifier) fill(first, last int64) error {
	now := time.Now().UTC().Truncate(time.Millisecond)
	for first <= last {
		var voids []*rooms.Event
		for seq := first; seq <= last && len(voids) < batchEvents; seq++ {
			voids = append(voids, &rooms.Event{ID: newID(now), RoomID: v.id, Seq: seq, Type: rooms.TypeVoid, Timestamp: now})
		}
		err := v.store.Log.Append(v.ctx, voids)
		var taken *rooms.DuplicateError
		switch {
		case err == nil:
			first += int64(len(voids))
		case errors.As(err, &taken):
			first = voids[taken.At].Seq + 1
		default:
			return err
		}
	}
	return nil
}

func newID(now time.Time) rooms.EventID {
	var id rooms.EventID
	rand.Read(id[:])
	binary.BigEndian.PutUint32(id[:], uint32(now.Unix()))
	return id
}
