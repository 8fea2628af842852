package rooms_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

func setPin(s *rooms.Service, user auth.User, room rooms.RoomID, seq int64, on bool) (rooms.Sent, error) {
	return s.SetPin(context.Background(), user, rooms.PinInput{RoomID: string(room), Seq: seq, On: on})
}

// pin has alice pin a message.
func pin(t *testing.T, s *rooms.Service, room rooms.RoomID, seq int64) rooms.Sent {
	t.Helper()
	sent, err := setPin(s, alice, room, seq, true)
	if err != nil {
		t.Fatalf("pin %d: %v", seq, err)
	}
	return sent
}

// pinned gives the pinned messages as bob sees them, by their seqs.
func pinned(t *testing.T, s *rooms.Service, room rooms.RoomID) []int64 {
	t.Helper()
	messages, more, err := s.ListPins(context.Background(), bob, string(room), 0)
	if err != nil || more {
		t.Fatalf("list the pins: more %t, %v", more, err)
	}
	seqs := []int64{}
	for _, m := range messages {
		seqs = append(seqs, m.Seq)
	}
	return seqs
}

func wantPinned(t *testing.T, s *rooms.Service, room rooms.RoomID, want ...int64) {
	t.Helper()
	if got := pinned(t, s, room); !slices.Equal(got, want) {
		t.Fatalf("pinned are %v, want %v", got, want)
	}
}

// pinRoom is a private room of alice's, with bob and carol in it and some messages; it gives the seq of the first.
func pinRoom(t *testing.T, s *rooms.Service, messages int) (rooms.RoomID, int64) {
	t.Helper()
	room := private(t, s, "club")
	setMember(t, s, room, bob, rooms.RoleMember)
	setMember(t, s, room, carol, rooms.RoleModerator)
	for i := range messages {
		if err := sendAs(s, bob, room, text(i)); err != nil {
			t.Fatal(err)
		}
	}
	const events = 3 // that made the room and its members
	return room, events + 1
}

func TestAPinIsAnEventOfTheRoomsLog(t *testing.T) {
	store := newStore(t)
	s, l := serve(t, store, rooms.Options{})
	room, first := pinRoom(t, s, 3)
	join(t, s, l, room, nil)
	wantPinned(t, s, room)
	one := pin(t, s, room, first+2)
	two, err := setPin(s, carol, room, first, true)
	if err != nil || two.Seq != one.Seq+1 {
		t.Fatalf("the second pin is %+v, %v", two, err)
	}
	wantPinned(t, s, room, first, first+2)
	if again := pin(t, s, room, first); again.Seq != two.Seq {
		t.Errorf("what is pinned already is acked with %d, want %d", again.Seq, two.Seq)
	}
	within(t, "the pins are told", func() bool { return l.count(room) >= 2 })
	for i, want := range []string{fmt.Sprintf(`"pins":[%d]`, first+2), fmt.Sprintf(`"pins":[%d,%d],"author":"carol"`, first+2, first)} {
		e := l.events(room)[i]
		if body := string(e.AppendJSON(nil)); e.EventName() != "room_updated" || !strings.Contains(body, want) {
			t.Errorf("told is %s %s, want %s", e.EventName(), body, want)
		}
	}
	// Another change of the settings leaves them.
	topic := "tea"
	view, err := s.UpdateRoom(context.Background(), alice, rooms.UpdateRoomInput{RoomID: string(room), Topic: &topic})
	if err != nil || view.Room.Pins != rooms.PinsOf([]int64{first + 2, first}) {
		t.Fatalf("the room is %+v, %v", view.Room, err)
	}
	if _, err := setPin(s, alice, room, first+2, false); err != nil {
		t.Fatal(err)
	}
	wantPinned(t, s, room, first)
}

