package rooms

import (
	"encoding/json"
	"testing"
	"time"
)

func TestNewMessageIsWrittenAsTheProtocolSays(t *testing.T) {
	e := Event{
		ID: EventID{0x65, 0x53, 0xf1, 0, 1, 2, 3, 4, 5, 6, 7, 8}, RoomID: "general", Seq: 42, Author: "alice", AuthorName: `A "quoted" name`,
		Timestamp: time.Date(2026, 3, 4, 5, 6, 7, 8_900_000, time.FixedZone("", 3600)), ClientID: "c-1", Text: "line\nbreak </script> \u2028 é 😀 \x01", Parent: 7, Data: `{"a": [1, 2]}`,
	}
	want := `{"id":"6553f1000102030405060708","roomId":"general","seq":42,"text":"line\nbreak </script> \u2028 é 😀 \u0001","author":"alice",` +
		`"authorName":"A \"quoted\" name","timestamp":"2026-03-04T04:06:07.008Z","clientId":"c-1","parent":7,"data":{"a": [1, 2]}}`
	if got := string(e.AppendJSON(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := string(e.AppendReplayJSON(nil)); got != `{"event":"new_message",`+want[1:] {
		t.Errorf("replayed: %s", got)
	}
}

func TestAVoidTellsOnlyItsPlace(t *testing.T) {
	e := Event{RoomID: "general", Seq: 3, Type: TypeVoid, Text: "gone"}
	if got := string(e.AppendReplayJSON(nil)); got != `{"event":"void","roomId":"general","seq":3}` {
		t.Error(got)
	}
}

func FuzzAppendJSONString(f *testing.F) {
	for _, s := range []string{"", "a", "\x00\x1f\"\\", "é😀\u2028\u2029", "a\xffb\xc3", "\u007f</script>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(AppendJSONString(nil, s), &got); err != nil {
			t.Fatalf("%q is written as invalid JSON: %v", s, err)
		}
		var want string // encoding/json is the oracle
		b, _ := json.Marshal(s)
		if json.Unmarshal(b, &want); got != want {
			t.Fatalf("%q is written as %q", s, got)
		}
	})
}

func TestErrorsTellTheirCodeRetryAndField(t *testing.T) {
	e := overloaded().(*Error)
	b, _ := json.Marshal(e)
	if got := string(b); got != `{"code":"OVERLOADED","message":"too many messages are waiting to be stored","retryable":true,"retryAfterMs":1000}` {
		t.Error(got)
	}
	b, _ = json.Marshal(BadField("text", "must not be empty"))
	if got := string(b); got != `{"code":"BAD_REQUEST","message":"text: must not be empty","retryable":false,"details":{"field":"text"}}` {
		t.Error(got)
	}
}
