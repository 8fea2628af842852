package hooks

import (
	"context"
	"time"

	"roomstream/rooms"
)

const (
	// hooksPage is how many hooks are read at once.
	hooksPage = 500
	// roomsPage is how many rooms are looked over at once.
	roomsPage = 200
	// unnumberedWait is how soon an insert of another program has its number.
	unnumberedWait = time.Second
)

// known are the hooks as they were read. It is never changed.
type known struct {
	byID       map[string]*Hook
	byRoom     map[rooms.RoomID][]*Hook
	everywhere []*Hook
}

func newKnown(list []Hook) *known {
	k := &known{byID: make(map[string]*Hook, len(list)), byRoom: map[rooms.RoomID][]*Hook{}}
	for i := range list {
		h := &list[i]
		k.byID[h.ID] = h
		if h.Room == "" {
			k.everywhere = append(k.everywhere, h)
		} else {
			k.byRoom[h.Room] = append(k.byRoom[h.Room], h)
		}
	}
	return k
}

// rung is told of each insert. It must not wait.
func (o *Outgoing) rung(room rooms.RoomID, seq int64) {
	k := o.known.Load()
	if len(k.byID) == 0 || !o.chat.Owns(room) {
		return
	}
	wait := time.Duration(0)
	if seq == 0 {
		wait = unnumberedWait
	}
	for _, list := range [][]*Hook{k.byRoom[room], k.everywhere} {
		for _, h := range list {
			if h.Failed == nil && h.covers(room) {
				o.jobs.add(jobKey{h.ID, room}, wait)
			}
		}
	}
}

// keepKnown reads the hooks again and again, and looks for work that nobody rang for.
func (o *Outgoing) keepKnown(ctx context.Context) error {
	tick := time.NewTicker(o.options.Reload)
	defer tick.Stop()
	swept := time.Now().Add(-o.options.Sweep)
	for {
		changed, err := o.readKnown(ctx)
		if err == nil && time.Since(swept) >= o.options.Sweep {
			swept = time.Now()
			changed = o.known.Load().byID
		}
		for _, h := range changed {
			if err == nil {
				err = o.sweep(ctx, h)
			}
		}
		if err != nil && ctx.Err() == nil {
			o.logger.Warn("looking over the webhooks failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-o.reload:
		case <-tick.C:
		}
	}
}

// readKnown reads all hooks and gives those that are new, or whose cursor was set.
func (o *Outgoing) readKnown(ctx context.Context) (map[string]*Hook, error) {
	var list []Hook
	for after := ""; ; {
		op, cancel := context.WithTimeout(ctx, storeTimeout)
		page, err := o.store.Hooks(op, HookQuery{After: after, Limit: hooksPage})
		cancel()
		if err != nil {
			return nil, err
		}
		list = append(list, page...)
		if len(page) < hooksPage {
			break
		}
		after = page[len(page)-1].ID
	}
	before, now := o.known.Load(), newKnown(list)
	o.known.Store(now)
	changed := map[string]*Hook{}
	for id, h := range now.byID {
		if was := before.byID[id]; was == nil || was.Revision != h.Revision {
			o.jobs.drop(id)
			changed[id] = h
		}
	}
	for id := range before.byID {
		if now.byID[id] == nil {
			o.jobs.drop(id)
		}
	}
	return changed, nil
}

// sweep adds work for the rooms of a hook whose logs go on behind its cursors.
func (o *Outgoing) sweep(ctx context.Context, h *Hook) error {
	if h.Failed != nil {
		return nil
	}
	if h.Room != "" {
		return o.sweepRooms(ctx, h, []rooms.RoomID{h.Room})
	}
	for after := rooms.RoomID(""); ; {
		list, next, err := o.chat.Logs(ctx, after, roomsPage)
		if err == nil {
			err = o.sweepRooms(ctx, h, list)
		}
		if err != nil || next == "" {
			return err
		}
		after = next
	}
}

// sweepRooms looks at rooms, ascending.
func (o *Outgoing) sweepRooms(ctx context.Context, h *Hook, list []rooms.RoomID) error {
	var own []rooms.RoomID
	for _, room := range list {
		if o.chat.Owns(room) {
			own = append(own, room)
		}
	}
	if len(own) == 0 {
		return nil
	}
	ends, err := o.chat.LogEnds(ctx, own)
	if err != nil {
		return err
	}
	taken, err := o.taken(ctx, h, list)
	if err != nil {
		return err
	}
	for _, room := range own {
		if ends[room] != taken[room] { // or the log ends below the cursor
			o.jobs.add(jobKey{h.ID, room}, 0)
		}
	}
	return nil
}

// taken gives how far a hook is in rooms, ascending ones.
func (o *Outgoing) taken(ctx context.Context, h *Hook, list []rooms.RoomID) (map[rooms.RoomID]int64, error) {
	taken := make(map[rooms.RoomID]int64, len(list))
	last := list[len(list)-1]
	for after := before(list[0]); after < last; {
		op, cancel := context.WithTimeout(ctx, storeTimeout)
		cursors, err := o.cursors.Cursors(op, h.ID, after, roomsPage)
		cancel()
		if err != nil {
			return nil, err
		}
		for _, c := range cursors {
			taken[c.Room], after = c.Seq, c.Room
		}
		if len(cursors) < roomsPage {
			break
		}
	}
	return taken, nil
}

// before gives what stands below a room's id and above all lesser ones: no id holds a character as small as this one.
func before(room rooms.RoomID) rooms.RoomID {
	return room[:len(room)-1] + rooms.RoomID(rune(room[len(room)-1]-1)) + "\x7f"
}
