package socketio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"roomstream/rooms"
)

// deaf is a client of a chat whose Service nobody may ask: what it sends must be refused before that.
func deaf(t *testing.T) *speaker {
	c, _ := unserved(t)
	s := &speaker{chat: c}
	s.link = newRecorder()
	return s
}

func TestWrongTypesAreBadRequestNamingTheField(t *testing.T) {
	s := deaf(t)
	for _, tc := range []struct{ event, payload, field string }{
		{"send_message", ``, "payload"},
		{"send_message", `null`, "payload"},
		{"send_message", `7`, "payload"},
		{"send_message", `"general"`, "payload"},
		{"send_message", `[]`, "payload"},
		{"send_message", `{}`, "roomId"},
		{"send_message", `{"roomId":7,"text":"x"}`, "roomId"},
		{"send_message", `{"roomId":null,"text":"x"}`, "roomId"},
		{"send_message", `{"roomid":"general","text":"x"}`, "roomId"},
		{"send_message", `{"roomId":"general"}`, "text"},
		{"send_message", `{"roomId":"general","TEXT":"x"}`, "text"},
		{"send_message", `{"roomId":"general","text":["x"]}`, "text"},
		{"send_message", `{"roomId":"general","text":{"x":1}}`, "text"},
		{"send_message", `{"roomId":"general","text":"x","clientId":1}`, "clientId"},
		{"send_message", `{"roomId":"general","text":"x","clientId":""}`, "clientId"},
		{"send_message", `{"roomId":"general","text":"x","clientId":null}`, "clientId"},
		{"send_message", `{"roomId":"general","text":"x","parent":"1"}`, "parent"},
		{"send_message", `{"roomId":"general","text":"x","parent":0}`, "parent"},
		{"send_message", `{"roomId":"general","text":"x","parent":1.5}`, "parent"},
		{"send_message", `{"roomId":"general","text":"x","data":"{}"}`, "data"},
		{"send_message", `{"roomId":"general","text":"x","data":[1]}`, "data"},
		{"send_message", `{"roomId":"general","text":"x","data":null}`, "data"},
		{"send_message", `{"roomId":"general","text":{"_placeholder":true,"num":0}}`, "text"},
		{"send_message", `{"roomId":"general","text":"x","attachments":{}}`, "attachments"},
		{"send_message", `{"roomId":"general","text":"x","attachments":null}`, "attachments"},
		{"send_message", `{"roomId":"general","text":"x","attachments":[{"id":"f"}]}`, "attachments"},
		{"join_room", ``, "payload"},
		{"join_room", `7`, "payload"},
		{"join_room", `["general"]`, "payload"},
		{"join_room", `{}`, "roomId"},
		{"join_room", `{"roomId":true}`, "roomId"},
		{"join_room", `{"roomId":"general","since":"3"}`, "since"},
		{"join_room", `{"roomId":"general","since":null}`, "since"},
		{"leave_room", ``, "payload"},
		{"leave_room", `{"room":"general"}`, "roomId"},
		{"leave_room", `"no room"`, "roomId"},
		{"leave_room", `""`, "roomId"},
		{"get_history", `"general"`, "payload"},
		{"get_history", `{"roomId":[]}`, "roomId"},
		{"get_history", `{"roomId":"general","before":"9"}`, "before"},
		{"get_history", `{"roomId":"general","after":{}}`, "after"},
		{"get_history", `{"roomId":"general","around":false}`, "around"},
		{"get_history", `{"roomId":"general","limit":"50"}`, "limit"},
		{"get_history", `{"roomId":"general","limit":0}`, "limit"},
		{"get_history", `{"roomId":"general","parent":0}`, "parent"},
		{"sync", ``, "payload"},
		{"sync", `{}`, "rooms"},
		{"sync", `{"rooms":null}`, "rooms"},
		{"sync", `{"rooms":["general"]}`, "rooms"},
		{"sync", `{"rooms":{"general":"1"}}`, "rooms"},
		{"sync", `{"rooms":{"general":null}}`, "rooms"},
		{"sync", `{"rooms":{"no room":1}}`, "rooms"},
	} {
		t.Run(tc.event+" "+tc.payload, func(t *testing.T) {
			wantRefusal(t, ask(t, s, tc.event, tc.payload), rooms.CodeBadRequest, tc.field)
		})
	}
}

func TestSeqsAreIntegersFrom0Below2To53(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "41": 41, "9007199254740991": 1<<53 - 1,
		"9007199254740992": -1, "99999999999999999999": -1, "-1": -1, "-0": -1, "1.0": -1, "1e3": -1, `"1"`: -1, "null": -1, "": -1,
	} {
		got, ok := parseSeq(json.RawMessage(text))
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("%s is read as %d, %v, want %d", text, got, ok, want)
		}
	}
	s := deaf(t)
	for _, field := range []string{"before", "after", "around"} {
		for _, bad := range []string{"-1", "1.5", "9007199254740992", "1e2"} {
			payload := fmt.Sprintf(`{"roomId":"general",%q:%s}`, field, bad)
			wantRefusal(t, ask(t, s, "get_history", payload), rooms.CodeBadRequest, field)
		}
	}
	wantRefusal(t, ask(t, s, "join_room", `{"roomId":"general","since":9007199254740992}`), rooms.CodeBadRequest, "since")
	wantRefusal(t, ask(t, s, "sync", `{"rooms":{"general":-1}}`), rooms.CodeBadRequest, "rooms")
}

