package feed

import (
	"context"
	"strconv"
	"sync"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/streams"
)

// roomFeed is the feed of a room's events: pages of what came before, then what is emitted. Only the feed's opener and
// then its writer use it.
type roomFeed struct {
	conn  *conn
	id    rooms.RoomID
	since *int64 // what the client has, and then what is queued; nil: nothing is wanted of before
	live  bool   // it is a member of the room: what comes next is emitted to it
}

// openRoom opens the feed of a room for those who may read it. It makes no room, unlike a join of a socket: who only
// reads must not leave anything behind.
func (s *Server) openRoom(ctx context.Context, c *conn, room string, asked query) error {
	id, err := rooms.ParseRoomID(room)
	if err != nil {
		return err
	}
	since, err := readSince(asked)
	if err != nil {
		return err
	}
	if !c.who.Known {
		return needsCaller()
	}
	if _, err := s.options.Rooms.History(ctx, c.who.User, rooms.HistoryInput{RoomID: room, Limit: 1}); err != nil {
		return err
	}
	c.room = &roomFeed{conn: c, id: id, since: since}
	return c.room.join(ctx)
}

// readSince takes what a room's feed has of a stream's parameters: after, which is a seq.
func readSince(asked query) (*int64, error) {
	for name := range asked.request.Vars {
		return nil, rooms.BadField(fieldOf(name), "a room's feed has no variables")
	}
	if asked.request.Initial {
		return nil, rooms.BadField(paramInitial, "a room's feed has no documents to begin with: after=0 gives all its events")
	}
	if asked.request.After == "" {
		return nil, nil
	}
	seq, err := strconv.ParseInt(asked.request.After, 10, 64)
	if err != nil || seq < 0 || seq > rooms.MaxSeq || asked.request.After[0] == '+' {
		return nil, rooms.BadField(paramAfter, "must be an integer from 0 below 2^53: the seq of the last event one has")
	}
	return &seq, nil
}

// join queues the next page of what came before, and where that is the last one makes the feed a member, while the room's
// delivery stands still: so nothing is missed and nothing comes twice. A client that is far behind takes page after page
// before it is a member, and nothing is kept for it meanwhile.
func (f *roomFeed) join(ctx context.Context) error {
	return f.conn.server.options.Rooms.Join(ctx, f.conn.who.User, string(f.id), f.since, func(j rooms.Joined) {
		if j.Reset != "" {
			f.conn.put(resetDocument(j.Reset, j.LastSeq))
		}
		f.conn.put(eventDocuments(j.Events)...)
		if !j.More {
			f.live = true
			f.conn.server.members.enter(f.id, f.conn)
			return
		}
		last := j.Events[len(j.Events)-1].Seq // More comes with events
		f.since = &last
	})
}

// next is for the writer, when all that was queued has left.
func (f *roomFeed) next() {
	ctx, cancel := context.WithTimeout(f.conn.ctx, openTimeout)
	defer cancel()
	err := f.join(ctx)
	if err == nil || f.conn.ctx.Err() != nil {
		return
	}
	if rooms.AsError(err).Code.Retryable() {
		f.conn.finish(ending{code: codeTryAgain, reason: reasonTryAgain, behind: true})
		return
	}
	f.conn.finish(ending{code: codeClosed, reason: string(streams.ReasonForbidden), behind: true})
}

// eventDocuments encodes events once for all who get them. They share one buffer.
func eventDocuments(events []rooms.Event) []document {
	size := 0
	for i := range events {
		size += events[i].Size()
	}
	b := make([]byte, 0, size)
	ends := make([]int, len(events))
	for i := range events {
		b = events[i].AppendReplayJSON(b)
		ends[i] = len(b)
	}
	list := make([]document, len(events))
	start := 0
	for i, end := range ends {
		list[i] = document{json: b[start:end:end], place: strconv.FormatInt(events[i].Seq, 10)}
		start = end
	}
	return list
}

// resetDocument says that what the client has of the room is void; the next event is lastSeq+1.
func resetDocument(reason rooms.ResetReason, lastSeq int64) document {
	b := rooms.AppendJSONString([]byte(`{"reset":{"reason":`), string(reason))
	b = strconv.AppendInt(append(b, `},"lastSeq":`...), lastSeq, 10)
	return document{json: append(b, '}'), place: strconv.FormatInt(lastSeq, 10)}
}

// members are the feeds that follow rooms. It is safe for concurrent use, and calls nobody with its lock held but
// conn.put, which only queues.
type members struct {
	mu     sync.RWMutex
	byRoom map[rooms.RoomID]map[*conn]struct{}
}

func newMembers() *members { return &members{byRoom: map[rooms.RoomID]map[*conn]struct{}{}} }

func (m *members) enter(room rooms.RoomID, c *conn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	enter(m.byRoom, room, c)
}

func (m *members) leave(room rooms.RoomID, c *conn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	leave(m.byRoom, room, c)
}

// expel takes a user's feeds, with an empty user all, out of a room and returns them.
func (m *members) expel(room rooms.RoomID, user auth.UserID) []*conn {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []*conn
	for c := range m.byRoom[room] {
		if user == "" || c.who.User.ID == user {
			out = append(out, c)
		}
	}
	for _, c := range out {
		leave(m.byRoom, room, c)
	}
	return out
}

func (m *members) count(room rooms.RoomID) int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.byRoom[room])
}

func (m *members) tell(room rooms.RoomID, list []document) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for c := range m.byRoom[room] {
		c.put(list...)
	}
}

// Emit queues a room's events to the feeds that follow it.
func (s *Server) Emit(room rooms.RoomID, events []rooms.Event) {
	if s.members.count(room) > 0 {
		s.members.tell(room, eventDocuments(events))
	}
}

// Reset tells the feeds of a room that what they have of it is void.
func (s *Server) Reset(room rooms.RoomID, reason rooms.ResetReason, lastSeq int64) {
	s.members.tell(room, []document{resetDocument(reason, lastSeq)})
}

// Typing is nothing to a feed: what it brings is in the room's log.
func (s *Server) Typing(rooms.RoomID, auth.UserID, bool, time.Time, string) {}

// Expel ends the feeds of a room that a user has open: what comes next is not for him. One that is still catching up
// is refused its next page. With an empty user all end, and may open it again if they still may read the room.
func (s *Server) Expel(room rooms.RoomID, user auth.UserID, _ rooms.LeftReason) {
	end := ending{code: codeClosed, reason: string(streams.ReasonForbidden), behind: true}
	if user == "" {
		end.code, end.reason = codeTryAgain, reasonTryAgain
	}
	for _, c := range s.members.expel(room, user) {
		c.finish(end)
	}
}

// Members counts the feeds that follow a room.
func (s *Server) Members(room rooms.RoomID) int { return s.members.count(room) }
