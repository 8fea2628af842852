package socketio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// good asks for what is answered with ok, and gives it as it is.
func good(t *testing.T, s session, event, payload string) map[string]any {
	t.Helper()
	answers := make(chan []byte, 1)
	s.event(event, arguments(payload), false, func(b []byte) { answers <- b })
	var b []byte
	select {
	case b = <-answers:
	case <-time.After(patience):
		t.Fatalf("%s %s: no answer", event, payload)
	}
	if err := contract(t).Exchange(event, []byte(payload), b); err != nil {
		t.Error(err)
	}
	var body map[string]any
	if json.Unmarshal(b, &body) != nil || body["ok"] != true {
		t.Fatalf("%s %s is answered %s", event, payload, b)
	}
	delete(body, "ok")
	return body
}

// wantJSON compares values by their JSON.
func wantJSON(t *testing.T, what string, got any, want string) {
	t.Helper()
	var wanted any
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, wanted) {
		text, _ := json.Marshal(got)
		t.Fatalf("%s: %s, want %s", what, text, want)
	}
}

const clubRoom = `{"id":"club","name":"The Club","type":"private","topic":"ours","readOnly":false,"slowModeMs":0,"archived":false,"receipts":false,"role":"owner"}`

func TestARoomIsMadeChangedAndListed(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	bob, _ := f.connect("bob", "")
	const create = `{"id":"club","name":"The Club","type":"private","topic":"ours","clientId":"c1"}`
	for range 2 { // the same clientId gives the same room
		wantJSON(t, "made", good(t, alice, "create_room", create), `{"room":`+clubRoom+`}`)
	}
	wantRefusal(t, ask(t, alice, "create_room", `{"id":"club","name":"Another","type":"public"}`), rooms.CodeConflict, "id")

	changed := good(t, alice, "update_room", `{"roomId":"club","name":"Our Club","topic":"","readOnly":true,"slowModeMs":1500,"receipts":true}`)
	const after = `{"id":"club","name":"Our Club","type":"private","topic":"","readOnly":true,"slowModeMs":1500,"archived":false,"receipts":true,"role":"owner"`
	wantJSON(t, "changed", changed, `{"room":`+after+`}}`)
	wantJSON(t, "joined", good(t, alice, "join_room", `"club"`)["room"], after+`}`)
	wantJSON(t, "listed", good(t, alice, "list_rooms", `{"query":"OUR"}`), `{"rooms":[`+after+`,"lastSeq":2}],"more":false}`)
	wantJSON(t, "bob's list", good(t, bob, "list_rooms", `{"query":"","after":""}`), `{"rooms":[],"more":false}`)

	ask(t, alice, "send_message", `{"roomId":"club","text":"hello"}`)
	last := good(t, alice, "list_rooms", `{"limit":1}`)["rooms"].([]any)[0].(map[string]any)
	if last["lastSeq"] != 3.0 || last["last"].(map[string]any)["text"] != "hello" {
		t.Errorf("listed as %v", last)
	}
}

func TestADirectRoomIsTheSameFromBothSides(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	bob, _ := f.connect("bob", "")
	hers := good(t, alice, "open_direct", `{"userId":"bob"}`)["room"].(map[string]any)
	his := good(t, bob, "open_direct", `{"userId":"alice"}`)["room"].(map[string]any)
	if hers["id"] != his["id"] || hers["userId"] != "bob" || his["userId"] != "alice" || hers["type"] != "direct" || hers["role"] != "member" {
		t.Fatalf("hers %v, his %v", hers, his)
	}
	notes := good(t, alice, "open_direct", `{"userId":"alice"}`)["room"].(map[string]any)
	if notes["userId"] != "alice" || notes["id"] == hers["id"] {
		t.Fatalf("her notes: %v", notes)
	}
}

