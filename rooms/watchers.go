package rooms

import (
	"context"
	"errors"
	"sync"
)

// watchers are told that something was inserted. They are for who reads the log itself.
type watchers struct {
	mu   sync.RWMutex
	list []func(room RoomID, seq int64)
}

// Watch has told called for each insert that the stream tells of: with the event's number, or 0 while it has none. It is a
// doorbell: what came while no stream was open is not told. told must not wait. Call it before Run.
func (s *Service) Watch(told func(room RoomID, seq int64)) {
	s.watchers.mu.Lock()
	defer s.watchers.mu.Unlock()
	s.watchers.list = append(s.watchers.list, told)
}

func (w *watchers) arrived(batch []Arrival) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if len(w.list) == 0 {
		return
	}
	for i := range batch {
		a := &batch[i]
		if a.Instance != "" || a.BadSeq || a.Malformed != "" {
			continue
		}
		for _, told := range w.list {
			told(a.Event.RoomID, a.Event.Seq)
		}
	}
}

// Owns says whether this instance, of those that live, is the one that does what one must do for a room. Two may think so
// for some seconds, or none.
func (s *Service) Owns(room RoomID) bool { return s.peers.owns(room) }

// LogPage is a piece of a room's log as it is replayed.
type LogPage struct {
	Events []Event // ascending, without gaps, from the number asked for on
	Last   int64   // where the log ends, or ended a moment ago
	// Trimmed: what was asked for is no longer kept, and the log goes on here. 0: it is kept.
	Trimmed int64
}

// ReadLog reads what stands after a number of a room, at most so many events and 256 KiB, at least one if there is one. It
// asks nobody's rights: it is for this program's own parts. Errors: UNAVAILABLE.
func (s *Service) ReadLog(ctx context.Context, room RoomID, after int64, most int) (LogPage, error) {
	lasts, err := s.LogEnds(ctx, []RoomID{room})
	if err != nil {
		return LogPage{}, err
	}
	page := LogPage{Last: lasts[room]}
	if after >= page.Last {
		return page, nil
	}
	page.Events, err = s.replay.page(ctx, room, after, page.Last, Page{Events: most, Bytes: maxPageBytes})
	var trimmed *trimmedError
	if errors.As(err, &trimmed) {
		page.Trimmed = trimmed.first
		return page, nil
	}
	return page, notStoredOrNil(err)
}

// LogEnds gives the last number of each room; 0 where nothing was said. Errors: UNAVAILABLE.
func (s *Service) LogEnds(ctx context.Context, rooms []RoomID) (map[RoomID]int64, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	lasts, err := s.router.lasts(ctx, rooms)
	return lasts, notStoredOrNil(err)
}

// Logs gives at most limit rooms with a greater id that are no direct ones, ascending, and the id to go on after; empty:
// there are no more. Errors: UNAVAILABLE.
func (s *Service) Logs(ctx context.Context, after RoomID, limit int) (found []RoomID, next RoomID, err error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	list, err := s.store.Catalog.Rooms(ctx, after, limit)
	if err != nil {
		return nil, "", notStored(err)
	}
	for i := range list {
		if list[i].Type != TypeDirect {
			found = append(found, list[i].ID)
		}
	}
	if len(list) == limit {
		next = list[len(list)-1].ID
	}
	return found, next, nil
}

// IsDirect tells the id of a direct room.
func IsDirect(id RoomID) bool { return isDirectID(id) }
