package socketio

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"roomstream/rooms"
)

const (
	// maxSyncRooms is how many rooms one sync may ask for.
	maxSyncRooms = 100

	// maxSyncBytes bounds the whole answer to a sync. One event may stand over it, or a client whose next event is
	// larger would never come on.
	maxSyncBytes = 512 << 10

	// syncRoomBytes is the most that a room takes in the answer besides its name and its events.
	syncRoomBytes = len(`"":{"events":[],"more":false,"lastSeq":9007199254740991},`)
)

// sync answers what a client missed in each of its rooms: {rooms: {general: 41, ...}}.
func (s *speaker) sync(args []json.RawMessage, a answer) {
	since, refusal := readSync(args)
	if refusal != nil {
		a.fail(refusal)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	synced, err := s.chat.service.Sync(ctx, s.user, since)
	if err != nil {
		a.fail(err)
		return
	}
	if a.wanted() {
		a.ok(syncedMembers(synced))
	}
}

func readSync(args []json.RawMessage) (map[string]int64, *rooms.Error) {
	p := readPayload(args)
	var listed map[string]json.RawMessage
	if raw := p.required("rooms"); raw != nil {
		if json.Unmarshal(raw, &listed) != nil || listed == nil {
			p.refuse("rooms", "must be an object of room ids with the last seq one has of each")
		}
	}
	if len(listed) > maxSyncRooms {
		p.refuse("rooms", "must be at most %d: sync the others next", maxSyncRooms)
	}
	if p.err != nil {
		return nil, p.err
	}
	since := make(map[string]int64, len(listed))
	for id, raw := range listed {
		seq, ok := parseSeq(raw)
		if _, err := rooms.ParseRoomID(id); err != nil || !ok {
			return nil, rooms.BadField("rooms", "must map room ids to integers from 0 below 2^53")
		}
		since[id] = seq
	}
	return since, nil
}

// syncedMembers writes the answer. Rooms come in the order of their ids, so that a client that asks again and again
// for more has one room after the other complete.
func syncedMembers(synced map[string]rooms.Synced) []byte {
	ids := slices.Sorted(maps.Keys(synced))
	left := maxSyncBytes - len(`{"ok":true,"rooms":{}}`)
	for _, id := range ids {
		left -= len(id) + syncRoomBytes
	}
	budget := &syncBudget{left: left}
	b := append([]byte(nil), `,"rooms":{`...)
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = rooms.AppendJSONString(b, id)
		b = append(b, ':')
		b = budget.appendRoom(b, synced[id])
	}
	return append(b, '}')
}

// syncBudget is what is left of the answer's size.
type syncBudget struct {
	left  int  // bytes for events
	given bool // an event was written
	spent bool // an event found no place
}

func (s *syncBudget) appendRoom(b []byte, room rooms.Synced) []byte {
	if room.Reset != "" {
		b = append(b, `{"reset":{"reason":"`...)
		b = append(b, room.Reset...)
		b = append(b, `"}`...)
		if room.LastSeq >= 0 {
			b = appendName(b, "lastSeq")
			b = strconv.AppendInt(b, room.LastSeq, 10)
		}
		return append(b, '}')
	}
	b = append(b, `{"events":[`...)
	more := room.More
	for i := range room.Events {
		start := len(b)
		if i > 0 {
			b = append(b, ',')
		}
		b = room.Events[i].AppendReplayJSON(b)
		if !s.take(len(b) - start) {
			b, more = b[:start], true
			break
		}
	}
	b = append(b, `],"more":`...)
	b = strconv.AppendBool(b, more)
	b = appendName(b, "lastSeq")
	b = strconv.AppendInt(b, room.LastSeq, 10)
	return append(b, '}')
}

// take reports whether an event of n bytes has a place. The first one always has.
func (s *syncBudget) take(n int) bool {
	if s.spent || n > s.left && s.given {
		s.spent = true
		return false
	}
	s.left -= n
	s.given = true
	return true
}