func TestMembersAreSetAndListed(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	bob, l := f.connect("bob", "")
	good(t, alice, "create_room", `{"id":"club","name":"x","type":"private"}`)
	wantJSON(t, "set", good(t, alice, "set_member", `{"roomId":"club","userId":"bob","role":"reader"}`), `{"seq":2}`)
	wantJSON(t, "set again", good(t, alice, "set_member", `{"roomId":"club","userId":"bob","role":"reader"}`), `{"seq":2}`)
	good(t, bob, "join_room", `"club"`)
	until := time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond).Format(rooms.TimeFormat)
	good(t, alice, "set_member", `{"roomId":"club","userId":"carol","role":"member","bannedUntil":null}`)
	wantJSON(t, "banned", good(t, alice, "set_member", fmt.Sprintf(`{"roomId":"club","userId":"dan","role":"member","bannedUntil":%q}`, until)), `{"seq":4}`)
	wantJSON(t, "listed", good(t, alice, "list_members", `{"roomId":"club","after":""}`), fmt.Sprintf(
		`{"members":[{"userId":"alice","role":"owner"},{"userId":"bob","role":"reader"},{"userId":"carol","role":"member"},{"userId":"dan","role":"member","bannedUntil":%q}],"more":false}`, until))
	wantJSON(t, "a page of bob's", good(t, bob, "list_members", `{"roomId":"club","after":"alice","limit":1}`), `{"members":[{"userId":"bob","role":"reader"}],"more":true,"next":"bob"}`)
	want := []heard{
		{event: "member_updated", body: `{"roomId":"club","seq":3,"userId":"carol","role":"member","author":"alice"}`},
		{event: "member_updated", body: fmt.Sprintf(`{"roomId":"club","seq":4,"userId":"dan","role":"member","bannedUntil":%q,"author":"alice"}`, until)},
	}
	if got := l.wait(t, 3)[1:]; !reflect.DeepEqual(got, want) {
		t.Fatalf("bob heard %v, want %v", got, want)
	}
	good(t, alice, "update_room", `{"roomId":"club","topic":"news"}`)
	if got, want := l.wait(t, 4)[3], `{"roomId":"club","seq":5,"name":"x","topic":"news","readOnly":false,"slowModeMs":0,"archived":false,"receipts":false,"author":"alice"}`; got.event != "room_updated" || got.body != want {
		t.Fatalf("bob heard %v, want room_updated %s", got, want)
	}
	// Replayed, both are the same but for their names.
	events := good(t, bob, "join_room", `{"roomId":"club","since":3}`)["events"]
	wantJSON(t, "replayed", events, `[{"event":"member_updated",`+want[1].body[1:]+`,{"event":"room_updated",`+l.told()[3].body[1:]+`]`)
}

func TestReadingIsMarkedAndShown(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	bob, _ := f.connect("bob", "")
	carol, _ := f.connect("carol", "")
	good(t, alice, "create_room", `{"id":"club","name":"x","type":"public"}`)
	f.fill(alice, "club", 3)
	wantJSON(t, "marked", good(t, bob, "mark_read", `{"roomId":"club","seq":2}`), `{"readSeq":2,"unread":2,"mentions":0}`)
	wantJSON(t, "not back", good(t, bob, "mark_read", `{"roomId":"club","seq":0}`), `{"readSeq":2,"unread":2,"mentions":0}`)
	wantJSON(t, "not beyond the end", good(t, bob, "mark_read", `{"roomId":"club","seq":9007199254740991}`), `{"readSeq":4,"unread":0,"mentions":0}`)
	for event, payload := range map[string]string{"list_receipts": `{"roomId":"club"}`, "mark_delivered": `{"roomId":"club","seq":4}`} {
		if got := ask(t, bob, event, payload); got.Error == nil || got.Error.Code != rooms.CodeForbidden || got.Error.Details.Reason != "receipts" {
			t.Fatalf("%s is answered %+v", event, got)
		}
	}
	good(t, alice, "update_room", `{"roomId":"club","receipts":true}`)
	good(t, alice, "mark_read", `{"roomId":"club","seq":2}`)
	wantJSON(t, "delivered", good(t, alice, "mark_delivered", `{"roomId":"club","seq":3}`), `{"deliveredSeq":3}`)
	wantJSON(t, "not back", good(t, alice, "mark_delivered", `{"roomId":"club","seq":1}`), `{"deliveredSeq":3}`)
	wantJSON(t, "shown", good(t, bob, "list_receipts", `{"roomId":"club","limit":1}`), `{"receipts":[{"userId":"alice","seq":2,"deliveredSeq":3}],"more":true}`)
	wantJSON(t, "not beyond the end", good(t, alice, "mark_delivered", `{"roomId":"club","seq":9007199254740991}`), `{"deliveredSeq":5}`)
	wantJSON(t, "of who has read nothing", good(t, carol, "mark_delivered", `{"roomId":"club","seq":3}`), `{"deliveredSeq":0}`)
	good(t, alice, "mark_read", `{"roomId":"club","seq":3}`)
	wantJSON(t, "receipts", good(t, bob, "list_receipts", `{"roomId":"club"}`), `{"receipts":[{"userId":"alice","seq":3,"deliveredSeq":5},{"userId":"bob","seq":4,"deliveredSeq":4}],"more":false}`)

	_, l := f.connect("bob", "")
	var ready struct{ Rooms any }
	if err := json.Unmarshal([]byte(l.told()[0].body), &ready); err != nil {
		t.Fatal(err)
	}
	wantJSON(t, "ready.rooms", ready.Rooms, `[{"id":"club","name":"x","type":"public","role":"member","lastSeq":5,"readSeq":4,"unread":0,"mentions":0}]`)
}

