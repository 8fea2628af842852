package socketio

import (
	"sync"

	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io-go-parser/v2/parser"
	"github.com/zishang520/socket.io/v2/socket"

	"roomstream/server/engineio"
)

// adapter keeps who is in which room, and fans out. It overrides all that the library's own adapter does with rooms,
// which copies every room's keys at each broadcast. The room that each socket has for itself, named by its id, is
// implied. It emits none of the room events of the stock adapter: nobody listens.
//
// It is safe for concurrent use. No method of a socket is called with its lock held.
type adapter struct {
	socket.Adapter
	nsp    socket.Namespace
	engine *engineio.Server

	mu      sync.RWMutex
	rooms   map[string]*room
	members map[socket.SocketId]*member
}

// room is a set of members: the index makes leaving cheap, the list makes fanning out cheap.
type room struct {
	name  string
	index map[*member]int
	list  []*member
}

// adapterBuilder makes the adapter of the namespace "/", the only one.
type adapterBuilder struct {
	engine *engineio.Server
	made   *adapter
}

// New is called by the library.
func (b *adapterBuilder) New(nsp socket.Namespace) socket.Adapter {
	a := &adapter{
		Adapter: socket.MakeAdapter(), nsp: nsp, engine: b.engine,
		rooms: map[string]*room{}, members: map[socket.SocketId]*member{},
	}
	a.Prototype(a)
	a.Construct(nsp)
	b.made = a
	return a
}

