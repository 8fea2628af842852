package socketio

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"roomstream/rooms"
)

func TestReadyTellsWhichLogThisIs(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	_, l := f.connect("alice", "")
	id, err := f.service.LogID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var body struct{ LogID string }
	if err := json.Unmarshal([]byte(l.told()[0].body), &body); err != nil || id == "" || body.LogID != id {
		t.Fatalf("ready %s, want logId %q", l.told()[0].body, id)
	}
}

func TestSendIsAckedAndReachesEveryMemberOnce(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, al := f.connect("alice", "")
	bob, bl := f.connect("bob", "")
	_, outside := f.connect("carol", "")
	ask(t, alice, "join_room", `"general"`)
	ask(t, bob, "join_room", `{"roomId":"general"}`)

	got := ask(t, alice, "send_message", `{"roomId":"general","text":"hi <b>","clientId":"c1","data":{"a": 1}}`)
	if !got.OK || got.Seq != 1 || got.Duplicate || !regexp.MustCompile(`^[0-9a-f]{24}$`).MatchString(got.ID) {
		t.Fatalf("acked %+v", got)
	}
	if at, err := time.Parse(rooms.TimeFormat, got.Timestamp); err != nil || time.Since(at) > time.Minute {
		t.Fatalf("timestamp %q: %v", got.Timestamp, err)
	}
	want := fmt.Sprintf(`{"id":%q,"roomId":"general","seq":1,"text":"hi <b>","author":"alice","authorName":"ALICE","timestamp":%q,"clientId":"c1","data":{"a": 1}}`, got.ID, got.Timestamp)
	for _, l := range []*recorder{al, bl} {
		told := l.wait(t, 2)
		if len(told) != 2 || told[1] != (heard{event: "new_message", body: want}) {
			t.Fatalf("heard %v, want new_message %s", told, want)
		}
	}
	if told := outside.told(); len(told) != 1 {
		t.Fatalf("who did not join heard %v", told)
	}
}

func TestSendingNeedsNoJoin(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, l := f.connect("alice", "")
	if got := ask(t, alice, "send_message", `{"roomId":"general","text":"x"}`); !got.OK || got.Seq != 1 {
		t.Fatalf("acked %+v", got)
	}
	if n := countOf(l.told(), "new_message"); n != 0 {
		t.Fatal("heard a room that was not joined")
	}
}

// Test500SendsWithoutAwaitingAcks shows that sends are queued in the order sent.
func Test500SendsWithoutAwaitingAcks(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, l := f.connect("alice", "")
	ask(t, alice, "join_room", `"general"`)
	f.fill(alice, "general", 500)
	seqs, texts := live(t, l.wait(t, 501))
	if len(seqs) != 500 {
		t.Fatalf("%d live events", len(seqs))
	}
	consecutive(t, seqs, 1)
	for i, text := range texts {
		if text != fmt.Sprint("message ", i+1) {
			t.Fatalf("seq %d is %q", i+1, text)
		}
	}
}

func TestSameClientIDIsADuplicateOrAConflict(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	bob, _ := f.connect("bob", "")
	const send = `{"roomId":"general","text":"x","clientId":"c1"}`
	first := ask(t, alice, "send_message", send)
	again := ask(t, alice, "send_message", send)
	if !again.OK || again.ID != first.ID || again.Seq != first.Seq || again.Timestamp != first.Timestamp || !again.Duplicate || first.Duplicate {
		t.Fatalf("first %+v, again %+v", first, again)
	}
	wantRefusal(t, ask(t, alice, "send_message", `{"roomId":"general","text":"y","clientId":"c1"}`), rooms.CodeConflict, "clientId")
	if got := ask(t, bob, "send_message", send); !got.OK || got.Duplicate || got.Seq != 2 {
		t.Fatalf("another author's: %+v", got)
	}
	if got := ask(t, alice, "send_message", `{"roomId":"other","text":"y","clientId":"c1"}`); !got.OK || got.Duplicate || got.Seq != 1 {
		t.Fatalf("another room's: %+v", got)
	}
}

