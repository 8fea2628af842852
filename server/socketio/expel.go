package socketio

import (
	"roomstream/auth"
	"roomstream/rooms"
)

// Expel takes a user's sockets, with an empty user all, out of a room and tells each that was in it: room_left comes
// behind what is queued for it, and nothing of the room behind room_left. It is called with the room's delivery lock
// held, as joins are committed, so whoever joins is in before it or sees its reason.
func (s *Server) Expel(room rooms.RoomID, user auth.UserID, reason rooms.LeftReason) {
	name := adapterRoom(room)
	if s.members(name) == 0 {
		return
	}
	var out []*member
	if user == "" {
		out = s.adapter.clear(name)
	} else if s.people != nil {
		out = s.adapter.expel(s.people.idsOf(user), name)
	}
	left := leftBody(room, reason)
	for _, l := range out {
		l.Emit("room_left", left)
	}
}

func leftBody(room rooms.RoomID, reason rooms.LeftReason) []byte {
	b := rooms.AppendJSONString([]byte(`{"roomId":`), string(room))
	return append(rooms.AppendJSONString(append(b, `,"reason":`...), string(reason)), '}')
}

// expel takes those of the members with these ids that are in a room out of it, and returns them.
func (a *adapter) expel(ids []string, name string) []*member {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []*member
	for _, id := range ids {
		r, m := a.rooms[name], a.members[id]
		if r == nil || m == nil {
			continue
		}
		if _, in := r.index[m]; in {
			a.exit(m, r)
			m.forget(r)
			out = append(out, m)
		}
	}
	return out
}

// clear takes all members out of a room, and returns them.
func (a *adapter) clear(name string) []*member {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.rooms[name]
	if r == nil {
		return nil
	}
	delete(a.rooms, name)
	for _, m := range r.list {
		m.forget(r)
	}
	return r.list
}
