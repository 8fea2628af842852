package streams

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

const (
	// catchUpsEach is how many cursors one declaration may have for those who come back, and catchUpsMost all together.
	catchUpsEach = 4
	catchUpsMost = 16
	// gather is how long the first of those who come back waits for others: after an outage all come at once.
	gather = 20 * time.Millisecond
)

// comeBack has what is behind m.after read for a member that joined; m.started tells how that began. It returns false
// when the server stops.
func (f *feed) comeBack(m *member) bool {
	f.mu.Lock()
	f.back = append(f.back, m)
	first := !f.fetching
	f.fetching = true
	f.mu.Unlock()
	return !first || f.service.begin(f.catchUp)
}

// catchUp reads for all who wait for it, when a cursor is to be had.
func (f *feed) catchUp(ctx context.Context) {
	for _, places := range []chan struct{}{f.declared.catchUps, f.service.catchUps} {
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
		case <-ctx.Done():
		}
	}
	sleep(ctx, gather)
	f.mu.Lock()
	group := slices.DeleteFunc(f.back, func(m *member) bool { return m.gone.Err() != nil })
	f.back, f.fetching = nil, false
	f.mu.Unlock()
	if len(group) > 0 {
		f.readFor(ctx, group)
	}
}

// readFor reads behind the oldest place of a group, for each of it what it lacks.
func (f *feed) readFor(ctx context.Context, group []*member) {
	slices.SortFunc(group, func(a, b *member) int { return strings.Compare(string(a.after), string(b.after)) })
	cursor, group, err := f.openFor(ctx, group)
	if err != nil {
		f.turnAway(group, err)
		return
	}
	if cursor == nil {
		return // nobody is left
	}
	w := newWave(f, group)
	for _, m := range group {
		m.start(nil)
	}
	err = w.read(ctx, cursor)
	cursor.Close()
	if err != nil {
		w.failed(ctx, err)
	}
}

// openFor opens a cursor behind the oldest place that the oplog still has, and returns who can use it; the others are told.
func (f *feed) openFor(ctx context.Context, group []*member) (Cursor, []*member, error) {
	var cursor Cursor
	lost, known := 0, len(group) // group[:lost] have lost their place, group[known:] have not
	for next := 0; lost < known; next = (lost + known) / 2 {
		w := f.watch
		w.After = group[next].after
		opening, cancel := context.WithTimeout(ctx, openTimeout)
		opened, err := f.service.db.Open(opening, w)
		cancel()
		if errors.Is(err, ErrTooLarge) {
			opened, err = blocked(w.After), nil // the place is there
		}
		switch {
		case err == nil:
			if cursor != nil {
				cursor.Close()
			}
			cursor, known = opened, next
		case rooms.AsError(err).Code == rooms.CodeGone:
			lost = next + 1
		default:
			if cursor != nil {
				cursor.Close()
			}
			return nil, group, err
		}
	}
	f.turnAway(group[:known], rooms.E(rooms.CodeGone, "after: the database no longer has what came since: read anew, and open the stream without it"))
	return cursor, group[known:], nil
}

// turnAway tells members that they cannot have what they lack.
func (f *feed) turnAway(group []*member, err error) {
	for _, m := range group {
		f.expel(m, err)
	}
}

// expel ends a member that cannot go on: whoever still waits for its beginning gets the error.
func (f *feed) expel(m *member, err error) {
	f.forget(m)
	if m.start(err) {
		m.end("")
		return
	}
	m.end(reasonOf(err))
}

func reasonOf(err error) Reason {
	switch rooms.AsError(err).Code {
	case rooms.CodeGone:
		return ReasonHistoryLost
	case rooms.CodeUnavailable, rooms.CodeTimeout:
		return ReasonDraining
	}
	return ReasonFailed
}

// wave is those who catch up by one cursor.
type wave struct {
	feed    *feed
	members audience
	reached Position // everything up to here was given
	nearest Position // where the first of them is done
}

func newWave(f *feed, group []*member) *wave {
	w := &wave{feed: f, members: newAudience()}
	for _, m := range group {
		w.members.add(m)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	w.seek()
	return w
}

// seek finds nearest; the feed's lock is held.
func (w *wave) seek() {
	w.nearest = ""
	for m := range w.members.all {
		if w.nearest == "" || m.joined < w.nearest {
			w.nearest = m.joined
		}
	}
}

// read gives each its events until all are done.
func (w *wave) read(ctx context.Context, cursor Cursor) error {
	take := func(event bson.Raw, at Position) bool {
		if event != nil {
			w.give(ctx, event)
		} else {
			w.reach(at)
		}
		return len(w.members.all) > 0
	}
	err := consume(ctx, cursor, take)
	if errors.Is(err, ErrTooLarge) {
		err = w.feed.stepOver(ctx, max(w.reached, cursor.Position()), take)
	}
	return err
}

// give gives an event to those it is for and who will not get it live.
func (w *wave) give(ctx context.Context, event bson.Raw) {
	a := arrival{newChange(event, w.feed.declared), positionOf(event)}
	keys := w.feed.keysOf(event)
	var due []*member
	w.feed.mu.Lock()
	w.members.each(w.feed.route, event, keys, func(m *member) {
		if a.position > m.after && a.position <= m.joined {
			due = append(due, m)
		}
	})
	w.feed.mu.Unlock()
	for _, m := range due {
		if err := m.wait(ctx); err != nil {
			w.members.drop(m)
			w.feed.slow(ctx, m)
			continue
		}
		m.deliver(a)
	}
	w.reach(a.position)
}

// slow ends a member whose sink makes no room.
func (f *feed) slow(ctx context.Context, m *member) {
	f.forget(m)
	reason := ReasonSlow
	if ctx.Err() != nil {
		reason = ReasonDraining
	}
	m.end(reason)
}

// reach lets those go who have all that came before they joined.
func (w *wave) reach(to Position) {
	w.reached = max(w.reached, to)
	if w.reached < w.nearest {
		return
	}
	var again []*member
	w.feed.mu.Lock()
	for m := range w.members.all {
		if w.reached < m.joined && m.gone.Err() == nil {
			continue
		}
		w.members.drop(m)
		m.after = max(m.after, m.joined)
		if m.gone.Err() == nil && !m.release(w.feed.position) {
			again = append(again, m)
		}
	}
	w.seek()
	w.feed.mu.Unlock()
	for _, m := range again {
		w.feed.comeBack(m)
	}
}

// failed sees to those who were not done when the cursor failed.
func (w *wave) failed(ctx context.Context, err error) {
	var left []*member
	w.feed.mu.Lock()
	for m := range w.members.all {
		m.after = max(m.after, w.reached)
		left = append(left, m)
	}
	w.feed.mu.Unlock()
	code := rooms.AsError(err).Code
	if ctx.Err() == nil && (code == rooms.CodeUnavailable || code == rooms.CodeTimeout || errors.Is(err, errSteppedOver)) {
		sleep(ctx, reopenFirst)
		for _, m := range left {
			w.feed.comeBack(m)
		}
		return
	}
	w.feed.turnAway(left, err)
}
