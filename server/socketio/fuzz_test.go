package socketio

import (
	"encoding/json"
	"strings"
	"testing"

	"roomstream/rooms"
)

// seeds are the payloads every decoder starts from.
func seeds(f *testing.F) {
	for _, s := range []string{
		``, `null`, `"general"`, `7`, `[]`, `{}`, `{"roomId":"general"}`, `{"roomId":"general","since":3}`,
		`{"roomId":"general","text":"x","clientId":"c","parent":1,"data":{"a":1},"attachments":[]}`,
		`{"roomId":"general","before":1,"after":2,"around":3,"limit":50}`, `{"rooms":{"general":41}}`, `{"token":"x"}`,
		`{"roomId":"\ud800","text":"\u0000"}`, `{"roomId":"general","data":{`, "{\"roomId\":\"\xff\"}", `{"rooms":{"a":1e9}}`,
		`{"data":` + strings.Repeat(`{"a":`, 50) + `1` + strings.Repeat(`}`, 50) + `}`,
	} {
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
