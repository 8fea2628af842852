package socketio

import (
	"encoding/json"
	"testing"
	"time"

	"roomstream/rooms"
)

// FuzzRoomFields reads what the events of rooms and members have besides others.
func FuzzRoomFields(f *testing.F) {
	seeds(f)
	for _, s := range []string{
		`{"roomId":"general","name":"x","topic":"","readOnly":true,"slowModeMs":3600000,"archived":false,"receipts":true}`,
		`{"role":"owner","bannedUntil":"2030-01-31T12:00:00.000Z"}`, `{"role":null,"bannedUntil":null}`, `{"role":"","bannedUntil":""}`,
		`{"slowModeMs":9007199254740991,"maxUses":0,"seq":0}`, `{"bannedUntil":"0000-01-01T00:00:00+23:59"}`, `{"role":"\u006fwner"}`,
	} {
		f.Add([]byte(s))
	}
	fuzzArgument(f, func(t *testing.T, b []byte) {
		for _, read := range []func(p *payload){
			func(p *payload) {
				if role := p.role("role"); p.err == nil && !role.Known() {
					t.Errorf("role %q", role)
				}
			},
			func(p *payload) {
				if at := p.optionalTime("bannedUntil"); p.err == nil && p.fields.value("bannedUntil") == nil && !at.IsZero() {
					t.Errorf("until %v", at)
				}
			},
			func(p *payload) {
				if d := p.optionalDuration("slowModeMs"); p.err == nil && d != nil && *d < 0 {
					t.Errorf("duration %v", *d)
				}
			},
			func(p *payload) {
				if seq := p.cursor("seq"); p.err == nil && (seq < 0 || seq > rooms.MaxSeq) {
					t.Errorf("seq %d", seq)
				}
			},
			func(p *payload) { p.optionalString("name"); p.textOrEmpty("topic") },
			func(p *payload) { p.flagIfThere("readOnly") },
			func(p *payload) { p.optionalCount("maxUses") },
		} {
			p := readPayload([]json.RawMessage{b})
			read(p)
			wellRefused(t, p.err)
		}
	})
}

func TestMillisecondsNeverTurnNegative(t *testing.T) {
	for n, want := range map[int64]time.Duration{0: 0, 1500: 1500 * time.Millisecond, 9_223_372_036_854: 9_223_372_036_854 * time.Millisecond} {
		if got := milliseconds(n); got != want {
			t.Errorf("%d ms are %v, want %v", n, got, want)
		}
	}
	for _, n := range []int64{9_223_372_036_855, rooms.MaxSeq} {
		if got := milliseconds(n); got < rooms.MaxSlowMode {
			t.Errorf("%d ms are %v", n, got)
		}
	}
}
