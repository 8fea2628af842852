package socketio

import (
	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/server/engineio"
)

var _ rooms.Teller = (*Server)(nil)

// TellUser queues an event to every socket of a user.
func (s *Server) TellUser(user auth.UserID, event string, payload []byte) {
	if s.people != nil {
		s.tell(s.people.ofUser(user, told{event, payload}), event, payload)
	}
}

// TellRoom queues an event for each payload to every socket in a room.
func (s *Server) TellRoom(room rooms.RoomID, event string, payloads ...[]byte) {
	name := adapterRoom(room)
	if s.members(name) == 0 {
		return
	}
	packets := make([][]byte, len(payloads))
	for i, payload := range payloads {
		packets[i] = eventPacket(event, payload)
	}
	s.broadcast(name, packets)
}

// Tell queues an event to every socket whose user is allowed.
func (s *Server) Tell(allowed func(auth.User) bool, event string, payload []byte) {
	if s.people != nil {
		s.tell(s.people.allowed(allowed, told{event, payload}), event, payload)
	}
}

func (s *Server) tell(ids []string, event string, payload []byte) {
	if len(ids) > 0 {
		s.adapter.send(ids, [][]byte{eventPacket(event, payload)})
	}
}

// send queues packets to the members with these ids, encoded once into one run of frames that all share. Those that are
// gone are passed over.
func (a *adapter) send(ids []string, packets [][]byte) {
	run, batch := engineio.EncodeRun(packets), a.engine.Batch()
	a.mu.RLock()
	defer a.mu.RUnlock()
	for _, id := range ids {
		if m := a.members[id]; m != nil && !m.silent.Load() {
			batch.Add(m.client.conn, run)
		}
	}
	batch.Flush()
}