// Whatever number is named, taking away what is not pinned says nothing of the room that its log has not: an instance that
// believed it would read the room again and again, to find a change that there never was.
func TestTakingAwayWhatIsNotPinnedChangesNothing(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	room, first := pinRoom(t, s, 2)
	one := pin(t, s, room, first)
	for _, seq := range []int64{first + 1, one.Seq, one.Seq + 1, rooms.MaxSeq} {
		never, err := setPin(s, alice, room, seq, false)
		if err != nil || never.ID != (rooms.EventID{}) || never.Seq != one.Seq {
			t.Errorf("%d is taken away at %+v, %v, want nothing, as of %d", seq, never, err, one.Seq)
		}
	}
	// Nothing of a room that everybody found, and whose log says nothing of it.
	send(t, s, "found", "hello", "")
	if never, err := setPin(s, admin, "found", 1, false); err != nil || never.Seq != 0 {
		t.Errorf("in a room without a state it is taken away at %+v, %v", never, err)
	}
	wantPinned(t, s, room, first)
}

// TestTwoWhoPinAtOnceBothSeeTheirPins has them do so on two instances, while somebody changes the topic.
func TestTwoWhoPinAtOnceBothSeeTheirPins(t *testing.T) {
	const each = 5
	db := newDatabase(t)
	one, _ := serve(t, db.open(t), rooms.Options{})
	two, _ := serve(t, db.open(t), rooms.Options{})
	room, first := pinRoom(t, one, 2*each)
	done := make(chan error)
	for i := range int64(each) {
		go func() { _, err := setPin(one, alice, room, first+i, true); done <- err }()
		go func() { _, err := setPin(two, carol, room, first+each+i, true); done <- err }()
	}
	topic := "tea"
	_, err := one.UpdateRoom(context.Background(), alice, rooms.UpdateRoomInput{RoomID: string(room), Topic: &topic})
	for range 2 * each {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*rooms.Service{one, two} {
		within(t, "all is seen", func() bool {
			view, err := s.Room(context.Background(), alice, string(room))
			return err == nil && view.Room.Topic == topic && len(view.Room.Pins.Seqs()) == 2*each
		})
		seqs := pinned(t, s, room)
		slices.Sort(seqs)
		if len(seqs) != 2*each || seqs[0] != first || seqs[2*each-1] != first+2*each-1 {
			t.Errorf("pinned are %v", seqs)
		}
	}
}

func TestWhoMayPin(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{ClosedRooms: true})
	room, first := pinRoom(t, s, 1)
	dave := auth.User{ID: "dave"}
	for name, c := range map[string]struct {
		user auth.User
		room rooms.RoomID
		seq  int64
		code rooms.Code
	}{
		"a member":         {bob, room, first, rooms.CodeForbidden},
		"a stranger":       {dave, room, first, rooms.CodeNotFound},
		"nowhere":          {alice, "nothing", first, rooms.CodeNotFound},
		"no message":       {alice, room, 1, rooms.CodeNotFound},
		"none there yet":   {alice, room, first + 100, rooms.CodeNotFound},
		"no seq":           {alice, room, 0, rooms.CodeBadRequest},
		"a seq of no room": {alice, room, rooms.MaxSeq + 1, rooms.CodeBadRequest},
	} {
		_, err := setPin(s, c.user, c.room, c.seq, true)
		wantCode(t, name, err, c.code)
	}
	_, _, err := s.ListPins(context.Background(), dave, string(room), 0)
	wantCode(t, "the list for a stranger", err, rooms.CodeNotFound)

	archived := true
	if _, err := s.UpdateRoom(context.Background(), alice, rooms.UpdateRoomInput{RoomID: string(room), Archived: &archived}); err != nil {
		t.Fatal(err)
	}
	_, err = setPin(s, alice, room, first, true)
	wantCode(t, "in an archived room", err, rooms.CodeForbidden)

	// In a direct room both may, and nothing else of it changes.
	direct, err := s.OpenDirect(context.Background(), alice, "bob")
	if err != nil {
		t.Fatal(err)
	}
	if err := sendAs(s, alice, direct.Room.ID, "between us"); err != nil {
		t.Fatal(err)
	}
	if _, err := setPin(s, bob, direct.Room.ID, 3, true); err != nil {
		t.Fatal(err)
	}
	wantPinned(t, s, direct.Room.ID, 3)
	if view, err := s.Room(context.Background(), alice, string(direct.Room.ID)); err != nil || view.Peer != "bob" || view.Room.Pins != "[3]" {
		t.Errorf("the direct room is %+v, %v", view, err)
	}
}

