package rest

import (
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"roomstream/rooms"
)

// FuzzBody: whatever a body holds, it is refused by a field's name or gives values
// within their bounds.
func FuzzBody(f *testing.F) {
	for _, body := range []string{
		`{"text":"x","parent":1,"data":{"a":[1,{}]}}`, `{"text":null}`, `{"parent":1e3}`, `{"parent":-0}`, `{"data":{}`, `[]`, `null`, ``,
		`{"role":null,"bannedUntil":"2030-01-31T12:00:00.000Z","expiresInMs":9007199254740991}`, `{"role":"owner","bannedUntil":null,"expiresInMs":0}`,
		`{"text":"\ud800"}`, `{"text":"a","text":"b"}`, `{"":""}`, " {\"data\" : { } } ",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		fields, err := decodeFields(body)
		if err == nil {
			text, seq, data := fields.optionalText("text"), fields.optionalSeq("parent"), fields.optionalObject("data")
			err = fields.err
			if err == nil && (!utf8.ValidString(text) || seq < 0 || seq > rooms.MaxSeq || data != "" && !json.Valid([]byte(data))) {
				t.Fatalf("%q gave %q, %d, %q", body, text, seq, data)
			}
		}
		if err == nil {
			err = checkStanding(t, body)
		}
		var coded *rooms.Error
		if err != nil && (!errors.As(err, &coded) || coded.Code != rooms.CodeBadRequest || coded.Field == "") {
			t.Fatalf("%q: %v", body, err)
		}
	})
}

// checkStanding reads what the routes of members and invitations do.
func checkStanding(t *testing.T, body []byte) error {
	f, err := decodeFields(body)
	if err != nil {
		return err
	}
	role, until, period := f.role("role"), f.timeOrNull("bannedUntil"), f.optionalPeriod("expiresInMs")
	if f.err != nil {
		return f.err
	}
	if raw, said := f.members["bannedUntil"]; (said && string(raw) != "null") == until.IsZero() || period < 0 {
		t.Fatalf("%q gave %q, %v, %v", body, role, until, period)
	}
	if _, said := f.members["expiresInMs"]; said == (period == 0) {
		t.Fatalf("%q gave %v", body, period)
	}
	if _, said := f.members["role"]; !said || role == rooms.RoleNone && string(f.members["role"]) != "null" {
		t.Fatalf("%q gave %q", body, role)
	}
	return nil
}
