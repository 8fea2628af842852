package socketio

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// idleSpeaker is a client that runs under synctest, and gives what was told of it.
func idleSpeaker(t *testing.T) (*speaker, func() []bool) {
	s, _, _ := speakerWith(t, 24*time.Hour)
	var mu sync.Mutex
	var told []bool
	s.chat.people.idled = func(user auth.UserID, idle bool) {
		if user != "alice" {
			t.Errorf("told of %q", user)
		}
		mu.Lock()
		defer mu.Unlock()
		told = append(told, idle)
	}
	return s, func() []bool {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(told)
	}
}

// A page reads the list every half minute, and marks as read what comes while it is in sight: nobody was ever away.
func TestWhatAPageSaysByItselfShowsNobody(t *testing.T) {
	for _, event := range []string{
		"set_presence", "refresh_auth", "join_room", "leave_room", "sync", "mark_read", "mark_delivered", "get_history", "get_presence", "get_users", "list_rooms",
		"list_members", "list_receipts", "list_threads", "subscribe_stream", "unsubscribe_stream",
	} {
		if shows(event) {
			t.Errorf("%s shows that somebody is there", event)
		}
	}
	for _, event := range []string{"send_message", "edit_message", "delete_message", "set_reaction", "typing", "search", "update_profile", "set_pin"} {
		if !shows(event) {
			t.Errorf("%s shows nobody", event)
		}
	}
}

func TestAClientThatSaysNothingIsIdleAfter5Minutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, told := idleSpeaker(t)
		defer s.closed()
		want := func(what string, idle ...bool) {
			t.Helper()
			if got := told(); fmt.Sprint(got) != fmt.Sprint(idle) {
				t.Fatalf("%s: told %v, want %v", what, got, idle)
			}
		}
		says := func(event, payload string) { s.event(event, arguments(payload), false, func([]byte) {}) }
		pass(idleAfter - time.Second)
		want("before 5 minutes")
		says("unknown_event", `{}`)
		pass(idleAfter - time.Second)
		want("5 minutes after the last event are not over")
		says("refresh_auth", `{"token":"x"}`) // clients do so by themselves
		pass(time.Second)
		want("after 5 minutes", true)
		pass(time.Hour)
		want("no more is told", true)
		says("unknown_event", `{}`)
		want("it says something", true, false)
		pass(idleAfter)
		want("and again nothing", true, false, true)
		says("set_presence", `{"status":"online","auto":true}`)
		want("it found somebody by itself", true, false, true, false)
		says("set_presence", `{"status":"idle"}`)
		says("set_presence", `{"status":"idle"}`)
		want("it says so itself", true, false, true, false, true)
		s.closed()
		want("the one that goes is not idle any more", true, false, true, false, true, false)
	})
}

func TestPresenceIsSetByHand(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	second, _ := f.connect("alice", "")
	bob, _ := f.connect("bob", "")
	is := func(asks session, want string) {
		t.Helper()
		f.until("alice is "+want, func() bool {
			list := good(t, asks, "get_presence", `{"userIds":["alice"]}`)["users"].([]any)
			return list[0].(map[string]any)["status"] == want
		})
	}
	is(bob, "online")
	good(t, alice, "set_presence", `{"status":"idle"}`)
	is(bob, "online")
	good(t, second, "set_presence", `{"status":"idle","auto":true}`)
	is(bob, "idle")
	good(t, alice, "set_presence", `{"status":"dnd"}`)
	is(bob, "dnd")
	good(t, alice, "set_presence", `{"status":"online","auto":true}`)
	is(bob, "dnd")
	good(t, alice, "set_presence", `{"status":"invisible"}`)
	is(bob, "offline")
	is(second, "invisible")
	good(t, second, "set_presence", `{"status":"online"}`)
	is(bob, "online")
	wantRefusal(t, ask(t, alice, "set_presence", `{}`), rooms.CodeBadRequest, "status")
	wantRefusal(t, ask(t, alice, "set_presence", `{"status":"offline"}`), rooms.CodeBadRequest, "status")
	wantRefusal(t, ask(t, alice, "set_presence", `{"status":"dnd","auto":true}`), rooms.CodeBadRequest, "auto")
	wantRefusal(t, ask(t, alice, "set_presence", `{"status":"idle","auto":1}`), rooms.CodeBadRequest, "auto")
}

// TestWhatIsDeliveredDoesNotShowWhoIsInvisible: it is kept of him once he is to be seen again.
func TestWhatIsDeliveredDoesNotShowWhoIsInvisible(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	bob, _ := f.connect("bob", "")
	good(t, alice, "create_room", `{"id":"club","name":"x","type":"public"}`)
	good(t, alice, "update_room", `{"roomId":"club","receipts":true}`)
	f.fill(alice, "club", 3)
	good(t, bob, "mark_read", `{"roomId":"club","seq":1}`)
	good(t, bob, "set_presence", `{"status":"invisible"}`)
	wantJSON(t, "unseen", good(t, bob, "mark_delivered", `{"roomId":"club","seq":4}`), `{"deliveredSeq":1}`)
	wantJSON(t, "kept", good(t, alice, "list_receipts", `{"roomId":"club","after":"alice"}`), `{"receipts":[{"userId":"bob","seq":1,"deliveredSeq":1}],"more":false}`)
	good(t, bob, "set_presence", `{"status":"dnd"}`)
	wantJSON(t, "seen", good(t, bob, "mark_delivered", `{"roomId":"club","seq":4}`), `{"deliveredSeq":4}`)
}

func TestRoomsHearWhoIsThere(t *testing.T) {
	h := newHouse(t)
	alice, bob := h.connect(user("alice")), h.connect(user("bob"))
	alice.all = true
	must(alice, "join_room", `"general"`)
	must(bob, "join_room", `"general"`)
	hears := func(want string) {
		t.Helper()
		for {
			got := alice.next()
			body, ok := strings.CutPrefix(got, `42["presence_updated",`)
			if !ok {
				continue
			}
			if err := contract(t).Event("presence_updated", []byte(strings.TrimSuffix(body, "]"))); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(body, `{"userId":"bob"`) {
				if !strings.Contains(got, `"status":"`+want+`"`) {
					t.Fatalf("heard %s, want %s", got, want)
				}
				return
			}
		}
	}
	hears("online")
	must(bob, "set_presence", `{"status":"dnd"}`)
	hears("dnd")
	bob.conn.Close()
	hears("offline")
}
