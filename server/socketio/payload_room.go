package socketio

import (
	"encoding/json"
	"math"
	"time"

	"roomstream/rooms"
)

// optionalString reads a string that may be absent (nil), and may be empty.
func (p *payload) optionalString(name string) *string {
	raw := p.field(name)
	if raw == nil {
		return nil
	}
	s := p.string(name, raw)
	return &s
}

// textOrEmpty reads a string for which absent and empty are the same.
func (p *payload) textOrEmpty(name string) string { return p.string(name, p.field(name)) }

// flagIfThere reads a boolean; nil where it is absent.
func (p *payload) flagIfThere(name string) *bool {
	if p.field(name) == nil {
		return nil
	}
	on := p.flag(name)
	return &on
}

// cursor reads an integer from 0 to 2^53-1 that must be there.
func (p *payload) cursor(name string) int64 {
	if p.required(name) == nil {
		return 0
	}
	return p.optionalCount(name)
}

// optionalCount reads an integer from 0 to 2^53-1; 0 where it is absent.
func (p *payload) optionalCount(name string) int64 {
	if n := p.optionalSeq(name); n != nil {
		return *n
	}
	return 0
}

// optionalDuration reads milliseconds; nil where they are absent.
func (p *payload) optionalDuration(name string) *time.Duration {
	n := p.optionalSeq(name)
	if n == nil {
		return nil
	}
	d := milliseconds(*n)
	return &d
}

// milliseconds gives the longest duration for what is longer: it is over every limit, as it must stay.
func milliseconds(n int64) time.Duration {
	if n > math.MaxInt64/int64(time.Millisecond) {
		return math.MaxInt64
	}
	return time.Duration(n) * time.Millisecond
}

// role reads a role that must be there; null is none.
func (p *payload) role(name string) rooms.Role {
	raw := p.required(name)
	if raw == nil || isNull(raw) {
		return rooms.RoleNone
	}
	role := rooms.Role(p.string(name, raw))
	if role == rooms.RoleNone || !role.Known() {
		p.refuse(name, "must be owner, moderator, member, reader or null")
	}
	return role
}

// optionalTime reads a time of RFC 3339; zero where it is absent or null.
func (p *payload) optionalTime(name string) time.Time {
	raw := p.field(name)
	if raw == nil || isNull(raw) {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, p.string(name, raw))
	if err != nil {
		p.refuse(name, "must be a time as in 2030-01-31T12:00:00Z")
		return time.Time{}
	}
	return at
}

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }
