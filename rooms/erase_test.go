package rooms_test

import (
	"context"
	"fmt"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/storetest"
)

func TestErasureLeavesNothingOfWhatAUserWrote(t *testing.T) {
	store := newStore(t)
	s, l := serve(t, store, rooms.Options{})
	ctx := context.Background()
	join(t, s, l, "r", nil)
	for i := range 30 {
		if _, err := s.SendWait(ctx, alice, rooms.SendInput{RoomID: "r", Text: fmt.Sprint("secret ", i), Data: `{"secret":1}`, ClientID: fmt.Sprint("c", i)}); err != nil { // 1 to 30
			t.Fatal(err)
		}
	}
	if _, err := s.SendWait(ctx, bob, rooms.SendInput{RoomID: "r", Text: "of bob", Parent: 1}); err != nil { // 31
		t.Fatal(err)
	}
	if _, err := edit(s, alice, rooms.EditInput{RoomID: "r", Seq: 2, Text: "secret edit"}); err != nil { // 32
		t.Fatal(err)
	}
	if _, err := react(s, alice, rooms.ReactInput{RoomID: "r", Seq: 31, Emoji: "👍", On: true}); err != nil { // 33
		t.Fatal(err)
	}
	if _, err := remove(s, alice, rooms.DeleteInput{RoomID: "r", Seq: 3}); err != nil { // 34
		t.Fatal(err)
	}
	syncAll(t, s, map[string]int64{"r": 0}) // it is kept now
	var done rooms.Erased
	if err := s.Erase(ctx, alice.ID, func(e rooms.Erased) { done = e }); err != nil {
		t.Fatal(err)
	}
	if done.Deleted != 29 {
		t.Errorf("%d messages deleted, want the 29 that were not", done.Deleted)
	}
	within(t, "his sockets are closed", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.revoked) > 0 && l.revoked[0] == alice.ID
	})
	const last = 34 + 29
	within(t, "the deletes are delivered", func() bool { return l.count("r") == last })
	inOrder(t, "delivered", l.events("r"), 1)
	inStore := stored(t, store, "r")
	if len(inStore) != last {
		t.Errorf("the log has %d events, want %d", len(inStore), last)
	}
	fresh, _ := serve(t, store, rooms.Options{})
	for name, events := range map[string][]rooms.Event{
		"the store": inStore, "a sync": syncAll(t, s, map[string]int64{"r": 0})["r"], "a sync elsewhere": syncAll(t, fresh, map[string]int64{"r": 0})["r"],
	} {
		for _, e := range events {
			if e.Author == alice.ID && (e.Text != "" || e.Data != "" || e.AuthorName != "") {
				t.Errorf("%s still has %+v", name, e)
			}
			if e.Author == alice.ID && (e.Type == rooms.TypeMessage || e.Type == rooms.TypeEdit) && !e.Erased {
				t.Errorf("%s shows seq %d as if it were there", name, e.Seq)
			}
			if e.Author == bob.ID && e.Text != "of bob" {
				t.Errorf("%s lost what another wrote: %+v", name, e)
			}
		}
	}
	for _, m := range page(t, s, rooms.HistoryInput{RoomID: "r"}) {
		if m.Author == alice.ID && !m.Erased {
			t.Errorf("history has %+v", m.Event)
		}
	}
	// Again is no fault, and changes nothing.
	if err := s.Erase(ctx, alice.ID, func(e rooms.Erased) { done = e }); err != nil || done.Deleted+done.Blanked > 0 {
		t.Errorf("again: %+v, %v", done, err)
	}
	if n := len(stored(t, store, "r")); n != last {
		t.Errorf("again: the log has %d events", n)
	}
}

// erasedMembers tells when it was forgotten how far somebody has read.
type erasedMembers struct {
	members
	erased chan struct{}
}

// members is the interface by a name that is none of its methods'.
type members interface{ rooms.Members }

func (m erasedMembers) EraseMember(ctx context.Context, user auth.UserID) (int, error) {
	n, err := m.members.EraseMember(ctx, user)
	select {
	case m.erased <- struct{}{}:
	default:
	}
	return n, err
}

// TestAnErasureForgetsWhatIsReadMeanwhile has an erasure overtake a mark_read.
func TestAnErasureForgetsWhatIsReadMeanwhile(t *testing.T) {
	store := newStore(t)
	held := store
	late := storetest.NewLateInbox(store.Inbox)
	erased := erasedMembers{store.Members, make(chan struct{}, 1)}
	held.Inbox, held.Members = late, erased
	s, _ := serve(t, held, rooms.Options{})
	ctx := context.Background()
	sent := send(t, s, "r", "read me", "")
	marked, done := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := s.MarkRead(ctx, bob, "r", sent.Seq)
		marked <- err
	}()
	<-late.Waits
	go func() { done <- s.Erase(ctx, bob.ID, func(rooms.Erased) {}) }()
	<-erased.erased // for the first time
	close(late.GoOn)
	for _, end := range []chan error{marked, done} {
		if err := <-end; err != nil {
			t.Fatal(err)
		}
	}
	left, err := store.Inbox.Memberships(ctx, bob.ID, 10)
	if err != nil || len(left) != 0 {
		t.Errorf("left is %+v, %v", left, err)
	}
}
