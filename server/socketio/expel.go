package socketio

import (
	"github.com/zishang520/socket.io/v2/socket"

	"roomstream/auth"
	"roomstream/rooms"
)

// Expel takes a user's sockets out of a room. Each that was in it is told so behind what is queued for it, and nothing
// of the room after that.
func (s *Server) Expel(room rooms.RoomID, user auth.UserID, reason rooms.LeftReason) {
	if s.people == nil || s.members(adapterRoom(room)) == 0 {
		return
	}
	b := rooms.AppendJSONString([]byte(`{"roomId":`), string(room))
	b = append(rooms.AppendJSONString(append(b, `,"reason":`...), string(reason)), '}')
	s.adapter.expel(s.people.idsOf(user), adapterRoom(room), eventPacket("room_left", b))
}

// expel takes those of the members with these ids that are in a room out of it, and queues a packet to each.
func (a *adapter) expel(ids []string, name string, packet []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, id := range ids {
		r, m := a.rooms[name], a.members[socket.SocketId(id)]
		if r == nil || m == nil {
			continue
		}
		if _, in := r.index[m]; !in {
			continue
		}
		if !m.silent.Load() {
			m.client.conn.Queue(packet)
		}
		a.exit(m, r)
		m.forget(r)
	}
}
