package rooms_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

// settle waits for what answers later.
func settle(begin func(done func(rooms.Sent, error))) (rooms.Sent, error) {
	type answer struct {
		sent rooms.Sent
		err  error
	}
	answers := make(chan answer, 1)
	begin(func(sent rooms.Sent, err error) { answers <- answer{sent, err} })
	a := <-answers
	return a.sent, a.err
}

func edit(s *rooms.Service, user auth.User, in rooms.EditInput) (rooms.Sent, error) {
	return settle(func(done func(rooms.Sent, error)) { s.Edit(user, in, done) })
}

func remove(s *rooms.Service, user auth.User, in rooms.DeleteInput) (rooms.Sent, error) {
	return settle(func(done func(rooms.Sent, error)) { s.Delete(user, in, done) })
}

func react(s *rooms.Service, user auth.User, in rooms.ReactInput) (rooms.Sent, error) {
	return settle(func(done func(rooms.Sent, error)) { s.React(user, in, done) })
}

var (
	bob   = auth.User{ID: "bob", Name: "Bob"}
	admin = auth.User{ID: "root", Roles: []string{auth.RoleAdmin}}
)

// page reads the newest messages of a room as alice sees them.
func page(t testing.TB, s *rooms.Service, in rooms.HistoryInput) []rooms.Message {
	t.Helper()
	h, err := s.History(context.Background(), alice, in)
	if err != nil {
		t.Fatalf("history: %v", err)
	}
	return h.Messages
}

