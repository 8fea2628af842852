package hooks

import (
	"encoding/json"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/outward"
)

// Hook is an outgoing hook: where a room's events go.
type Hook struct {
	ID        string       // "w_" and random characters
	URL       string       // http or https
	Room      rooms.RoomID // empty: all but direct ones
	Events    []string     // names of events; nil: all
	Sealed    []byte       // the secret that deliveries are signed with: see vault
	CreatedBy auth.UserID
	CreatedAt time.Time
	Revision  int64    // grows whenever a cursor is set
	Failed    *Failure // nil: it works
}

// Failure says why a hook was given up. It ends when a cursor of the hook is set.
type Failure struct {
	At     time.Time
	Reason string
	Room   rooms.RoomID
	Seq    int64 // of the event that could not be delivered
}

// Events are what a hook may ask for. room_reset comes to all: it says that a room's events are no longer kept.
var eventNames = []string{"new_message", "message_updated", "message_deleted", "reaction_updated", "member_updated", "room_updated"}

// wants says whether the hook is told of an event.
func (h *Hook) wants(e *rooms.Event) bool {
	name := e.EventName()
	if h.Events == nil {
		return slices.Contains(eventNames, name)
	}
	return slices.Contains(h.Events, name)
}

// covers says whether the hook is for a room.
func (h *Hook) covers(room rooms.RoomID) bool {
	return !rooms.IsDirect(room) && (h.Room == "" || h.Room == room)
}

const maxURL = 2048 // bytes

// checkURL takes an address that deliveries may go to, as far as its text tells: what a name stands for is looked at when
// it is dialled.
func checkURL(text string, guard outward.Guard) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || len(text) > maxURL || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "":
		return rooms.BadField("url", "must be an http or https URL of at most %d bytes", maxURL)
	case u.User != nil:
		return rooms.BadField("url", "must hold no name and password: the signature says who sends")
	case u.Fragment != "":
		return rooms.BadField("url", "must have no fragment")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		if err := guard.Check(ip); err != nil {
			return rooms.BadField("url", "%v", err)
		}
	}
	return nil
}

// checkEvents takes names of events, without repetition.
func checkEvents(names []string) ([]string, error) {
	if names == nil {
		return nil, nil
	}
	if len(names) == 0 {
		return nil, rooms.BadField("events", "must name an event, or be left out for all")
	}
	for _, name := range names {
		if !slices.Contains(eventNames, name) {
			return nil, rooms.BadField("events", "must be some of %s", strings.Join(eventNames, ", "))
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(names))), nil
}

// delivery is one event on its way.
type delivery struct {
	id   string // the same however often it is tried
	body []byte
}

// deliveryOf gives an event the form in which it is delivered: `event` is it as it is replayed.
func deliveryOf(h *Hook, e *rooms.Event) delivery {
	return wrap(h, e.RoomID, e.Seq, e.AppendReplayJSON(nil))
}

// resetOf tells that what stood below a number cannot be delivered any more.
func resetOf(h *Hook, room rooms.RoomID, reason rooms.ResetReason, lastSeq int64) delivery {
	payload, err := json.Marshal(struct {
		Event   string            `json:"event"`
		RoomID  rooms.RoomID      `json:"roomId"`
		Reason  rooms.ResetReason `json:"reason"`
		LastSeq int64             `json:"lastSeq"`
	}{"room_reset", room, reason, lastSeq})
	if err != nil {
		panic(err) // strings and numbers always have a JSON form
	}
	return wrap(h, room, lastSeq, payload)
}

func wrap(h *Hook, room rooms.RoomID, seq int64, payload []byte) delivery {
	d := delivery{id: deliveryID(h.ID, room, seq)}
	d.body = rooms.AppendJSONString([]byte(`{"delivery":`), d.id)
	d.body = rooms.AppendJSONString(append(d.body, `,"webhook":`...), h.ID)
	d.body = append(append(append(d.body, `,"event":`...), payload...), '}')
	return d
}
