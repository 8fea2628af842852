package postgres

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// maxChannelBytes is what PostgreSQL keeps of an identifier: a longer name would be cut by LISTEN and refused by NOTIFY.
	maxChannelBytes = 63
	// maxEventBytes is far more than a name needs.
	maxEventBytes = 128
	// maxChannels bounds the commands of a reconnect.
	maxChannels = 1000
)

// Channel declares who is told what of a channel's payloads. At least one event is named.
type Channel struct {
	Channel        string // 1 to 63 bytes, exactly as NOTIFY names it: case counts
	UserField      string // the payload's field that holds the user's id; empty: user_id, else userId
	UserEvent      string // to the user that the payload names
	AdminEvent     string // to users of the role admin
	BroadcastEvent string // to everybody
}

// ParseChannels reads a JSON list of channels. Its errors name the entry and the field.
func ParseChannels(text []byte) ([]Channel, error) {
	var entries []json.RawMessage
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&entries); err != nil || entries == nil {
		return nil, errors.New(`must be a JSON list, like [{"channel": "new_orders", "broadcastEvent": "order_created"}]`)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("holds more than one JSON list: put all channels into one")
	}
	if len(entries) == 0 || len(entries) > maxChannels {
		return nil, fmt.Errorf("lists %d channels: 1 to %d are possible", len(entries), maxChannels)
	}
	channels := make([]Channel, 0, len(entries))
	for i, entry := range entries {
		c, err := parseChannel(entry)
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
		if slices.ContainsFunc(channels, func(o Channel) bool { return o.Channel == c.Channel }) {
			return nil, fmt.Errorf("entry %d: channel: %q is declared twice; put its events into one entry", i+1, c.Channel)
		}
		channels = append(channels, c)
	}
	return channels, nil
}

func parseChannel(entry json.RawMessage) (c Channel, err error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(entry, &fields); err != nil || fields == nil {
		return c, errors.New("must be an object")
	}
	known := map[string]*string{
		"channel": &c.Channel, "userField": &c.UserField, "userEvent": &c.UserEvent,
		"adminEvent": &c.AdminEvent, "broadcastEvent": &c.BroadcastEvent,
	}
	for name, value := range fields {
		field := known[name]
		if field == nil {
			return c, fmt.Errorf("%s: unknown field; there are channel, userField, userEvent, adminEvent and broadcastEvent", name)
		}
		var text *string
		if err := json.Unmarshal(value, &text); err != nil || text == nil || *text == "" {
			return c, fmt.Errorf("%s: must be a string that is not empty", name)
		}
		*field = *text
	}
	return c, c.check()
}

func (c Channel) check() error {
	if c.Channel == "" || len(c.Channel) > maxChannelBytes || !utf8.ValidString(c.Channel) || strings.ContainsRune(c.Channel, 0) {
		return fmt.Errorf("channel: %q must be 1 to %d bytes of text", c.Channel, maxChannelBytes)
	}
	if c.UserEvent == "" && c.AdminEvent == "" && c.BroadcastEvent == "" {
		return fmt.Errorf("channel %q: one of userEvent, adminEvent and broadcastEvent must be there, or nobody is told", c.Channel)
	}
	if c.UserField != "" && c.UserEvent == "" {
		return fmt.Errorf("channel %q: userField: is of no use without userEvent", c.Channel)
	}
	for _, event := range []struct{ field, name string }{
		{"userEvent", c.UserEvent}, {"adminEvent", c.AdminEvent}, {"broadcastEvent", c.BroadcastEvent},
	} {
		if len(event.name) > maxEventBytes || slices.Contains(reservedEvents, event.name) {
			return fmt.Errorf("channel %q: %s: %q is over %d bytes or a name of Socket.IO's own; choose another", c.Channel, event.field, event.name, maxEventBytes)
		}
	}
	return nil
}

// reservedEvents are those that clients of Socket.IO raise themselves.
var reservedEvents = []string{"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}
