package rooms

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"
)

const (
	// maxJump is how far above the last seq of a room a seq may stand. What stands
	// higher was not numbered by an instance and is quarantined; below, the numbers
	// between become voids.
	maxJump = 10_000
	// fenceReads bounds the rooms that are read at once for their fences.
	fenceReads = 8
)

// ends reads where the rooms' logs end.
type ends struct {
	log     Log
	foreign Foreign
	catalog Catalog
}

// lasts reads the last seq of each room by majority. A seq that stands more than
// maxJump above the one before is quarantined and does not count. It is never below the
// room's MinSeq-1.
func (s ends) lasts(ctx context.Context, rooms []RoomID) (map[RoomID]int64, error) {
	lasts := make(map[RoomID]int64, len(rooms))
	var trimmed []RoomID // perhaps
	for len(rooms) > 0 {
		newest, err := s.log.Newest(ctx, rooms, 2)
		if err != nil {
			return nil, err
		}
		var again []RoomID
		for _, room := range rooms {
			events := newest[room]
			if len(events) == 0 {
				trimmed = append(trimmed, room)
				continue
			}
			var before int64
			if len(events) > 1 {
				before = events[1].Seq
			}
			if s.foreign == nil || events[0].Seq-before <= maxJump || events[0].Erased {
				lasts[room] = events[0].Seq
				if events[0].Erased {
					trimmed = append(trimmed, room)
				}
				continue
			}
			if len(events) == 1 {
				known, err := s.minSeq(ctx, room)
				if err != nil {
					return nil, err
				}
				if events[0].Seq-known <= maxJump { // all below it was removed
					lasts[room] = events[0].Seq
					continue
				}
			}
			if err := s.foreign.Quarantine(ctx, events[0].ID); err != nil {
				return nil, err
			}
			again = append(again, room)
		}
		rooms = again
	}
	return lasts, s.fence(ctx, trimmed, lasts)
}

// fence raises lasts to the rooms' fences. It comes after the events were read: what is
// missing from them was fenced before.
func (s ends) fence(ctx context.Context, rooms []RoomID, lasts map[RoomID]int64) error {
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(fenceReads)
	for _, room := range rooms {
		group.Go(func() error {
			first, err := s.minSeq(ctx, room)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			lasts[room] = max(lasts[room], first-1)
			return nil
		})
	}
	return group.Wait()
}

// minSeq reads a room's first number that was not trimmed; 0 where there is no room.
func (s ends) minSeq(ctx context.Context, id RoomID) (int64, error) {
	room, err := s.catalog.Room(ctx, id)
	if err != nil && AsError(err).Code != CodeNotFound {
		return 0, fmt.Errorf("read the fence of %s: %w", id, err)
	}
	return room.MinSeq, nil
}

// stateSeq reads the seq of the newest event that changed a room's state; 0 where none did or
// there is no room.
func (s ends) stateSeq(ctx context.Context, id RoomID) (int64, error) {
	room, err := s.catalog.Room(ctx, id)
	if err != nil && AsError(err).Code != CodeNotFound {
		return 0, fmt.Errorf("read the state of %s: %w", id, err)
	}
	return room.StateSeq, nil
}