func TestAPinGoesWithItsMessage(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	room, first := pinRoom(t, s, rooms.MaxPins+2)
	ctx := context.Background()
	for i := range int64(rooms.MaxPins) {
		pin(t, s, room, first+i)
	}
	last := first + rooms.MaxPins
	_, err := setPin(s, alice, room, last, true)
	if full := wantCode(t, "one too many", err, rooms.CodeConflict); full.Reason != "pins" {
		t.Errorf("its reason is %q", full.Reason)
	}
	if _, err := s.DeleteWait(ctx, bob, rooms.DeleteInput{RoomID: string(room), Seq: first}); err != nil {
		t.Fatal(err)
	}
	if got := pinned(t, s, room); len(got) != rooms.MaxPins-1 || slices.Contains(got, first) {
		t.Fatalf("pinned are %v", got)
	}
	_, err = setPin(s, alice, room, first, true)
	wantCode(t, "what was deleted", err, rooms.CodeGone)
	pin(t, s, room, last) // the deleted one takes no place
	if view, err := s.Room(ctx, alice, string(room)); err != nil || slices.Contains(view.Room.Pins.Seqs(), first) {
		t.Errorf("the room still names what is gone: %s, %v", view.Room.Pins, err)
	}

	// Edited, a pinned message is shown as it is by now; with its author's erasure it goes.
	edited := make(chan error, 1)
	s.Edit(bob, rooms.EditInput{RoomID: string(room), Seq: last, Text: "another text"}, func(_ rooms.Sent, err error) { edited <- err })
	if err := <-edited; err != nil {
		t.Fatal(err)
	}
	messages, _, err := s.ListPins(ctx, bob, string(room), 0)
	if err != nil || messages[0].Seq != last || messages[0].Text != "another text" {
		t.Fatalf("the newest pin is %+v, %v", messages[0], err)
	}
	next, _, err := s.ListPins(ctx, bob, string(room), messages[0].Seq)
	if err != nil || len(next) != rooms.MaxPins-1 || next[0].Seq != messages[1].Seq {
		t.Fatalf("behind it are %d, %v", len(next), err)
	}
}

func TestPinsOfTrimmedAndErasedMessagesAreGone(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	room, first := pinRoom(t, s, 2)
	if err := sendAs(s, alice, room, "of alice"); err != nil {
		t.Fatal(err)
	}
	for i := range int64(3) {
		pin(t, s, room, first+i)
	}
	if err := store.Trimmer.Fence(t.Context(), room, first+1, 0, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Eraser.Erase(t.Context(), bob.ID); err != nil {
		t.Fatal(err)
	}
	within(t, "the room is known to be trimmed", func() bool { return slices.Equal(pinned(t, s, room), []int64{first + 2}) })
}

func TestPinsAreInTheAuditLog(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	room, seq := pinRoom(t, s, 1)
	set := pin(t, s, room, seq)
	pin(t, s, room, seq) // is so already
	off, err := setPin(s, carol, room, seq, false)
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := s.AuditLog(context.Background(), carol, rooms.AuditInput{RoomID: string(room), Action: "set_pin"})
	if err != nil || len(list) != 2 {
		t.Fatalf("noted are %+v, %v", list, err)
	}
	for i, want := range []rooms.AuditEntry{
		{Actor: carol.ID, Action: "set_pin", RoomID: room, Seq: off.Seq, Details: fmt.Sprintf(`{"seq":%d,"on":false}`, seq)},
		{Actor: alice.ID, Action: "set_pin", RoomID: room, Seq: set.Seq, Details: fmt.Sprintf(`{"seq":%d,"on":true}`, seq)},
	} {
		got := list[i]
		got.ID, got.At = want.ID, want.At
		if got != want {
			t.Errorf("entry %d is %+v, want %+v", i, got, want)
		}
	}

	direct, err := s.OpenDirect(context.Background(), alice, "bob")
	if err != nil {
		t.Fatal(err)
	}
	if err := sendAs(s, bob, direct.Room.ID, text(0)); err != nil {
		t.Fatal(err)
	}
	pin(t, s, direct.Room.ID, 3)
	if list, _, err = s.AuditLog(context.Background(), admin, rooms.AuditInput{Action: "set_pin"}); err != nil || len(list) != 2 {
		t.Errorf("with one in a direct room noted are %+v, %v", list, err)
	}
}
