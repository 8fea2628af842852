package socketio

import (
	"sync"

	"roomstream/server/engineio"
)

// adapter keeps who is connected to "/" and in which room, and fans out.
//
// It is safe for concurrent use. Nothing of a session is called with its lock held.
type adapter struct {
	engine *engineio.Server

	mu      sync.RWMutex
	rooms   map[string]*room
	members map[string]*member // by their ids
}

// room is a set of members: the index makes leaving cheap, the list makes fanning out cheap.
type room struct {
	name  string
	index map[*member]int
	list  []*member
}

func newAdapter(engine *engineio.Server) *adapter {
	return &adapter{engine: engine, rooms: map[string]*room{}, members: map[string]*member{}}
}

// add takes a member in, who is in no room.
func (a *adapter) add(m *member) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.members[m.id] = m
}

// remove takes a member out of all rooms for good: it is in none ever after, though a Join may come late.
func (a *adapter) remove(m *member) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.members[m.id] != m {
		return
	}
	delete(a.members, m.id)
	for _, r := range m.rooms {
		a.exit(m, r)
	}
	m.rooms = nil
}

// broadcast queues packets to every member of a room, encoded once into one run of frames that all share. A packet is
// the text after the engine's message type. The one whose id is except is left out; empty: nobody. It allocates nothing for
// a member and waits for nobody.
func (a *adapter) broadcast(name string, packets [][]byte, except string) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	r := a.rooms[name]
	if r == nil || len(packets) == 0 {
		return
	}
	run, batch := engineio.EncodeRun(packets), a.engine.Batch()
	skipped := a.members[except]
	for _, m := range r.list {
		if m != skipped {
			batch.Add(m.client.conn, run)
		}
	}
	batch.Flush()
}

// count says how many members a room has.
func (a *adapter) count(name string) int {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if r := a.rooms[name]; r != nil {
		return len(r.list)
	}
	return 0
}

// in says whether a member is in a room.
func (a *adapter) in(m *member, name string) bool {
	a.mu.RLock()
	defer a.mu.RUnlock()
	r := a.rooms[name]
	if r == nil {
		return false
	}
	_, in := r.index[m]
	return in
}

// joined counts the rooms a member is in.
func (a *adapter) joined(m *member) int {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return len(m.rooms)
}

// roomsOf names the rooms a member is in.
func (a *adapter) roomsOf(m *member) []string {
	a.mu.RLock()
	defer a.mu.RUnlock()
	names := make([]string, len(m.rooms))
	for i, r := range m.rooms {
		names[i] = r.name
	}
	return names
}

// join puts a member into a room, unless it has left for good.
func (a *adapter) join(m *member, name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.members[m.id] != m {
		return
	}
	a.enter(m, name)
}

func (a *adapter) enter(m *member, name string) {
	r := a.rooms[name]
	if r == nil {
		r = &room{name: name, index: map[*member]int{}}
		a.rooms[name] = r
	}
	if _, in := r.index[m]; in {
		return
	}
	r.index[m] = len(r.list)
	r.list = append(r.list, m)
	m.rooms = append(m.rooms, r)
}

// leave takes a member out of a room.
func (a *adapter) leave(m *member, name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.rooms[name]
	if r == nil {
		return
	}
	a.exit(m, r)
	m.forget(r)
}

// forget takes a room off the member's list; the adapter's lock is held.
func (m *member) forget(r *room) {
	for i := range m.rooms {
		if m.rooms[i] == r {
			last := len(m.rooms) - 1
			m.rooms[i], m.rooms[last] = m.rooms[last], nil
			m.rooms = m.rooms[:last]
			return
		}
	}
}

func (a *adapter) exit(m *member, r *room) {
	i, in := r.index[m]
	if !in {
		return
	}
	last := len(r.list) - 1
	r.list[i] = r.list[last]
	r.index[r.list[i]] = i
	r.list[last] = nil
	r.list = r.list[:last]
	delete(r.index, m)
	if last == 0 {
		delete(a.rooms, r.name)
	}
}
