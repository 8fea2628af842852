package rooms_test

import (
	"context"
	"fmt"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

// answerAs sends an answer and gives its seq.
func answerAs(t *testing.T, s *rooms.Service, user auth.User, room string, parent int64, text string) int64 {
	t.Helper()
	var seq int64
	if err := await(func(done func(rooms.Sent, error)) {
		s.Send(user, rooms.SendInput{RoomID: room, Text: text, Parent: parent}, func(sent rooms.Sent, err error) {
			seq = sent.Seq
			done(sent, err)
		})
	}); err != nil {
		t.Fatal(err)
	}
	return seq
}

// wantThread asks how a thread is to a user: whether he follows it, how far it is read, and what is not.
func wantThread(t *testing.T, s *rooms.Service, user auth.User, in rooms.ThreadInput, want string) {
	t.Helper()
	state, err := s.SetThread(context.Background(), user, in)
	if got := fmt.Sprint(state.Following, " ", state.ReadSeq, " ", state.Unread, " ", state.LastSeq); err != nil || got != want {
		t.Errorf("%+v of %s: %s, %v, want %s", in, user.ID, got, err, want)
	}
}

// wantUnreadThreads names the unread threads of a user, newest answer first: room/thread:unread.
func wantUnreadThreads(t *testing.T, s *rooms.Service, user auth.User, want ...string) {
	t.Helper()
	list, more, err := s.UnreadThreads(context.Background(), user, 0)
	var got []string
	for _, one := range list {
		got = append(got, fmt.Sprintf("%s/%d:%d", one.RoomID, one.Seq, one.Unread))
	}
	if err != nil || more || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("unread threads of %s: %v, more %t, %v, want %v", user.ID, got, more, err, want)
	}
}

func TestThreadsAreFollowedAndRead(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	ctx := context.Background()
	room := private(t, s, "r")
	setMember(t, s, room, bob, rooms.RoleMember)                 // 2
	if err := sendAs(s, alice, room, "who comes?"); err != nil { // 3
		t.Fatal(err)
	}
	of := rooms.ThreadInput{RoomID: "r", Thread: 3}
	wantThread(t, s, alice, of, "true 1 0 0") // it is hers
	wantThread(t, s, bob, of, "false 2 0 0")
	first := answerAs(t, s, alice, "r", 3, "I do") // 4
	wantThread(t, s, bob, of, "false 2 1 4")
	wantUnreadThreads(t, s, bob)                           // he has no part in it
	answerAs(t, s, bob, "r", 3, "so do I")                 // 5
	answerAs(t, s, alice, "r", 3, "good")                  // 6
	if err := sendAs(s, alice, room, "else"); err != nil { // 7
		t.Fatal(err)
	}
	wantThread(t, s, bob, of, "true 2 2 6")
	wantUnreadThreads(t, s, bob, "r/3:2")
	wantUnreadThreads(t, s, alice, "r/3:1")
	// What goes is not counted, and one's own answers do not count for oneself.
	if err := await(func(done func(rooms.Sent, error)) { // 8
		s.Delete(alice, rooms.DeleteInput{RoomID: "r", Seq: first}, done)
	}); err != nil {
		t.Fatal(err)
	}
	wantUnreadThreads(t, s, bob, "r/3:1")
	// The thread is read, the room is not.
	read := of
	read.ReadSeq = 6
	wantThread(t, s, bob, read, "true 6 0 6")
	read.ReadSeq = 4
	wantThread(t, s, bob, read, "true 6 0 6")
	wantUnreadThreads(t, s, bob)
	if mine, err := s.Mine(ctx, bob); err != nil || mine[0].Unread.Messages != 3 {
		t.Errorf("the room: %+v, %v", mine, err)
	}
	// The room is read, and with it its threads.
	wantUnreadThreads(t, s, alice, "r/3:1")
	if _, err := s.MarkRead(ctx, alice, "r", 8); err != nil {
		t.Fatal(err)
	}
	wantUnreadThreads(t, s, alice)
	// A choice stands above taking part.
	no, yes := false, true
	leave := of
	leave.Following = &no
	wantThread(t, s, bob, leave, "false 6 0 6")
	answerAs(t, s, bob, "r", 3, "never mind")       // 9
	answerAs(t, s, alice, "r", 3, "are you there?") // 10
	wantUnreadThreads(t, s, bob)
	leave.Following = &yes
	wantThread(t, s, bob, leave, "true 6 1 10")
	wantUnreadThreads(t, s, bob, "r/3:1")
	// Not beyond the room's end.
	read.ReadSeq = rooms.MaxSeq
	wantThread(t, s, bob, read, "true 10 0 10")
	answerAs(t, s, alice, "r", 3, "still there?") // 11
	wantUnreadThreads(t, s, bob, "r/3:1")
	// An answer may be answered; the newest comes first.
	answerAs(t, s, alice, "r", 9, "to that answer") // 12
	wantUnreadThreads(t, s, bob, "r/9:1", "r/3:1")
	if _, more, err := s.UnreadThreads(ctx, bob, 1); err != nil || !more {
		t.Errorf("one of two: more %t, %v", more, err)
	}
	// Who is out of the room has nothing there.
	if _, err := s.SetMember(ctx, alice, rooms.SetMemberInput{RoomID: "r", UserID: "bob"}); err != nil { // 13
		t.Fatal(err)
	}
	wantUnreadThreads(t, s, bob)
	_, err := s.SetThread(ctx, bob, of)
	wantCode(t, "a thread of a room one is out of", err, rooms.CodeNotFound)
}

func TestWhatIsNoThreadIsNotFollowed(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	ctx := context.Background()
	private(t, s, "r")
	yes := true
	for _, thread := range []int64{1, 2, rooms.MaxSeq} { // an event that is no message, and none
		_, err := s.SetThread(ctx, alice, rooms.ThreadInput{RoomID: "r", Thread: thread, Following: &yes})
		if e := wantCode(t, "no thread", err, rooms.CodeNotFound); e.Field != "thread" {
			t.Errorf("it names %q", e.Field)
		}
	}
	if kept, err := store.Threads.Threads(ctx, "r", alice.ID, []int64{1, 2, rooms.MaxSeq}); err != nil || len(kept) > 0 {
		t.Errorf("it keeps %+v, %v", kept, err)
	}
	for _, in := range []rooms.ThreadInput{{RoomID: "r"}, {RoomID: "r", Thread: -1}, {RoomID: "r", Thread: 1, ReadSeq: -1}, {RoomID: "r", Thread: 1, ReadSeq: rooms.MaxSeq + 1}} {
		_, err := s.SetThread(ctx, alice, in)
		wantCode(t, fmt.Sprintf("%+v", in), err, rooms.CodeBadRequest)
	}
}

func TestAnErasureForgetsThreads(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	ctx := context.Background()
	send(t, s, "general", "hello", "")
	yes := true
	wantThread(t, s, bob, rooms.ThreadInput{RoomID: "general", Thread: 1, Following: &yes}, "true 0 0 0")
	wantThread(t, s, alice, rooms.ThreadInput{RoomID: "general", Thread: 1, Following: &yes}, "true 0 0 0")
	if err := s.Erase(ctx, bob.ID, func(rooms.Erased) {}); err != nil {
		t.Fatal(err)
	}
	for user, want := range map[auth.UserID]int{bob.ID: 0, alice.ID: 1} {
		if kept, err := store.Threads.Threads(ctx, "general", user, []int64{1}); err != nil || len(kept) != want {
			t.Errorf("of %s it keeps %+v, %v", user, kept, err)
		}
	}
}