func TestSendHoldsTheLimits(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	ask(t, alice, "send_message", `{"roomId":"general","text":"first"}`)
	for _, tc := range []struct {
		payload string
		code    rooms.Code
		field   string
	}{
		{`{"roomId":"general","text":""}`, rooms.CodeBadRequest, "text"},
		{`{"roomId":"general","text":"` + strings.Repeat("ä", 8001) + `"}`, rooms.CodeBadRequest, "text"},
		{`{"roomId":"general","text":"a\u0000b"}`, rooms.CodeBadRequest, "text"},
		{`{"roomId":"no room","text":"x"}`, rooms.CodeBadRequest, "roomId"},
		{`{"roomId":"` + strings.Repeat("r", 129) + `","text":"x"}`, rooms.CodeBadRequest, "roomId"},
		{`{"roomId":"general","text":"x","clientId":"` + strings.Repeat("c", 129) + `"}`, rooms.CodeBadRequest, "clientId"},
		{`{"roomId":"general","text":"x","clientId":"ä"}`, rooms.CodeBadRequest, "clientId"},
		{`{"roomId":"general","text":"x","clientId":"\n"}`, rooms.CodeBadRequest, "clientId"},
		{`{"roomId":"general","text":"x","parent":9}`, rooms.CodeBadRequest, "parent"},
		{`{"roomId":"general","text":"x","data":{"d":"` + strings.Repeat("d", 8192) + `"}}`, rooms.CodeTooLarge, "data"},
	} {
		wantRefusal(t, ask(t, alice, "send_message", tc.payload), tc.code, tc.field)
	}
	for i, payload := range []string{
		`{"roomId":"general","text":"` + strings.Repeat("ä", 8000) + `","clientId":"` + strings.Repeat("~", 128) + `","parent":1}`,
		`{"roomId":"general","text":"x","data":{"d":"` + strings.Repeat("d", 8192-8) + `"}}`,
	} {
		if got := ask(t, alice, "send_message", payload); !got.OK || got.Seq != int64(i+2) {
			t.Fatalf("at the limit: %+v", got.Error)
		}
	}
}

func TestJoinIsIdempotentAndAppendsNothing(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, l := f.connect("alice", "")
	other, otherLink := f.connect("alice", "")
	for range 2 {
		got := ask(t, alice, "join_room", `"general"`)
		if !got.OK || *got.LastSeq != 0 || got.Events == nil || len(got.Events) != 0 || *got.More || got.Reset != nil {
			t.Fatalf("acked %+v", got)
		}
		if *got.Room != (roomBody{ID: "general", Name: "general", Type: "public"}) {
			t.Fatalf("room %+v", *got.Room)
		}
	}
	ask(t, other, "send_message", `{"roomId":"general","text":"x"}`)
	l.wait(t, 2)
	if n := countOf(l.told(), "new_message"); n != 1 {
		t.Fatalf("a room joined twice is heard %d times", n)
	}
	if n := len(otherLink.told()); n != 1 {
		t.Fatal("a join concerns this socket only, not the user's others")
	}
}

func TestJoinSinceGivesExactlyTheMissingEvents(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	f.fill(alice, "general", 30)
	got := ask(t, alice, "join_room", `{"roomId":"general","since":12}`)
	if *got.LastSeq != 30 || len(got.Events) != 18 || *got.More {
		t.Fatalf("lastSeq %d, %d events, more=%v", *got.LastSeq, len(got.Events), *got.More)
	}
	consecutive(t, seqsOf(got.Events), 13)
	if e := got.Events[0]; e["event"] != "new_message" || e["text"] != "message 13" || e["author"] != "alice" || e["roomId"] != "general" {
		t.Fatalf("replayed as %v", e)
	}
	if got := ask(t, alice, "join_room", `{"roomId":"general","since":30}`); len(got.Events) != 0 || got.Reset != nil || *got.More {
		t.Fatalf("nothing is missing, and yet %+v", got)
	}
}

func TestPagesEndAt200EventsAndSyncBringsTheRest(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	f.fill(alice, "general", 450)
	got := ask(t, alice, "join_room", `{"roomId":"general","since":0}`)
	if len(got.Events) != 200 || !*got.More || *got.LastSeq != 450 {
		t.Fatalf("%d events, more=%v, lastSeq %d", len(got.Events), *got.More, *got.LastSeq)
	}
	all := seqsOf(got.Events)
	for more := true; more; {
		page := syncOf(t, alice, fmt.Sprintf(`{"rooms":{"general":%d}}`, all[len(all)-1])).Rooms["general"]
		if len(page.Events) == 0 || len(page.Events) > 200 || *page.LastSeq != 450 {
			t.Fatalf("%d events, lastSeq %d", len(page.Events), *page.LastSeq)
		}
		all, more = append(all, seqsOf(page.Events)...), page.More
	}
	if len(all) != 450 {
		t.Fatalf("%d events in all", len(all))
	}
	consecutive(t, all, 1)
}