func TestReadyDoesNotHangOnTheRooms(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	f.chat.mine = func(ctx context.Context, _ auth.User) ([]rooms.Mine, error) {
		if end, bounded := ctx.Deadline(); !bounded || time.Until(end) > readyTimeout {
			t.Error("the read is not bounded")
		}
		return nil, errors.New("away")
	}
	_, l := f.connect("ann", "")
	if ready := l.told()[0].body; strings.Contains(ready, `"rooms"`) || !strings.Contains(ready, `"notifications":{"unread":0}`) {
		t.Errorf("ready %s", ready)
	}
}

func TestInvitationsAreMadeListedUsedAndRemoved(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	bob, _ := f.connect("bob", "")
	carol, _ := f.connect("carol", "")
	good(t, alice, "create_room", `{"id":"club","name":"x","type":"private"}`)
	made := good(t, alice, "create_invitation", `{"roomId":"club","role":"reader","expiresInMs":60000,"maxUses":1}`)
	shown := made["invitation"].(map[string]any)
	created, err := time.Parse(rooms.TimeFormat, shown["createdAt"].(string))
	expires, err2 := time.Parse(rooms.TimeFormat, shown["expiresAt"].(string))
	if err != nil || err2 != nil || expires.Sub(created) != time.Minute {
		t.Fatalf("from %v to %v", shown["createdAt"], shown["expiresAt"])
	}
	wantJSON(t, "made", map[string]any{"role": shown["role"], "roomId": shown["roomId"], "author": shown["author"], "maxUses": shown["maxUses"], "uses": shown["uses"]},
		`{"role":"reader","roomId":"club","author":"alice","maxUses":1,"uses":0}`)

	token := fmt.Sprintf(`{"token":%q}`, made["token"])
	room := good(t, bob, "accept_invitation", token)["room"].(map[string]any)
	if room["id"] != "club" || room["role"] != "reader" {
		t.Fatalf("bob is in %v", room)
	}
	good(t, bob, "accept_invitation", token) // his use is his
	wantRefusal(t, ask(t, carol, "accept_invitation", token), rooms.CodeGone, "")
	wantRefusal(t, ask(t, carol, "accept_invitation", `{"token":"NOSUCHTOKEN"}`), rooms.CodeNotFound, "")

	shown["uses"] = 1.0
	list := good(t, alice, "list_invitations", `{"roomId":"club"}`)
	if got := list["invitations"].([]any); len(got) != 1 || !reflect.DeepEqual(got[0], any(shown)) || list["more"] != false {
		t.Fatalf("listed %v, want %v", list, shown)
	}
	if text := fmt.Sprint(list); strings.Contains(text, made["token"].(string)) || strings.Contains(text, "bob") {
		t.Fatalf("the list tells %s", text)
	}
	wantRefusal(t, ask(t, bob, "list_invitations", `{"roomId":"club"}`), rooms.CodeForbidden, "")
	good(t, alice, "remove_invitation", fmt.Sprintf(`{"roomId":"club","id":%q}`, shown["id"]))
	if got := ask(t, alice, "remove_invitation", fmt.Sprintf(`{"roomId":"club","id":%q}`, shown["id"])); got.Error == nil || got.Error.Code != rooms.CodeNotFound {
		t.Fatalf("removed twice: %+v", got)
	}
}

