package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"roomstream/rooms"
)

// instancesFight lets appenders of two instances claim the same numbers of one room:
// each number must go to exactly one, and the log must show who got it.
func instancesFight(t *testing.T, o Opened) {
	const (
		appenders = 4
		numbers   = 60
		batch     = 3
	)
	instances := []Opened{o, o.Another(t)}
	w := watch(t, o)
	var mu sync.Mutex
	winners := map[int64]rooms.EventID{}
	var taken atomic.Int64
	var wg sync.WaitGroup
	for k := range appenders {
		wg.Go(func() {
			log := instances[k%2].Store.Log
			for next := int64(1); next <= numbers; {
				events := Messages("general", next, batch)
				durable := events
				err := log.Append(waiting(t), events)
				var dup *rooms.DuplicateError
				switch {
				case errors.As(err, &dup):
					durable = events[:dup.At]
					taken.Add(1)
					if dup.Key != rooms.UniqueSeq {
						t.Errorf("refused for %s, want %s", dup.Key, rooms.UniqueSeq)
						return
					}
				case err != nil:
					t.Error(err)
					return
				}
				mu.Lock()
				for _, e := range durable {
					if _, twice := winners[e.Seq]; twice {
						t.Errorf("number %d was given twice", e.Seq)
					}
					winners[e.Seq] = e.ID
				}
				mu.Unlock()
				next += int64(max(len(durable), 1))
			}
		})
	}
	wg.Wait()
	if taken.Load() == 0 {
		t.Error("nobody was refused: the appenders did not meet")
	}
	stored := mustSince(t, instances[1], "general", 0, rooms.Page{})
	if len(stored) != len(winners) {
		t.Fatalf("the log has %d events, %d appends were answered with success", len(stored), len(winners))
	}
	for i, e := range stored {
		if e.Seq != int64(i+1) || winners[e.Seq] != e.ID {
			t.Fatalf("event %d of the log: seq %d, id %s, want id %s", i, e.Seq, e.ID, winners[e.Seq])
		}
		if told := w.event(t); told != e {
			t.Fatalf("told %+v, the log has %+v", told, e)
		}
	}
}

// manyAppenders has lanes of two instances append batches of many rooms at once.
func manyAppenders(t *testing.T, o Opened) {
	const (
		lanes, roomsPerLane = 6, 5
		rounds, perRound    = 8, 3
	)
	instances := []Opened{o, o.Another(t)}
	room := func(lane, r int) rooms.RoomID { return rooms.RoomID(fmt.Sprintf("room.%d.%d", lane, r)) }
	var wg sync.WaitGroup
	for lane := range lanes {
		wg.Go(func() {
			for round := range rounds {
				var batch []*rooms.Event
				for r := range roomsPerLane {
					batch = append(batch, Messages(room(lane, r), int64(round*perRound+1), perRound)...)
				}
				if err := instances[lane%2].Store.Log.Append(waiting(t), batch); err != nil {
					t.Errorf("lane %d: %v", lane, err)
					return
				}
			}
		})
	}
	wg.Wait()
	for lane := range lanes {
		for r := range roomsPerLane {
			got := mustSince(t, instances[(lane+1)%2], room(lane, r), 0, rooms.Page{})
			if len(got) != rounds*perRound {
				t.Fatalf("%s has %d events, want %d", room(lane, r), len(got), rounds*perRound)
			}
			for i := range got {
				if got[i].Seq != int64(i+1) {
					t.Fatalf("%s: event %d has seq %d", room(lane, r), i, got[i].Seq)
				}
			}
		}
	}
}