func TestPagesEndAt256KiB(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	text := strings.Repeat("x", 8000)
	for range 60 {
		ask(t, alice, "send_message", `{"roomId":"general","text":"`+text+`"}`)
	}
	got := ask(t, alice, "join_room", `{"roomId":"general","since":0}`)
	body, _ := json.Marshal(got.Events)
	if !*got.More || len(body) > 256<<10 || len(got.Events) < 25 {
		t.Fatalf("%d events of %d bytes, more=%v", len(got.Events), len(body), *got.More)
	}
}

func TestResetSaysWhy(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, l := f.connect("alice", "")
	f.fill(alice, "general", 10_002)
	for since, reason := range map[int64]rooms.ResetReason{1: rooms.ResetTooFar, 10_003: rooms.ResetAhead} {
		got := ask(t, alice, "join_room", fmt.Sprintf(`{"roomId":"general","since":%d}`, since))
		if got.Reset == nil || got.Reset.Reason != reason || *got.LastSeq != 10_002 || len(got.Events) != 0 || *got.More {
			t.Fatalf("join since %d: %+v", since, got)
		}
		room := syncOf(t, alice, fmt.Sprintf(`{"rooms":{"general":%d}}`, since)).Rooms["general"]
		if room.Reset == nil || room.Reset.Reason != reason || *room.LastSeq != 10_002 {
			t.Fatalf("sync since %d: %+v", since, room)
		}
	}
	if got := ask(t, alice, "join_room", `{"roomId":"general","since":2}`); got.Reset != nil || len(got.Events) != 200 {
		t.Fatalf("exactly 10,000 behind: %+v", got.Reset)
	}
	if !l.in("room-general") {
		t.Fatal("a reset joins all the same")
	}
	if room := syncOf(t, alice, `{"rooms":{"never-made":0}}`).Rooms["never-made"]; room.Reset == nil || room.Reset.Reason != rooms.ResetForbidden || room.LastSeq != nil {
		t.Fatalf("a room that is not there: %+v", room)
	}
}

// TestFirstLiveEventAfterTheJoinIsLastSeqPlus1 joins and leaves while somebody speaks.
func TestFirstLiveEventAfterTheJoinIsLastSeqPlus1(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	bob, l := f.connect("bob", "")
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if got := ask(t, alice, "send_message", fmt.Sprintf(`{"roomId":"general","text":"m%d"}`, i)); !got.OK {
				t.Errorf("send: %+v", got.Error)
				return
			}
		}
	}()
	defer func() { close(stop); <-stopped }()

	for round := range 50 {
		acked := make(chan ackBody, 1)
		bob.event("join_room", arguments(`{"roomId":"general","since":0}`), false, func(b []byte) {
			l.note(heard{event: "ack", body: string(b)})
			acked <- decodeAck(t, b)
		})
		lastSeq := *(<-acked).LastSeq
		told := l.wait(t, ackAt(l.told(), round)+3) // the ack and two live events
		after := told[ackAt(told, round)+1:]
		seqs, _ := live(t, after)
		consecutive(t, seqs, lastSeq+1)
		if got := ask(t, bob, "leave_room", `"general"`); !got.OK {
			t.Fatalf("leave: %+v", got.Error)
		}
	}
}

// ackAt is where the ack number n stands.
func ackAt(told []heard, n int) int {
	for i, h := range told {
		if h.event == "ack" {
			if n == 0 {
				return i
			}
			n--
		}
	}
	return -1
}

func TestWhoLeftHearsNothing(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, al := f.connect("alice", "")
	bob, bl := f.connect("bob", "")
	ask(t, alice, "join_room", `"general"`)
	ask(t, bob, "join_room", `"general"`)
	ask(t, bob, "leave_room", `"general"`)
	ask(t, alice, "send_message", `{"roomId":"general","text":"x"}`)
	al.wait(t, 2)
	if told := bl.told(); len(told) != 1 {
		t.Fatalf("heard %v", told)
	}
}

