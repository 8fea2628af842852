package socketio

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"roomstream/rooms"
)

// payload reads the fields of one event's argument as typed values. Unknown fields are ignored; the first field that
// is missing or of a wrong type is remembered in err, as BAD_REQUEST naming it, and every later read returns zeros.
//
// The fields are looked up by name, not decoded into a struct: encoding/json matches a struct's fields without regard
// to case, so that "TEXT" would be taken for "text".
type payload struct {
	fields properties
	err    *rooms.Error
}

// placeholder marks where a binary value stood in a packet that carried some: Socket.IO puts an object with this member
// in its place. Kept, it would tell every reader of a value that was thrown away. In other packets it is a name like any.
const placeholder = "_placeholder"

// payloadField is what details.field says when the argument as a whole is at fault.
const payloadField = "payload"

// readPayload takes an event's first argument; it must be an object.
func readPayload(args []json.RawMessage) *payload {
	if len(args) == 0 {
		return &payload{err: rooms.BadField(payloadField, "is missing: send one object after the event's name")}
	}
	return readObject(args[0])
}

// readRoomPayload takes an event's first argument where a room's id may stand instead of an object: "general" means
// {roomId: "general"}.
func readRoomPayload(args []json.RawMessage) *payload {
	if len(args) > 0 && isString(args[0]) {
		return &payload{fields: properties{{name: []byte("roomId"), value: args[0]}}}
	}
	return readPayload(args)
}

// readObject takes JSON that is valid.
func readObject(valid json.RawMessage) *payload {
	p := &payload{}
	fields, ok := splitObject(valid)
	if !ok {
		p.err = rooms.BadField(payloadField, "must be an object")
	}
	p.fields = fields
	return p
}

// refuse remembers the first refusal.
func (p *payload) refuse(field, format string, args ...any) {
	if p.err == nil {
		p.err = rooms.BadField(field, format, args...)
	}
}

// field returns a field's JSON, nil where it is absent or the payload is refused already.
func (p *payload) field(name string) json.RawMessage {
	if p.err != nil {
		return nil
	}
	return p.fields.value(name)
}

// required is field for what must be there.
func (p *payload) required(name string) json.RawMessage {
	raw := p.field(name)
	if raw == nil {
		p.refuse(name, "is required")
	}
	return raw
}

// text reads a string that must be there. It may be empty.
func (p *payload) text(name string) string {
	return p.string(name, p.required(name))
}

// optionalText reads a string that may be absent, but not empty: nobody sends an empty one on purpose, and taken for
// absent it would, as a clientId, lose the protection it was sent for.
func (p *payload) optionalText(name string) string {
	raw := p.field(name)
	s := p.string(name, raw)
	if raw != nil && s == "" {
		p.refuse(name, "must not be empty: leave it out instead")
	}
	return s
}

func (p *payload) string(name string, raw json.RawMessage) string {
	if raw == nil {
		return ""
	}
	s, ok := unquote(raw)
	if !ok {
		p.refuse(name, "must be a string")
	}
	return s
}

// unquote reads a JSON value that is a string. In most nothing is escaped, so that their bytes are the text; to have
// encoding/json read those is a fifth of what a send costs to decode.
func unquote(raw json.RawMessage) (s string, ok bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	if text := raw[1 : len(raw)-1]; plain(text) {
		return string(text), true
	}
	err := json.Unmarshal(raw, &s)
	return s, err == nil
}

// plain says whether what stands between a string's quotes is the text itself.
func plain(quoted []byte) bool { return bytes.IndexByte(quoted, '\\') < 0 && utf8.Valid(quoted) }

// optionalSeq reads an integer from 0 to 2^53-1; nil where it is absent.
func (p *payload) optionalSeq(name string) *int64 {
	raw := p.field(name)
	if raw == nil {
		return nil
	}
	n, ok := parseSeq(raw)
	if !ok {
		p.refuse(name, "must be an integer from 0 below 2^53")
		return nil
	}
	return &n
}

// optionalPositive reads an integer from 1 to 2^53-1; 0 where it is absent.
func (p *payload) optionalPositive(name string) int64 {
	raw := p.field(name)
	if raw == nil {
		return 0
	}
	n, ok := parseSeq(raw)
	if !ok || n == 0 {
		p.refuse(name, "must be an integer from 1 below 2^53")
		return 0
	}
	return n
}

// optionalObject returns an object's JSON as it was received; empty where it is absent. binary: the packet carried
// binary values.
func (p *payload) optionalObject(name string, binary bool) string {
	raw := bytes.TrimSpace(p.field(name))
	if len(raw) == 0 {
		return ""
	}
	if raw[0] != '{' || binary && holdsPlaceholder(raw) {
		p.refuse(name, "must be a JSON object without binary values")
		return ""
	}
	return string(raw)
}

// holdsPlaceholder looks for an object with a member of that name at any depth, however it is escaped.
func holdsPlaceholder(raw json.RawMessage) bool {
	d := json.NewDecoder(bytes.NewReader(raw))
	var open []json.Delim // the objects and arrays around the token
	name := false         // in an object: the next string is a member's name
	for {
		token, err := d.Token()
		if err != nil {
			return false
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				open = append(open, t)
				name = t == '{'
				continue
			}
			open = open[:len(open)-1]
		case string:
			if name && t == placeholder {
				return true
			}
		}
		inObject := len(open) > 0 && open[len(open)-1] == '{'
		_, delim := token.(json.Delim)
		name = inObject && (delim || !name)
	}
}

// optionalTexts reads an array of strings; nil where it is absent.
func (p *payload) optionalTexts(name string) []string {
	raw := p.field(name)
	if raw == nil {
		return nil
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil || list == nil {
		p.refuse(name, "must be an array of strings")
		return nil
	}
	texts := make([]string, len(list))
	for i, entry := range list {
		if !isString(entry) || json.Unmarshal(entry, &texts[i]) != nil {
			p.refuse(name, "must be an array of strings")
			return nil
		}
	}
	return texts
}

func isString(raw json.RawMessage) bool {
	raw = bytes.TrimSpace(raw)
	return len(raw) > 0 && raw[0] == '"'
}

// parseSeq reads an integer from 0 to rooms.MaxSeq, as JavaScript writes it: digits only.
func parseSeq(raw json.RawMessage) (int64, bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] < '0' || raw[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || n > rooms.MaxSeq {
		return 0, false
	}
	return n, true
}