// broadcast queues packets to every member of a room, encoded once into one run of frames that all share. A packet is
// the text after the engine's message type. The one whose id is except is left out; empty: nobody. It allocates nothing for
// a member and waits for nobody.
func (a *adapter) broadcast(name string, packets [][]byte, except socket.SocketId) {
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
	if a.members[m.sock.Id()] != m {
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

// AddAll puts a socket into rooms. The library begins with the socket's own, before it tells the client: that makes the
// member, while its CONNECT is under way and never again. A socket that has left is in no room ever after, though its
// Join may come late.
func (a *adapter) AddAll(id socket.SocketId, names *types.Set[socket.Room]) {
	s, ok := a.nsp.Sockets().Load(id)
	if !ok {
		return
	}
	c := clientOf(s)
	connecting := c != nil && c.connecting() && names.Has(socket.Room(id))
	a.mu.Lock()
	defer a.mu.Unlock()
	m := a.members[id]
	if m == nil {
		if !connecting {
			return
		}
		m = &member{client: c, sock: s}
		a.members[id] = m
	}
	for _, name := range names.Keys() {
		if name != socket.Room(id) {
			a.enter(m, string(name))
		}
	}
}

// Del takes a socket out of a room.
func (a *adapter) Del(id socket.SocketId, name socket.Room) {
	if m := a.member(id); m != nil {
		a.leave(m, string(name))
	}
}

// DelAll takes a socket out of all rooms. The library calls it when the socket is over, and for nothing else.
func (a *adapter) DelAll(id socket.SocketId) {
	a.mu.Lock()
	m := a.members[id]
	if m == nil {
		a.mu.Unlock()
		return
	}
	delete(a.members, id)
	for _, r := range m.rooms {
		a.exit(m, r)
	}
	m.rooms = nil
	a.mu.Unlock()
	m.client.left(m)
}

func (a *adapter) member(id socket.SocketId) *member {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.members[id]
}

// chosen lists the members that the options select, each once: those in any of Rooms, or all, but none in Except.
func (a *adapter) chosen(opts *socket.BroadcastOptions) []*member {
	var in, out []socket.Room
	if opts != nil && opts.Rooms != nil {
		in = opts.Rooms.Keys()
	}
	if opts != nil && opts.Except != nil {
		out = opts.Except.Keys()
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	seen := map[*member]bool{}
	for _, name := range out {
		for _, m := range a.inRoom(name) {
			seen[m] = true
		}
	}
	var list []*member
	add := func(m *member) {
		if !seen[m] {
			seen[m] = true
			list = append(list, m)
		}
	}
	if len(in) == 0 {
		for _, m := range a.members {
			add(m)
		}
	}
	for _, name := range in {
		for _, m := range a.inRoom(name) {
			add(m)
		}
	}
	return list
}

// inRoom lists a room's members; the lock is held.
func (a *adapter) inRoom(name socket.Room) []*member {
	if m := a.members[socket.SocketId(name)]; m != nil {
		return []*member{m}
	}
	if r := a.rooms[string(name)]; r != nil {
		return r.list
	}
	return nil
}

// Broadcast encodes a packet once for all whom the options select; a volatile one only to those who have nothing waiting.
func (a *adapter) Broadcast(p *parser.Packet, opts *socket.BroadcastOptions) {
	a.emit(p, opts, func(*member) {})
}

// BroadcastWithAck is Broadcast with one answer expected from each socket.
func (a *adapter) BroadcastWithAck(p *parser.Packet, opts *socket.BroadcastOptions, counted func(uint64), ack socket.Ack) {
	id := a.nsp.Ids()
	p.Id = &id
	var n uint64
	a.emit(p, opts, func(m *member) {
		n++
		m.sock.Acks().Store(id, ack)
	})
	counted(n)
}

func (a *adapter) emit(p *parser.Packet, opts *socket.BroadcastOptions, each func(*member)) {
	p.Nsp = a.nsp.Name()
	encoded := a.nsp.Server().Encoder().Encode(p)
	flags := &socket.BroadcastFlags{}
	if opts != nil && opts.Flags != nil {
		flags = opts.Flags
	}
	for _, m := range a.chosen(opts) {
		each(m)
		m.sock.NotifyOutgoingListeners()(p)
		m.sock.Client().WriteToEngine(encoded, &flags.WriteOptions)
	}
}

// Sockets lists the sockets in any of the rooms, or all.
func (a *adapter) Sockets(names *types.Set[socket.Room]) *types.Set[socket.SocketId] {
	ids := types.NewSet[socket.SocketId]()
	for _, m := range a.chosen(&socket.BroadcastOptions{Rooms: names}) {
		ids.Add(m.sock.Id())
	}
	return ids
}

// SocketRooms lists a socket's rooms, with its own; nil where there is no such socket.
func (a *adapter) SocketRooms(id socket.SocketId) *types.Set[socket.Room] {
	a.mu.RLock()
	defer a.mu.RUnlock()
	m := a.members[id]
	if m == nil {
		return nil
	}
	return m.roomNames()
}

// roomNames lists the member's rooms, with its own; the adapter's lock is held.
func (m *member) roomNames() *types.Set[socket.Room] {
	names := types.NewSet(socket.Room(m.sock.Id()))
	for _, r := range m.rooms {
		names.Add(socket.Room(r.name))
	}
	return names
}

// Rooms copies the rooms, with the sockets' own, and who is in them.
func (a *adapter) Rooms() *types.Map[socket.Room, *types.Set[socket.SocketId]] {
	a.mu.RLock()
	defer a.mu.RUnlock()
	all := &types.Map[socket.Room, *types.Set[socket.SocketId]]{}
	for id := range a.members {
		all.Store(socket.Room(id), types.NewSet(id))
	}
	for name, r := range a.rooms {
		ids := types.NewSet[socket.SocketId]()
		for _, m := range r.list {
			ids.Add(m.sock.Id())
		}
		all.Store(socket.Room(name), ids)
	}
	return all
}

// Sids copies the sockets and the rooms each is in, with its own.
func (a *adapter) Sids() *types.Map[socket.SocketId, *types.Set[socket.Room]] {
	a.mu.RLock()
	defer a.mu.RUnlock()
	all := &types.Map[socket.SocketId, *types.Set[socket.Room]]{}
	for id, m := range a.members {
		all.Store(id, m.roomNames())
	}
	return all
}

// FetchSockets gives the sockets that the options select.
func (a *adapter) FetchSockets(opts *socket.BroadcastOptions) func(func([]socket.SocketDetails, error)) {
	return func(give func([]socket.SocketDetails, error)) {
		list := []socket.SocketDetails{}
		for _, m := range a.chosen(opts) {
			list = append(list, m.sock)
		}
		give(list, nil)
	}
}

// AddSockets puts the sockets that the options select into rooms.
func (a *adapter) AddSockets(opts *socket.BroadcastOptions, names []socket.Room) {
	for _, m := range a.chosen(opts) {
		m.sock.Join(names...)
	}
}

// DelSockets takes the sockets that the options select out of rooms.
func (a *adapter) DelSockets(opts *socket.BroadcastOptions, names []socket.Room) {
	for _, m := range a.chosen(opts) {
		for _, name := range names {
			m.sock.Leave(name)
		}
	}
}

// DisconnectSockets ends the sockets that the options select, with status their connections too.
func (a *adapter) DisconnectSockets(opts *socket.BroadcastOptions, status bool) {
	for _, m := range a.chosen(opts) {
		m.client.kick(m)
		m.sock.Disconnect(status)
	}
}
