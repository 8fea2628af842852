package socketio

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"roomstream/rooms"
)

// payloads are what every decoder starts from.
func payloads() []string {
	return []string{
		``, `null`, `"general"`, `7`, `[]`, `{}`, `{"roomId":"general"}`, `{"roomId":"general","since":3}`,
		`{"roomId":"general","text":"x","clientId":"c","parent":1,"data":{"a":1},"attachments":[]}`,
		`{"roomId":"general","before":1,"after":2,"around":3,"limit":50}`, `{"rooms":{"general":41}}`, `{"token":"x"}`,
		`{"roomId":"\ud800","text":"\u0000"}`, `{"roomId":"general","data":{`, "{\"roomId\":\"\xff\"}", `{"rooms":{"a":1e9}}`,
		`{"data":` + strings.Repeat(`{"a":`, 50) + `1` + strings.Repeat(`}`, 50) + `}`,
	}
}

func seeds(f *testing.F) {
	for _, s := range payloads() {
		f.Add([]byte(s))
	}
}

// wellRefused fails unless a refusal names a field.
func wellRefused(t *testing.T, err *rooms.Error) bool {
	if err == nil {
		return false
	}
	if err.Code != rooms.CodeBadRequest || err.Field == "" || !strings.HasPrefix(err.Message, err.Field+": ") {
		t.Fatalf("refused as %+v", err)
	}
	return true
}

func inRange(t *testing.T, seqs ...*int64) {
	for _, seq := range seqs {
		if seq != nil && (*seq < 0 || *seq > rooms.MaxSeq) {
			t.Fatalf("seq %d", *seq)
		}
	}
}

// fuzzArgument tries arguments as readEvent gives them: whatever they are, they are JSON.
func fuzzArgument(f *testing.F, try func(t *testing.T, b []byte)) {
	f.Fuzz(func(t *testing.T, b []byte) {
		if json.Valid(b) {
			try(t, b)
		}
	})
}

func FuzzSendMessage(f *testing.F) {
	seeds(f)
	fuzzArgument(f, func(t *testing.T, b []byte) {
		in, err := readSend([]json.RawMessage{b}, true)
		if wellRefused(t, err) {
			return
		}
		inRange(t, &in.Parent)
		if in.Data != "" && (in.Data[0] != '{' || !json.Valid([]byte(in.Data))) {
			t.Fatalf("data %q", in.Data)
		}
	})
}

func FuzzJoinAndLeaveRoom(f *testing.F) {
	seeds(f)
	fuzzArgument(f, func(t *testing.T, b []byte) {
		p := readRoomPayload([]json.RawMessage{b})
		p.text("roomId")
		since := p.optionalSeq("since")
		if wellRefused(t, p.err) {
			return
		}
		inRange(t, since)
	})
}

func FuzzGetHistory(f *testing.F) {
	seeds(f)
	fuzzArgument(f, func(t *testing.T, b []byte) {
		in, err := readHistory([]json.RawMessage{b})
		if wellRefused(t, err) {
			return
		}
		inRange(t, in.Before, in.After, in.Around)
		if in.Limit < 0 {
			t.Fatalf("limit %d", in.Limit)
		}
	})
}

func FuzzSync(f *testing.F) {
	seeds(f)
	fuzzArgument(f, func(t *testing.T, b []byte) {
		since, err := readSync([]json.RawMessage{b})
		if wellRefused(t, err) {
			return
		}
		if len(since) > maxSyncRooms {
			t.Fatalf("%d rooms", len(since))
		}
		for id, seq := range since {
			inRange(t, &seq)
			if _, err := rooms.ParseRoomID(id); err != nil {
				t.Fatalf("room %q", id)
			}
		}
	})
}

func FuzzRefreshAuth(f *testing.F) {
	seeds(f)
	fuzzArgument(f, func(t *testing.T, b []byte) {
		p := readPayload([]json.RawMessage{b})
		p.text("token")
		wellRefused(t, p.err)
	})
}

