package faults

import (
	"encoding/json"
	"fmt"
	"time"
)

// page is what a join or a sync brings.
type page struct {
	Events  []entry
	More    bool
	LastSeq int64
	Reset   *struct{ Reason string }
}

// join joins a room with what the client has of it.
func (c *client) join(room string) {
	c.views[room].reading = true
	c.link.ask("join_room", fmt.Sprintf(`{"roomId":%q,"since":%d}`, room, c.views[room].last()), func(body json.RawMessage) {
		var answer struct {
			OK bool
			page
			Error *refusal
		}
		if !c.understood(body, &answer) {
			return
		}
		if !answer.OK {
			c.readAgain(room, "join_room", answer.Error)
			return
		}
		c.views[room].joined, c.views[room].reading = true, false
		c.take(room, answer.page)
	})
}

// sync reads what the client misses of a room.
func (c *client) sync(room string) {
	if c.views[room].reading {
		return
	}
	c.views[room].reading = true
	c.link.ask("sync", fmt.Sprintf(`{"rooms":{%q:%d}}`, room, c.views[room].last()), func(body json.RawMessage) {
		var answer struct {
			OK    bool
			Rooms map[string]page
			Error *refusal
		}
		if !c.understood(body, &answer) {
			return
		}
		if !answer.OK {
			c.readAgain(room, "sync", answer.Error)
			return
		}
		c.views[room].reading = false
		c.take(room, answer.Rooms[room])
	})
}

func (c *client) understood(body json.RawMessage, into any) bool {
	if err := json.Unmarshal(body, into); err != nil {
		c.wrong("an ack that is none: %s", body)
		return false
	}
	return true
}

// readAgain repeats a refused join or sync on the same connection.
func (c *client) readAgain(room, event string, e *refusal) {
	if e == nil || !e.Retryable {
		c.wrong("%s %s is refused: %+v", event, room, e)
		return
	}
	c.refusals[e.Code]++
	at := c.link
	time.AfterFunc(retryPause, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.link != at {
			return
		}
		c.views[room].reading = false
		if event == "sync" {
			c.sync(room)
		} else {
			c.join(room)
		}
	})
}

// take adds a page, which must go on where the client's log ends.
func (c *client) take(room string, p page) {
	v := c.views[room]
	if p.Reset != nil {
		c.wrong("%s is reset: %s", room, p.Reset.Reason)
		return
	}
	for _, e := range p.Events {
		switch {
		case e.Seq == v.last()+1:
			v.log = append(v.log, e)
		case e.Seq > v.last():
			c.wrong("a page of %s goes from %d to %d", room, v.last(), e.Seq)
			return
		}
	}
	switch {
	case p.More || v.last() >= p.LastSeq && v.last() < v.heard:
		c.sync(room)
	case v.last() < p.LastSeq:
		c.wrong("a page of %s ends at %d, lastSeq is %d and there is no more", room, v.last(), p.LastSeq)
	}
}

// event takes a live event.
func (c *client) event(name string, body json.RawMessage) {
	var e entry
	if err := json.Unmarshal(body, &e); err != nil {
		c.wrong("%s is no event: %s", name, body)
		return
	}
	v := c.views[e.RoomID]
	switch {
	case name == "room_reset":
		c.wrong("room_reset %s", body)
		return
	case e.RoomID == "" || e.Seq == 0: // not of a room's log
		return
	case v == nil || !v.joined:
		c.wrong("%s of %s comes without a join", name, e.RoomID)
		return
	}
	e.Event = name
	v.heard = max(v.heard, e.Seq)
	switch {
	case e.Seq == v.last()+1:
		v.log = append(v.log, e)
	case e.Seq > v.last():
		if !v.reading {
			c.wrong("live events of %s go from %d to %d", e.RoomID, v.last(), e.Seq)
		}
		c.sync(e.RoomID)
	case !e.same(v.log[e.Seq-1]) && !v.log[e.Seq-1].same(e): // either may be without its content
		c.wrong("%s %d was %+v and is %+v", e.RoomID, e.Seq, v.log[e.Seq-1], e)
	}
}
