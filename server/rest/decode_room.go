package rest

import (
	"encoding/json"
	"math"
	"time"

	"roomstream/rooms"
)

// given reads a member that need not be there; absent is nil, and null is as wrong as any
// other type.
func given[T any](f *fields, name string, read func(name string) T) *T {
	if _, present := f.members[name]; !present {
		return nil
	}
	value := read(name)
	return &value
}

// optionalName reads a string that is not empty; absent is empty.
func (f *fields) optionalName(name string) string {
	text := f.optionalText(name)
	if _, present := f.members[name]; present && text == "" {
		f.refuse(name, "must not be empty: leave it out instead")
	}
	return text
}

// seq reads an integer from 0 below 2^53 that must be there.
func (f *fields) seq(name string) int64 {
	if _, present := f.members[name]; !present {
		f.refuse(name, "is required")
		return 0
	}
	return f.optionalSeq(name)
}

// optionalFlag reads a boolean; absent is nil.
func (f *fields) optionalFlag(name string) *bool {
	raw, present := f.members[name]
	on := string(raw) == "true"
	if present && !on && string(raw) != "false" {
		f.refuse(name, "must be true or false")
	}
	if !present {
		return nil
	}
	return &on
}

// millis reads a number of milliseconds that must be there. What no Duration can hold is as
// good as the longest one, and refused where that is.
func (f *fields) millis(name string) time.Duration {
	ms := f.seq(name)
	return time.Duration(min(ms, math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
}

// optionalPeriod reads a number of milliseconds from 1; absent is 0.
func (f *fields) optionalPeriod(name string) time.Duration {
	if _, present := f.members[name]; !present {
		return 0
	}
	period := f.millis(name)
	if period == 0 {
		f.refuse(name, "must be an integer from 1: leave it out instead")
	}
	return period
}

// role reads the name of a role, or null, which is none; one of them must be there.
func (f *fields) role(name string) rooms.Role {
	if string(f.members[name]) == "null" {
		return rooms.RoleNone
	}
	role := f.text(name)
	if role == "" {
		f.refuse(name, "must be the name of a role, or null for none")
	}
	return rooms.Role(role)
}

// timeOrNull reads a time as RFC 3339 writes it; absent and null are zero, which nobody can give.
func (f *fields) timeOrNull(name string) time.Time {
	raw, present := f.members[name]
	if !present || string(raw) == "null" {
		return time.Time{}
	}
	var at *time.Time
	if err := json.Unmarshal(raw, &at); err != nil || at == nil || at.IsZero() {
		f.refuse(name, "must be a time as RFC 3339 writes it, like 2030-01-31T12:00:00.000Z")
		return time.Time{}
	}
	return *at
}
