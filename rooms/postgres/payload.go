package postgres

import (
	"bytes"
	"encoding/json"
	"regexp"

	"roomstream/auth"
	"roomstream/rooms"
)

// MaxPayload is the largest payload of a row that is told, in bytes of its JSON text. NOTIFY itself takes 8,000; more than
// this would fill the queues of the sockets with one event.
const MaxPayload = 256 << 10

// tell sends a payload where its channel wants it.
func (l *Listener) tell(teller rooms.Teller, c Channel, text []byte) {
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		l.counts.malformed.Add(1)
		l.logger.Warn("a payload of PostgreSQL is no JSON", "channel", c.Channel, "bytes", len(text))
		return
	}
	payload := compact.Bytes()
	if c.UserEvent != "" {
		if user, ok := c.user(payload); ok {
			teller.TellUser(user, c.UserEvent, payload)
		} else {
			l.counts.nobody.Add(1)
			l.logger.Warn("a payload of PostgreSQL names no user", "channel", c.Channel, "bytes", len(text))
		}
	}
	if c.AdminEvent != "" {
		teller.Tell(isAdmin, c.AdminEvent, payload)
	}
	if c.BroadcastEvent != "" {
		teller.Tell(isAnybody, c.BroadcastEvent, payload)
	}
	l.counts.told.Add(1)
}

func isAdmin(u auth.User) bool { return u.Has(auth.RoleAdmin) }
func isAnybody(auth.User) bool { return true }

// defaultUserFields are looked for in this order.
var defaultUserFields = []string{"user_id", "userId"}

// integer is what ids of tables look like; 1.0 and 1e3 are none.
var integer = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)

// user is the user that a payload names: a string that is not empty, or an integer.
func (c Channel) user(payload []byte) (auth.UserID, bool) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(payload, &fields); err != nil {
		return "", false
	}
	names := defaultUserFields
	if c.UserField != "" {
		names = []string{c.UserField}
	}
	for _, name := range names {
		value, there := fields[name]
		if !there {
			continue
		}
		if integer.Match(value) {
			return auth.UserID(value), true
		}
		var id string
		err := json.Unmarshal(value, &id)
		return auth.UserID(id), err == nil && id != ""
	}
	return "", false
}