func TestHistoryPages(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	alice, _ := f.connect("alice", "")
	f.fill(alice, "general", 120)
	for _, tc := range []struct {
		fields      string
		first, last int64
		before      bool
		after       bool
	}{
		{``, 71, 120, true, false},
		{`,"limit":100`, 21, 120, true, false},
		{`,"before":71`, 21, 70, true, true},
		{`,"before":21`, 1, 20, false, true},
		{`,"after":20,"limit":10`, 21, 30, true, true},
		{`,"after":100`, 101, 120, true, false},
		{`,"after":0,"limit":1`, 1, 1, false, true},
		{`,"around":60,"limit":11`, 55, 65, true, true},
	} {
		got := ask(t, alice, "get_history", `{"roomId":"general"`+tc.fields+`}`)
		if !got.OK {
			t.Fatalf("%s: %+v", tc.fields, got.Error)
		}
		seqs := seqsOf(got.Messages)
		if len(seqs) == 0 || seqs[0] != tc.first || seqs[len(seqs)-1] != tc.last || *got.HasBefore != tc.before || *got.HasAfter != tc.after {
			t.Errorf("%s: %v, hasBefore=%v, hasAfter=%v", tc.fields, seqs, *got.HasBefore, *got.HasAfter)
			continue
		}
		consecutive(t, seqs, tc.first)
		if _, replay := got.Messages[0]["event"]; replay || got.Messages[0]["text"] != fmt.Sprint("message ", tc.first) {
			t.Errorf("%s: message %v", tc.fields, got.Messages[0])
		}
	}
	wantRefusal(t, ask(t, alice, "get_history", `{"roomId":"general","before":5,"after":2}`), rooms.CodeBadRequest, "before")
	wantRefusal(t, ask(t, alice, "get_history", `{"roomId":"general","limit":101}`), rooms.CodeBadRequest, "limit")
	wantRefusal(t, ask(t, alice, "get_history", `{"roomId":"never-made"}`), rooms.CodeNotFound, "")
	ask(t, alice, "join_room", `"empty"`)
	if got := ask(t, alice, "get_history", `{"roomId":"empty"}`); got.Messages == nil || len(got.Messages) != 0 || *got.HasBefore || *got.HasAfter {
		t.Errorf("an empty room: %+v", got)
	}
}

func TestWithoutOpenRoomsWhatIsNotThereIsNotFound(t *testing.T) {
	f := newFloor(t, rooms.Options{ClosedRooms: true})
	alice, l := f.connect("alice", "")
	wantRefusal(t, ask(t, alice, "join_room", `"general"`), rooms.CodeNotFound, "")
	wantRefusal(t, ask(t, alice, "send_message", `{"roomId":"general","text":"x"}`), rooms.CodeNotFound, "")
	if l.in("room-general") {
		t.Fatal("a refused join put the socket in the room")
	}
}

// TestRetrySilent: with it the retryable failures of idempotent writes are left unacked, and nothing else is.
func TestRetrySilent(t *testing.T) {
	f := newFloor(t, rooms.Options{})
	silent, _ := f.connect("alice", `,"retry":"silent"`)
	spoken, _ := f.connect("bob", "")
	if got := ask(t, silent, "send_message", `{"roomId":"general","text":"x","clientId":"c0"}`); !got.OK {
		t.Fatalf("what succeeds is acked: %+v", got.Error)
	}
	wantRefusal(t, ask(t, silent, "send_message", `{"roomId":"general","text":"","clientId":"c1"}`), rooms.CodeBadRequest, "text")
	if err := f.service.Drain(context.Background()); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, ask(t, spoken, "send_message", `{"roomId":"general","text":"x","clientId":"c1"}`), rooms.CodeUnavailable, "")
	wantRefusal(t, ask(t, silent, "send_message", `{"roomId":"general","text":"x"}`), rooms.CodeUnavailable, "")
	refusedInCall := true
	silent.event("send_message", arguments(`{"roomId":"general","text":"x","clientId":"c1"}`), false, func(answer []byte) { refusedInCall = refusedInCall && answer == nil })
	if !refusedInCall {
		t.Fatal("acked under retry: silent")
	}
}