func TestRoomEventsAreReadStrictly(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	good(t, alice, "create_room", `{"id":"club","name":"x","type":"private"}`)
	for _, c := range []struct{ event, payload, field string }{
		{"create_room", `{"type":"public"}`, "name"},
		{"create_room", `{"name":7,"type":"public"}`, "name"},
		{"create_room", `{"name":"x"}`, "type"},
		{"create_room", `{"name":"x","type":"direct"}`, "type"},
		{"create_room", `{"name":"x","type":"Public"}`, "type"},
		{"create_room", `{"name":"x","type":"public","topic":null}`, "topic"},
		{"create_room", `{"name":"x","type":"public","clientId":""}`, "clientId"},
		{"create_room", `{"name":"x","type":"public","clientId":"ä"}`, "clientId"},
		{"create_room", `{"name":"x","type":"public","id":""}`, "id"},
		{"create_room", `{"name":"x","type":"public","id":"no room"}`, "id"},
		{"create_room", `{"name":"x","type":"public","id":"dm:x"}`, "id"},
		{"create_room", `"general"`, "payload"},
		{"open_direct", `{}`, "userId"},
		{"open_direct", `{"userId":""}`, "userId"},
		{"open_direct", `{"userId":"a\u0000b"}`, "userId"},
		{"update_room", `{"name":"x"}`, "roomId"},
		{"update_room", `{"roomId":"club","name":""}`, "name"},
		{"update_room", `{"roomId":"club","name":null}`, "name"},
		{"update_room", `{"roomId":"club","topic":1}`, "topic"},
		{"update_room", `{"roomId":"club","readOnly":"true"}`, "readOnly"},
		{"update_room", `{"roomId":"club","archived":1}`, "archived"},
		{"update_room", `{"roomId":"club","receipts":null}`, "receipts"},
		{"update_room", `{"roomId":"club","slowModeMs":-1}`, "slowModeMs"},
		{"update_room", `{"roomId":"club","slowModeMs":1.5}`, "slowModeMs"},
		{"update_room", `{"roomId":"club","slowModeMs":3600001}`, "slowModeMs"},
		{"update_room", `{"roomId":"club","slowModeMs":9007199254740991}`, "slowModeMs"},
		{"set_member", `{"roomId":"club","userId":"bob"}`, "role"},
		{"set_member", `{"roomId":"club","userId":"bob","role":""}`, "role"},
		{"set_member", `{"roomId":"club","userId":"bob","role":"admin"}`, "role"},
		{"set_member", `{"roomId":"club","userId":"bob","role":"Owner"}`, "role"},
		{"set_member", `{"roomId":"club","userId":"bob","role":false}`, "role"},
		{"set_member", `{"roomId":"club","role":"member"}`, "userId"},
		{"set_member", `{"roomId":"club","userId":"","role":"member"}`, "userId"},
		{"set_member", `{"roomId":"club","userId":"` + strings.Repeat("u", 129) + `","role":"member"}`, "userId"},
		{"set_member", `{"roomId":"club","userId":"bob","role":"member","bannedUntil":"tomorrow"}`, "bannedUntil"},
		{"set_member", `{"roomId":"club","userId":"bob","role":"member","bannedUntil":1900000000}`, "bannedUntil"},
		{"set_member", `{"roomId":"club","userId":"bob","role":"member","bannedUntil":"2020-01-01T00:00:00.000Z"}`, "bannedUntil"},
		{"set_alerts", `{}`, "roomId"},
		{"set_alerts", `{"roomId":"club","level":""}`, "level"},
		{"set_alerts", `{"roomId":"club","level":"loud"}`, "level"},
		{"set_alerts", `{"roomId":"club","level":1}`, "level"},
		{"set_alerts", `{"roomId":"club","mutedUntil":1}`, "mutedUntil"},
		{"set_alerts", `{"roomId":"club","mutedUntil":"soon"}`, "mutedUntil"},
		{"list_rooms", `{"query":7}`, "query"},
		{"list_rooms", `{"after":"no room"}`, "after"},
		{"list_rooms", `{"limit":0}`, "limit"},
		{"list_rooms", `{"limit":101}`, "limit"},
		{"list_members", `{}`, "roomId"},
		{"list_members", `{"roomId":"club","after":"a\u0000"}`, "after"},
		{"list_members", `{"roomId":"club","limit":"5"}`, "limit"},
		{"list_receipts", `{"roomId":7}`, "roomId"},
		{"set_pin", `{"roomId":"club","seq":1}`, "on"},
		{"set_pin", `{"roomId":"club","seq":"1","on":true}`, "seq"},
		{"list_pins", `{"roomId":"club","after":-1}`, "after"},
		{"set_thread", `{"roomId":"club"}`, "thread"},
		{"set_thread", `{"roomId":"club","thread":0}`, "thread"},
		{"set_thread", `{"roomId":"club","thread":1,"following":"yes"}`, "following"},
		{"set_thread", `{"roomId":"club","thread":1,"readSeq":-1}`, "readSeq"},
		{"list_threads", `{"limit":101}`, "limit"},
		{"mark_delivered", `{"seq":1}`, "roomId"},
		{"mark_delivered", `{"roomId":"club"}`, "seq"},
		{"mark_delivered", `{"roomId":"club","seq":-1}`, "seq"},
		{"mark_read", `{"roomId":"club"}`, "seq"},
		{"mark_read", `{"roomId":"club","seq":-1}`, "seq"},
		{"mark_read", `{"roomId":"club","seq":9007199254740992}`, "seq"},
		{"create_invitation", `{"roomId":"club","role":"owner"}`, "role"},
		{"create_invitation", `{"roomId":"club","role":""}`, "role"},
		{"create_invitation", `{"roomId":"club","expiresInMs":0}`, "expiresInMs"},
		{"create_invitation", `{"roomId":"club","expiresInMs":31536000001}`, "expiresInMs"},
		{"create_invitation", `{"roomId":"club","expiresInMs":9007199254740991}`, "expiresInMs"},
		{"create_invitation", `{"roomId":"club","maxUses":-1}`, "maxUses"},
		{"create_invitation", `{"roomId":"club","maxUses":10001}`, "maxUses"},
		{"list_invitations", `{"roomId":"club","after":"x"}`, "after"},
		{"remove_invitation", `{"roomId":"club"}`, "id"},
		{"remove_invitation", `{"roomId":"club","id":"x"}`, "id"},
		{"accept_invitation", `{}`, "token"},
		{"accept_invitation", `{"token":""}`, "token"},
		{"accept_invitation", `{"token":"` + strings.Repeat("t", 129) + `"}`, "token"},
	} {
		t.Run(c.event+" "+c.payload, func(t *testing.T) { wantRefusal(t, ask(t, alice, c.event, c.payload), rooms.CodeBadRequest, c.field) })
	}
	if got := good(t, alice, "join_room", `"club"`)["lastSeq"]; got != 1.0 {
		t.Fatalf("the room ends at %v: what was refused was written", got)
	}
}

