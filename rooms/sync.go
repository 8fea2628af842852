package rooms

import (
	"context"
	"maps"
	"slices"

	"roomstream/auth"
)

const (
	maxSyncRooms = 100
	// maxSyncBytes is of a whole answer; one event may stand over it.
	maxSyncBytes = 512 << 10
	// syncRoomBytes is what a room takes of an answer besides its events.
	syncRoomBytes = 256
)

// Synced answers for one room: the events after the client's number, or a reset.
type Synced struct {
	Events  []Event
	More    bool
	LastSeq int64       // -1: not told
	Reset   ResetReason // empty: none
}

// Sync gives for each room the events after the number the client has. The whole
// answer is at most 512 KiB by Event.Size: rooms that no longer fit come empty with
// More. At most 100 rooms, else BAD_REQUEST.
func (s *Service) Sync(ctx context.Context, user auth.User, since map[string]int64) (map[string]Synced, error) {
	if len(since) > maxSyncRooms {
		return nil, BadField("rooms", "at most %d at once", maxSyncRooms)
	}
	answers := make(map[string]Synced, len(since))
	var known []RoomID
	for name := range since {
		id, err := ParseRoomID(name)
		if err == nil {
			_, err = s.existing(ctx, id)
		}
		if err == nil {
			known = append(known, id)
			continue
		}
		if code := AsError(err).Code; code != CodeNotFound && code != CodeBadRequest {
			return nil, notStored(err)
		}
		answers[name] = Synced{Reset: ResetForbidden, LastSeq: -1}
	}
	if len(known) == 0 {
		return answers, nil
	}
	lasts, err := s.ends().lasts(ctx, known)
	if err != nil {
		return nil, notStored(err)
	}
	left := maxSyncBytes - len(since)*syncRoomBytes
	slices.Sort(known) // the order in which rooms get their share is not a map's whim
	for _, id := range known {
		answer, err := s.syncRoom(ctx, id, since[string(id)], lasts[id], min(left, maxPageBytes))
		if err != nil {
			return nil, notStored(err)
		}
		left -= sizeOf(answer.Events)
		answers[string(id)] = answer
	}
	return answers, nil
}

func (s *Service) syncRoom(ctx context.Context, id RoomID, since, last int64, bytes int) (Synced, error) {
	answer := Synced{LastSeq: last}
	switch {
	case since > last:
		answer.Reset = ResetAhead
		return answer, nil
	case last-since > maxBehind:
		answer.Reset = ResetTooFar
		return answer, nil
	case since == last:
		return answer, nil
	case bytes <= 0:
		answer.More = true
		return answer, nil
	}
	events, err := s.store.Log.Since(ctx, id, since, Page{Events: MaxPageEvents, Bytes: bytes})
	if err != nil {
		return Synced{}, err
	}
	answer.Events = events
	if n := len(events); n > 0 {
		answer.LastSeq = max(last, events[n-1].Seq)
		answer.More = events[n-1].Seq < answer.LastSeq
	}
	return answer, nil
}

// ListRooms returns at most limit (0: 50; at most 100) rooms with id > after,
// ascending, each with its newest event, and whether there are more.
func (s *Service) ListRooms(ctx context.Context, _ auth.User, after string, limit int) ([]Summary, bool, error) {
	limit, err := pageLimit(limit)
	if err != nil {
		return nil, false, err
	}
	if after != "" {
		if _, err := ParseRoomID(after); err != nil {
			return nil, false, BadField("after", "must be the id of a room")
		}
	}
	rooms, err := s.store.Catalog.Rooms(ctx, RoomID(after), limit+1)
	if err != nil {
		return nil, false, notStored(err)
	}
	more := len(rooms) > limit
	rooms = rooms[:min(len(rooms), limit)]
	byID := make(map[RoomID]Room, len(rooms))
	for _, room := range rooms {
		byID[room.ID] = room
	}
	newest, err := s.store.Log.Newest(ctx, slices.Collect(maps.Keys(byID)), 1)
	if err != nil {
		return nil, false, notStored(err)
	}
	summaries := make([]Summary, len(rooms))
	for i, room := range rooms {
		summaries[i] = Summary{Room: room}
		if events := newest[room.ID]; len(events) > 0 {
			summaries[i].LastSeq = events[0].Seq
			if events[0].Type == TypeMessage {
				summaries[i].Last = &events[0]
			}
		}
	}
	return summaries, more, nil
}