func FuzzConnect(f *testing.F) {
	seeds(f)
	f.Add([]byte(`{"token":"x","retry":"silent"}`))
	fuzzArgument(f, func(t *testing.T, b []byte) {
		got, err := readCredentials(handshake{Auth: b})
		switch {
		case err == nil && got.token == "":
			t.Fatal("let through without a token")
		case err != nil && err.Code != rooms.CodeUnauthenticated && err.Code != rooms.CodeBadRequest:
			t.Fatalf("refused as %+v", err)
		}
	})
}

// everything has a member for most fields that events read, each of its type: what an event does not know it leaves alone.
const everything = `{"roomId":"club","rooms":{"club":0},"seq":1,"since":0,"thread":1,"parent":1,"text":"x","data":{"a":1},"emoji":"👍",` +
	`"on":true,"read":true,"following":true,"userId":"bob","userIds":["bob"],"ids":[],"role":"member","name":"n","topic":"","type":"private",` +
	`"readOnly":false,"slowModeMs":0,"receipts":true,"level":null,"reason":"r","status":"idle","auto":true,"query":"x","limit":5,` +
	`"expiresInMs":60000,"maxUses":1,"token":"x","uri":"u","vars":{},"initial":false}`

// FuzzEvents asks a whole chat by any name and any payload: there is one answer, as the document says, and it never is that
// the server does not know what went wrong.
func FuzzEvents(f *testing.F) {
	floor := newFloor(f, rooms.Options{})
	alice, heard := floor.connect("alice", "")
	for _, made := range [][2]string{
		{"create_room", `{"id":"club","name":"Club","type":"public"}`}, {"join_room", `"club"`},
		{"send_message", `{"roomId":"club","text":"one"}`}, {"send_message", `{"roomId":"club","text":"two"}`},
	} {
		answers := make(chan []byte, 1)
		alice.event(made[0], arguments(made[1]), false, func(b []byte) { answers <- b })
		if got := decodeAck(f, <-answers); !got.OK {
			f.Fatalf("%s: %+v", made[0], got.Error)
		}
	}
	for _, event := range append(contract(f).ClientEvents(), "", "connect", "no\u0000event", strings.Repeat("x", 1000)) {
		for _, payload := range append(payloads(), everything, `{"roomId":"club","id":"x","seq":2,"on":false}`, `{"roomId":"club","seq":2,"text":"y"}`) {
			f.Add(event, []byte(payload))
		}
	}
	var twice atomic.Value // what was answered again, later than the first time
	f.Fuzz(func(t *testing.T, event string, payload []byte) {
		if !utf8.ValidString(event) || !utf8.Valid(payload) || !json.Valid(payload) || archives(event, payload) {
			return
		}
		var acks atomic.Int32
		answers := make(chan []byte, 1)
		alice.event(event, []json.RawMessage{payload}, false, func(b []byte) {
			if acks.Add(1) > 1 {
				twice.Store(event + " " + string(payload))
				return
			}
			answers <- bytes.Clone(b)
		})
		select {
		case b := <-answers:
			var got struct {
				OK    bool
				Error *ackError
			}
			if err := json.Unmarshal(b, &got); err != nil || got.OK == (got.Error != nil) || got.Error != nil && got.Error.Code == rooms.CodeInternal {
				t.Errorf("%s %s: %s", event, payload, b)
			}
			if err := contract(t).Exchange(event, payload, b); err != nil {
				t.Error(err)
			}
		case <-time.After(patience):
			t.Fatalf("%s %s: no answer", event, payload)
		}
		if again := twice.Load(); again != nil {
			t.Errorf("answered twice: %s", again)
		}
		heard.holdTo(t, contract(t))
		heard.forget()
	})
}

// archives says whether nothing could be changed any more behind an event.
func archives(event string, payload []byte) bool {
	var p struct{ Archived json.RawMessage }
	return event == "update_room" && json.Unmarshal(payload, &p) == nil && p.Archived != nil
}
