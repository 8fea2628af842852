package rooms

import (
	"sync/atomic"
	"time"

	"roomstream/rooms/tally"
)

// transitSlots bounds the events whose time is known: 2.7 s of a full log (24,000 a second), or minutes of a usual one. Those
// that take longer than that are not measured; what then tells how late it is, is the stream's lag.
const transitSlots = 1 << 16

// transit measures how long events take from here through the store to the sockets here: from when a lane takes one up to
// insert it until it is queued at every socket of its room. Both are of one clock, so clocks of several instances may
// stand apart; what another instance or another program inserts is therefore not measured here (the former is there). The events of
// this instance come through the same stream as all others.
//
// An event costs it two or three words each way; a delivery, nothing.
type transit struct {
	ids   *ids
	now   func() time.Time
	since time.Time // what times count from
	slots []transitSlot
	times *tally.Histogram
}

// transitSlot holds one event's time. Slots are found by the counter in the event's id.
type transitSlot struct {
	id atomic.Uint32 // the counter, with slotTaken; 0: none
	at atomic.Int64  // ns after since
}

// slotTaken stands above the 24 bits of an id's counter.
const slotTaken = 1 << 24

func newTransit(ids *ids, now func() time.Time) *transit {
	return &transit{ids: ids, now: now, since: now(), slots: make([]transitSlot, transitSlots), times: tally.NewTimes()}
}

// slot finds the place of an id; nil: this instance did not make it.
func (t *transit) slot(id *EventID) (*transitSlot, uint32) {
	if !t.ids.made(*id) {
		return nil, 0
	}
	n := uint32(id[9])<<16 | uint32(id[10])<<8 | uint32(id[11])
	return &t.slots[n%transitSlots], n | slotTaken
}

// began notes that events are on their way from now on.
func (t *transit) began(batch []*item) {
	at := int64(t.now().Sub(t.since))
	for _, it := range batch {
		slot, id := t.slot(&it.event.ID)
		if slot == nil {
			continue
		}
		slot.id.Store(0) // nobody may take the new time for the old event's
		slot.at.Store(at)
		slot.id.Store(id)
	}
}

// arrived notes that events were given to all sockets.
func (t *transit) arrived(events []Event) {
	var now int64
	for i := range events {
		slot, id := t.slot(&events[i].ID)
		if slot == nil || slot.id.Load() != id {
			continue
		}
		at := slot.at.Load()
		if !slot.id.CompareAndSwap(id, 0) {
			continue
		}
		if now == 0 {
			now = int64(t.now().Sub(t.since))
		}
		t.times.Observe(now - at)
	}
}
