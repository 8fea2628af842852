package socketio

import (
	"encoding/json"
	"strconv"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// typingEvery is how often one socket's typing in one room is passed on: whoever types says so with every key.
const typingEvery = 2 * time.Second

// typed is what a socket last said of its typing.
type typed struct {
	room rooms.RoomID
	on   bool
	at   time.Time
}

// typing passes on that the user types: {roomId, on}. What is said again too soon is acked and goes no further.
func (s *speaker) typing(args []json.RawMessage, a answer) {
	p := readPayload(args)
	said := typed{room: rooms.RoomID(p.text("roomId")), on: p.flag("on"), at: s.chat.now()}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	if said.room == s.typed.room && said.on == s.typed.on && said.at.Sub(s.typed.at) < typingEvery {
		a.ok(nil)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	if err := s.chat.service.Typing(ctx, s.user, s.link.ID(), string(said.room), said.on); err != nil {
		a.fail(err)
		return
	}
	s.typed = said
	a.ok(nil)
}

// getPresence tells who is here: {userIds}.
func (s *speaker) getPresence(args []json.RawMessage, a answer) {
	p := readPayload(args)
	users := p.users("userIds")
	if p.err != nil {
		a.fail(p.err)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	list, err := s.chat.service.Presence(ctx, s.user.ID, users)
	if err != nil {
		a.fail(err)
		return
	}
	if a.wanted() {
		a.ok(presenceMembers(list))
	}
}

func presenceMembers(list []rooms.UserPresence) []byte {
	b := []byte(`,"users":[`)
	for i, u := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = rooms.AppendJSONString(append(b, `{"userId":`...), string(u.User))
		b = rooms.AppendJSONString(append(b, `,"status":`...), string(u.Status))
		b = strconv.AppendInt(append(b, `,"sockets":`...), int64(u.Sockets), 10)
		if !u.LastSeen.IsZero() {
			b = rooms.AppendJSONString(append(b, `,"lastSeen":`...), formatTime(u.LastSeen))
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

// users reads a list of user ids that must be there.
func (p *payload) users(name string) []auth.UserID {
	var list []string
	raw := p.required(name)
	if raw == nil {
		return nil
	}
	if json.Unmarshal(raw, &list) != nil || list == nil {
		p.refuse(name, "must be an array of user ids")
		return nil
	}
	users := make([]auth.UserID, len(list))
	for i, id := range list {
		if auth.CheckUserID(id) != nil {
			p.refuse(name, "must be an array of user ids")
		}
		users[i] = auth.UserID(id)
	}
	return users
}