func TestUnknownFieldsAreIgnored(t *testing.T) {
	in, err := readSend(arguments(`{"zzz":{"deep":[1]},"roomId":"general","text":"x","seq":"no seq","attachments":[]}`), false)
	if err != nil || !reflect.DeepEqual(in, rooms.SendInput{RoomID: "general", Text: "x", Attachments: []string{}}) {
		t.Fatalf("read as %+v, %v", in, err)
	}
}

func TestDataIsPassedOnAsReceived(t *testing.T) {
	const data = `{"b":1, "a":1.50,  "b":"\u0041"}`
	in, err := readSend(arguments(`{"roomId":"general","text":"x","clientId":"c","parent":7,"data": `+data+` }`), false)
	if err != nil || !reflect.DeepEqual(in, rooms.SendInput{RoomID: "general", Text: "x", ClientID: "c", Parent: 7, Data: data}) {
		t.Fatalf("read as %+v, %v", in, err)
	}
}

func TestDataOfABinaryPacketHoldsNoBinaryValue(t *testing.T) {
	for data, binary := range map[string]bool{
		`{"_placeholder":true,"num":0}`:                       true,
		`{"a":[1,{"b":{"_placeholder":true,"num":0}}]}`:       true,
		`{"a":{},"\u005fplaceholder":true,"num":0}`:           true,
		`{"a":"_placeholder","b":["_placeholder"],"c":[{}]}`:  false,
		`{"a":{"b":"_placeholder"},"c":{"_placeholders":[]}}`: false,
	} {
		args := arguments(`{"roomId":"general","text":"x","data":` + data + `}`)
		if in, err := readSend(args, false); err != nil || in.Data != data {
			t.Errorf("%s in a text packet: read as %+v, %v", data, in, err)
		}
		if _, err := readSend(args, true); (err != nil) != binary || err != nil && err.Field != "data" {
			t.Errorf("%s in a binary packet: %v", data, err)
		}
	}
}

func TestSyncAsksForAtMost100Rooms(t *testing.T) {
	list := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"room-%d":%d`, i, i)
		}
		return `{"rooms":{` + b.String()[1:] + `}}`
	}
	since, err := readSync(arguments(list(100)))
	if err != nil || len(since) != 100 || since["room-99"] != 99 {
		t.Fatalf("100 rooms are read as %d, %v", len(since), err)
	}
	wantRefusal(t, ask(t, deaf(t), "sync", list(101)), rooms.CodeBadRequest, "rooms")
}

func TestUnknownEventIsAckedWithUnknownEvent(t *testing.T) {
	s := deaf(t)
	for _, name := range []string{"SEND_MESSAGE", "", "join_room ", strings.Repeat("x", 100_000)} {
		got := ask(t, s, name, `{}`)
		wantRefusal(t, got, rooms.CodeUnknownEvent, "")
		if len(got.Error.Message) > 512 {
			t.Errorf("the message is %d bytes long", len(got.Error.Message))
		}
	}
}

func TestEventWithoutAckCallbackWorks(t *testing.T) {
	s := deaf(t)
	for _, name := range []string{"send_message", "join_room", "get_history", "sync", "refresh_auth", "nonsense"} {
		s.event(name, nil, false, nil) // must not panic
	}
	l := newRecorder()
	s.link = l
	l.Join("room-general")
	s.event("leave_room", arguments(`"general"`), false, nil)
	if l.in("room-general") {
		t.Fatal("the socket is still in the room")
	}
}

func TestRefreshAuthIsReadStrictly(t *testing.T) {
	s := deaf(t)
	wantRefusal(t, ask(t, s, "refresh_auth", `"token"`), rooms.CodeBadRequest, "payload")
	wantRefusal(t, ask(t, s, "refresh_auth", `{"token":null}`), rooms.CodeBadRequest, "token")
}

// TestLeaveRoomTakesBothForms also shows that it is idempotent.
func TestLeaveRoomTakesBothForms(t *testing.T) {
	s := deaf(t)
	l := newRecorder()
	s.link = l
	for _, payload := range []string{`"general"`, `{"roomId":"general"}`, `{"roomId":"never-joined"}`} {
		l.Join("room-general")
		if got := ask(t, s, "leave_room", payload); !got.OK {
			t.Fatalf("%s: %+v", payload, got.Error)
		}
	}
	if l.Joined() != 1 { // the third one left another room
		t.Fatalf("in %d rooms, want 1", l.Joined())
	}
}

func TestASocketIsInAtMost1000Rooms(t *testing.T) {
	s := deaf(t)
	for i := range maxJoined {
		s.link.Join(fmt.Sprint("room-r", i))
	}
	wantRefusal(t, ask(t, s, "join_room", `"one-more"`), rooms.CodeBadRequest, "roomId")
	if s.full("r7") {
		t.Fatal("joining a room again must stay possible")
	}
	s.link.Leave("room-r0")
	if s.full("one-more") {
		t.Fatal("leaving one must make room for another")
	}
}

// FuzzUnquote holds the reader of strings to encoding/json: it takes the same values and reads the same text.
func FuzzUnquote(f *testing.F) {
	for _, raw := range []string{`"plain"`, `"é 😀"`, `"\u00e9\n\"quoted\""`, `""`, ` "spaces" `, `"\ud800"`, "\"\xff\"", `null`, `1`, `{"a":1}`} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			return // what reaches it was a value of valid JSON
		}
		var want string
		wanted := json.Unmarshal(raw, &want) == nil && !bytes.Equal(bytes.TrimSpace(raw), []byte("null"))
		if got, ok := unquote(raw); ok != wanted || got != want {
			t.Errorf("%q is %q, %v; want %q, %v", raw, got, ok, want, wanted)
		}
	})
}
