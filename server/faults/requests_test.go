package faults

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// make makes the next request: mostly messages, and changes of the client's own ones.
func (c *client) make() *request {
	c.made++
	r := &request{clientID: fmt.Sprintf("%s-%d", c.name, c.made), made: time.Now()}
	const changes = 3 // in ten
	about := c.changeable()
	if about == nil || rand.IntN(10) >= changes {
		r.event, r.room = "send_message", c.rooms[rand.IntN(len(c.rooms))]
		r.payload = fmt.Sprintf(`{"roomId":%q,"text":"message %d","clientId":%q}`, r.room, c.made, r.clientID)
		return r
	}
	r.about, r.room, about.changing = about, about.room, true
	switch rand.IntN(4) {
	case 0:
		r.event = "delete_message"
		r.payload = fmt.Sprintf(`{"roomId":%q,"seq":%d,"clientId":%q}`, r.room, about.seq, r.clientID)
	case 1:
		r.event = "edit_message"
		r.payload = fmt.Sprintf(`{"roomId":%q,"seq":%d,"text":"edit %d","clientId":%q}`, r.room, about.seq, c.made, r.clientID)
	default:
		r.event = "set_reaction"
		r.payload = fmt.Sprintf(`{"roomId":%q,"seq":%d,"emoji":":ok:","on":%v,"clientId":%q}`, r.room, about.seq, !about.reacted, r.clientID)
	}
	return r
}

// changeable gives one of the client's newest messages that nothing is under way about:
// so each request changes something, and its ack tells of an event of its own.
func (c *client) changeable() *message {
	const newest = 20
	c.own = c.own[max(0, len(c.own)-newest):]
	for range c.own {
		if m := c.own[rand.IntN(len(c.own))]; !m.changing {
			return m
		}
	}
	return nil
}

// done takes an ack.
func (c *client) done(r *request, id string, seq int64) {
	if c.waiting[r.clientID] != r {
		c.wrong("%s is acked twice", r.clientID)
		return
	}
	delete(c.waiting, r.clientID)
	c.acked = append(c.acked, ack{room: r.room, author: c.name, clientID: r.clientID, id: id, seq: seq, made: r.made, at: time.Now()})
	if r.about == nil {
		c.own = append(c.own, &message{room: r.room, seq: seq})
		return
	}
	r.about.changing = false
	switch r.event {
	case "delete_message":
		c.own = slices.DeleteFunc(c.own, func(m *message) bool { return m == r.about })
	case "set_reaction":
		r.about.reacted = !r.about.reacted
	}
}