// wire gives an event as clients see it.
func wire(t testing.TB, e rooms.Event) map[string]any {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal(e.AppendReplayJSON(nil), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAnEditADeleteAndAReactionAreEventsOfTheRoomsLog(t *testing.T) {
	store := newStore(t)
	s, l := serve(t, store, rooms.Options{})
	join(t, s, l, "r", nil)
	send(t, s, "r", "first", "")
	edited, err := edit(s, alice, rooms.EditInput{RoomID: "r", Seq: 1, Text: "second"})
	if err != nil || edited.Seq != 2 {
		t.Fatalf("edit: seq %d, %v", edited.Seq, err)
	}
	reacted, err := react(s, bob, rooms.ReactInput{RoomID: "r", Seq: 1, Emoji: "👍", On: true})
	if err != nil || reacted.Seq != 3 || reacted.Count != 1 {
		t.Fatalf("react: %+v, %v", reacted, err)
	}
	deleted, err := remove(s, alice, rooms.DeleteInput{RoomID: "r", Seq: 1})
	if err != nil || deleted.Seq != 4 {
		t.Fatalf("delete: seq %d, %v", deleted.Seq, err)
	}
	within(t, "all is delivered", func() bool { return l.count("r") == 4 })
	events := l.events("r")
	for i, want := range []map[string]any{
		nil,
		{"event": "message_updated", "roomId": "r", "seq": 2.0, "target": 1.0, "text": "second", "author": "alice"},
		{"event": "reaction_updated", "roomId": "r", "seq": 3.0, "target": 1.0, "emoji": "👍", "author": "bob", "on": true, "counts": map[string]any{"👍": 1.0}},
		{"event": "message_deleted", "roomId": "r", "seq": 4.0, "target": 1.0, "author": "alice"},
	} {
		got := wire(t, events[i])
		if want == nil {
			continue
		}
		if events[i].Type != rooms.TypeReaction {
			want["timestamp"] = got["timestamp"]
			if got["timestamp"] == nil {
				t.Errorf("event %d has no timestamp", i)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("event %d:\n got %v\nwant %v", i, got, want)
		}
	}
	stored(t, store, "r")
}

func TestHistoryFoldsWhatHappenedToItsMessages(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	send(t, s, "r", "first", "")  // 1
	send(t, s, "r", "second", "") // 2
	for range 2 {
		if _, err := s.SendWait(context.Background(), bob, rooms.SendInput{RoomID: "r", Text: "reply", Parent: 1}); err != nil { // 3, 4
			t.Fatal(err)
		}
	}
	must := func(_ rooms.Sent, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(edit(s, alice, rooms.EditInput{RoomID: "r", Seq: 1, Text: "edited"}))         // 5
	must(react(s, alice, rooms.ReactInput{RoomID: "r", Seq: 1, Emoji: "👍", On: true})) // 6
	must(react(s, bob, rooms.ReactInput{RoomID: "r", Seq: 1, Emoji: "👍", On: true}))   // 7
	must(remove(s, alice, rooms.DeleteInput{RoomID: "r", Seq: 2}))                     // 8
	must(remove(s, bob, rooms.DeleteInput{RoomID: "r", Seq: 4}))                       // 9
	messages := page(t, s, rooms.HistoryInput{RoomID: "r"})
	if len(messages) != 4 {
		t.Fatalf("%d messages, want 4: a deleted one keeps its place", len(messages))
	}
	var got []map[string]any
	for i := range messages {
		var m map[string]any
		if err := json.Unmarshal(messages[i].AppendJSON(nil), &m); err != nil {
			t.Fatal(err)
		}
		got = append(got, m)
	}
	first := got[0]
	if first["text"] != "edited" || first["editSeq"] != 5.0 || first["editedAt"] == nil || first["deleted"] != nil {
		t.Errorf("the edited message is %v", first)
	}
	if want := map[string]any{"👍": map[string]any{"count": 2.0, "me": true}}; fmt.Sprint(first["reactions"]) != fmt.Sprint(want) {
		t.Errorf("reactions %v, want %v", first["reactions"], want)
	}
	if want := map[string]any{"count": 1.0, "lastSeq": 3.0}; fmt.Sprint(first["replies"]) != fmt.Sprint(want) {
		t.Errorf("replies %v, want %v", first["replies"], want)
	}
	second := got[1]
	if _, has := second["text"]; has || second["deleted"] != true || fmt.Sprint(second["reactions"]) != "map[]" {
		t.Errorf("the deleted message is %v", second)
	}
	thread := page(t, s, rooms.HistoryInput{RoomID: "r", Parent: 1})
	if len(thread) != 2 || thread[0].Seq != 3 || thread[1].Seq != 4 || !thread[1].Erased {
		t.Errorf("the thread is %v", thread)
	}
}

func TestAChangeThatMayNotBeWritesNothing(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	send(t, s, "other", "elsewhere", "")                                                            // other: 1
	send(t, s, "other", "elsewhere", "")                                                            // other: 2
	send(t, s, "r", "first", "")                                                                    // 1
	if _, err := edit(s, alice, rooms.EditInput{RoomID: "r", Seq: 1, Text: "second"}); err != nil { // 2
		t.Fatal(err)
	}
	send(t, s, "r", "to be deleted", "")                                                // 3
	if _, err := remove(s, alice, rooms.DeleteInput{RoomID: "r", Seq: 3}); err != nil { // 4
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		want rooms.Code
		do   func() (rooms.Sent, error)
	}{
		"an edit of another's": {rooms.CodeForbidden, func() (rooms.Sent, error) {
			return edit(s, bob, rooms.EditInput{RoomID: "r", Seq: 1, Text: "x"})
		}},
		"a delete of another's": {rooms.CodeForbidden, func() (rooms.Sent, error) {
			return remove(s, bob, rooms.DeleteInput{RoomID: "r", Seq: 1})
		}},
		"an edit of what is deleted": {rooms.CodeGone, func() (rooms.Sent, error) {
			return edit(s, alice, rooms.EditInput{RoomID: "r", Seq: 3, Text: "x"})
		}},
		"an edit of an edit": {rooms.CodeNotFound, func() (rooms.Sent, error) {
			return edit(s, alice, rooms.EditInput{RoomID: "r", Seq: 2, Text: "x"})
		}},
		"an edit of what is not there": {rooms.CodeNotFound, func() (rooms.Sent, error) {
			return edit(s, alice, rooms.EditInput{RoomID: "r", Seq: 99, Text: "x"})
		}},
		"a delete of the largest number": {rooms.CodeNotFound, func() (rooms.Sent, error) {
			return remove(s, alice, rooms.DeleteInput{RoomID: "r", Seq: rooms.MaxSeq})
		}},
		"a change of number 0": {rooms.CodeBadRequest, func() (rooms.Sent, error) {
			return remove(s, alice, rooms.DeleteInput{RoomID: "r"})
		}},
		"an empty text": {rooms.CodeBadRequest, func() (rooms.Sent, error) {
			return edit(s, alice, rooms.EditInput{RoomID: "r", Seq: 1})
		}},
		"a text too long": {rooms.CodeBadRequest, func() (rooms.Sent, error) {
			return edit(s, alice, rooms.EditInput{RoomID: "r", Seq: 1, Text: strings.Repeat("x", rooms.MaxTextLength+1)})
		}},
		"two emojis": {rooms.CodeBadRequest, func() (rooms.Sent, error) {
			return react(s, alice, rooms.ReactInput{RoomID: "r", Seq: 1, Emoji: "👍👍", On: true})
		}},
		"a room that is not there": {rooms.CodeNotFound, func() (rooms.Sent, error) {
			return react(s, alice, rooms.ReactInput{RoomID: "nowhere", Seq: 1, Emoji: "👍", On: true})
		}},
		"a clientId of control characters": {rooms.CodeBadRequest, func() (rooms.Sent, error) {
			return remove(s, alice, rooms.DeleteInput{RoomID: "r", Seq: 1, ClientID: "\n"})
		}},
	} {
		_, err := c.do()
		wantCode(t, name, err, c.want)
	}
	if n := len(stored(t, store, "r")); n != 4 {
		t.Errorf("the log has %d events, want the 4 of before", n)
	}
}

func TestAnAdminDeletesWhatOthersWrote(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	send(t, s, "r", "first", "")
	if _, err := remove(s, admin, rooms.DeleteInput{RoomID: "r", Seq: 1}); err != nil {
		t.Fatal(err)
	}
	_, err := edit(s, alice, rooms.EditInput{RoomID: "r", Seq: 1, Text: "x"})
	wantCode(t, "an edit after it", err, rooms.CodeGone)
}

func TestAChangeIsIdempotentByItsClientID(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	again, _ := serve(t, store, rooms.Options{}) // one that remembers nothing
	send(t, s, "r", "first", "c0")
	in := rooms.EditInput{RoomID: "r", Seq: 1, Text: "second", ClientID: "c1"}
	first, err := edit(s, alice, in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := remove(s, alice, rooms.DeleteInput{RoomID: "r", Seq: 1, ClientID: "c2"}); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*rooms.Service{"the same instance": s, "another instance": again} {
		sent, err := edit(s, alice, in) // the message is deleted by now
		if err != nil || sent.Seq != first.Seq || !sent.Duplicate {
			t.Errorf("%s: an edit sent again: %+v, %v; want seq %d as a duplicate", name, sent, err, first.Seq)
		}
		_, err = edit(s, alice, rooms.EditInput{RoomID: "r", Seq: 1, Text: "third", ClientID: "c1"})
		wantCode(t, name+": another text", err, rooms.CodeConflict)
		_, err = remove(s, alice, rooms.DeleteInput{RoomID: "r", Seq: 1, ClientID: "c0"})
		wantCode(t, name+": another kind", err, rooms.CodeConflict)
		sent, err = remove(s, alice, rooms.DeleteInput{RoomID: "r", Seq: 1, ClientID: "c2"})
		if err != nil || sent.Seq != 3 || !sent.Duplicate {
			t.Errorf("%s: a delete sent again: %+v, %v", name, sent, err)
		}
	}
	if n := len(stored(t, store, "r")); n != 3 {
		t.Errorf("the log has %d events, want 3", n)
	}
}

func TestReactingTwiceIsOneReaction(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	send(t, s, "r", "first", "")
	set := rooms.ReactInput{RoomID: "r", Seq: 1, Emoji: "👍", On: true}
	for name, c := range map[string]rooms.ReactInput{"": set, "with a clientId": {RoomID: "r", Seq: 1, Emoji: "👍", On: true, ClientID: "c"}} {
		for range 2 {
			sent, err := react(s, bob, c)
			if err != nil || sent.Seq != 2 || sent.Count != 1 {
				t.Errorf("%s: %+v, %v; want seq 2, count 1", name, sent, err)
			}
		}
	}
	off := set
	off.On = false
	if sent, err := react(s, bob, off); err != nil || sent.Seq != 3 || sent.Count != 0 {
		t.Errorf("taken back: %+v, %v", sent, err)
	}
	if sent, err := react(s, alice, off); err != nil || sent.Seq != 1 {
		t.Errorf("taken back what was never set: %+v, %v", sent, err)
	}
	if n := len(stored(t, store, "r")); n != 3 {
		t.Errorf("the log has %d events, want 3", n)
	}
}

// Half of the writers set one emoji and take it back in turns, half set their own: what
// each event tells must be what the log below it says.
func TestCountsAreRightUnder50Writers(t *testing.T) {
	store := newStore(t)
	one, _ := serve(t, store, rooms.Options{})
	two, _ := serve(t, store, rooms.Options{})
	send(t, one, "r", "first", "")
	const writers, rounds = 50, 8
	var wg sync.WaitGroup
	for w := range writers {
		s := one
		if w%2 == 1 {
			s = two
		}
		wg.Go(func() {
			user := auth.User{ID: auth.UserID(fmt.Sprintf("u%d", w))}
			for round := range rounds {
				in := rooms.ReactInput{RoomID: "r", Seq: 1, Emoji: "👍", On: round%2 == 0}
				if w%4 > 1 {
					in.Emoji, in.On = fmt.Sprintf(":e%d:", w), true
				}
				if _, err := react(s, user, in); err != nil {
					t.Errorf("writer %d: %v", w, err)
				}
				if _, err := s.SendWait(context.Background(), user, rooms.SendInput{RoomID: "r", Text: "between"}); err != nil {
					t.Errorf("writer %d: %v", w, err)
				}
			}
		})
	}
	wg.Wait()
	set := map[string]map[auth.UserID]bool{}
	reactions := 0
	for _, e := range stored(t, store, "r") {
		if e.Type != rooms.TypeReaction {
			continue
		}
		reactions++
		if set[e.Emoji] == nil {
			set[e.Emoji] = map[auth.UserID]bool{}
		}
		if set[e.Emoji][e.Author] == e.On {
			t.Errorf("seq %d changes nothing", e.Seq)
		}
		set[e.Emoji][e.Author] = e.On
		var got map[string]int
		if err := json.Unmarshal([]byte(e.Counts), &got); err != nil {
			t.Fatalf("seq %d: counts %s", e.Seq, e.Counts)
		}
		want := map[string]int{}
		for emoji, users := range set {
			for _, on := range users {
				if on {
					want[emoji]++
				}
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("seq %d: counts %v, want %v", e.Seq, got, want)
		}
	}
	if want := 26*rounds + 24; reactions != want {
		t.Errorf("%d reactions in the log, want %d", reactions, want)
	}
}

// An edit and a delete of one message race on two instances: whatever the order, no
// edit stands above the delete, and what was answered with success is in the log.
func TestNoChangeStandsAboveADelete(t *testing.T) {
	store := newStore(t)
	one, _ := serve(t, store, rooms.Options{})
	two, _ := serve(t, store, rooms.Options{})
	const messages = 60
	for i := range messages {
		send(t, one, "r", fmt.Sprint(i), "")
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	acked := map[int64]rooms.EventType{}
	note := func(kind rooms.EventType, sent rooms.Sent, err error) {
		if err != nil {
			if code := rooms.AsError(err).Code; code != rooms.CodeGone {
				t.Errorf("%s: %v", kind, err)
			}
			return
		}
		mu.Lock()
		defer mu.Unlock()
		acked[sent.Seq] = kind
	}
	for seq := int64(1); seq <= messages; seq++ {
		wg.Go(func() {
			sent, err := edit(one, alice, rooms.EditInput{RoomID: "r", Seq: seq, Text: "edited"})
			note(rooms.TypeEdit, sent, err)
		})
		for _, s := range []*rooms.Service{one, two} {
			wg.Go(func() {
				sent, err := remove(s, alice, rooms.DeleteInput{RoomID: "r", Seq: seq})
				note(rooms.TypeDelete, sent, err)
			})
		}
	}
	wg.Wait()
	deleted := map[int64]bool{}
	for _, e := range stored(t, store, "r") {
		if e.Type == rooms.TypeMessage {
			continue
		}
		if deleted[e.Target] {
			t.Errorf("seq %d (%s) changes message %d, which is deleted", e.Seq, e.Type, e.Target)
		}
		deleted[e.Target] = e.Type == rooms.TypeDelete
		if acked[e.Seq] != e.Type {
			t.Errorf("seq %d is a %s that nobody was told of", e.Seq, e.Type)
		}
		delete(acked, e.Seq)
	}
	if len(acked) > 0 {
		t.Errorf("acked and not in the log: %v", acked)
	}
	if len(deleted) != messages {
		t.Errorf("%d messages were changed, want %d", len(deleted), messages)
	}
}