// TestOnlyWhatMaySafelyBeSentAgainIsLeftUnanswered asks a server that takes nothing any more.
func TestOnlyWhatMaySafelyBeSentAgainIsLeftUnanswered(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	owner, _ := f.connect("alice", "")
	good(t, owner, "create_room", `{"id":"club","name":"x","type":"private"}`)
	if err := f.service.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		event, payload string
		silent         bool
		required       string
	}{
		{"create_room", `{"name":"x","type":"public","clientId":"c1"}`, true, "name"},
		{"create_room", `{"name":"x","type":"public"}`, false, "name"}, // sent again it would be another room
		{"open_direct", `{"userId":"bob"}`, true, "userId"},
		{"update_room", `{"roomId":"club","topic":"new"}`, true, "roomId"},
		{"set_member", `{"roomId":"club","userId":"bob","role":"member"}`, true, "roomId"},
	} {
		for _, retry := range []string{"", `,"retry":"silent"`} {
			alice, _ := f.connect("alice", retry)
			answers := make(chan []byte, 1)
			alice.event(c.event, arguments(c.payload), false, func(b []byte) { answers <- b })
			answer := <-answers
			if silent := c.silent && retry != ""; silent != (answer == nil) {
				t.Errorf("%s %s%s: is answered %s", c.event, c.payload, retry, answer)
			}
			if answer != nil {
				wantRefusal(t, decodeAck(t, answer), rooms.CodeUnavailable, "")
			}
			wantRefusal(t, ask(t, alice, c.event, `{}`), rooms.CodeBadRequest, c.required) // which is for good, and told
		}
	}
}

func TestAMessageIsReportedOnce(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	bob, _ := f.connect("bob", "")
	good(t, alice, "create_room", `{"id":"club","name":"x","type":"public"}`)
	good(t, alice, "send_message", `{"roomId":"club","text":"rude"}`)
	first := good(t, bob, "report_message", `{"roomId":"club","seq":2,"reason":"It is rude"}`)["report"].(map[string]any)
	again := good(t, bob, "report_message", `{"roomId":"club","seq":2,"reason":"It still is"}`)["report"].(map[string]any)
	if first["state"] != "open" || first["author"] != "alice" || again["id"] != first["id"] || again["reason"] != "It is rude" {
		t.Errorf("first %v, then %v", first, again)
	}
	wantRefusal(t, ask(t, bob, "report_message", `{"roomId":"club","seq":2}`), rooms.CodeBadRequest, "reason")
	wantRefusal(t, ask(t, bob, "report_message", `{"roomId":"club","reason":"x"}`), rooms.CodeBadRequest, "seq")
	wantRefusal(t, ask(t, bob, "report_message", `{"roomId":"nothing","seq":1,"reason":"x"}`), rooms.CodeNotFound, "")
}
