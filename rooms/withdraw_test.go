package rooms_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// TestNotificationsDoNotOutliveTheirMessages edits and deletes on another instance than the
// one that was sent the messages.
func TestNotificationsDoNotOutliveTheirMessages(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	other, _ := serve(t, store, rooms.Options{})
	people(t, s, map[auth.UserID]string{bob.ID: bob.Name})
	var sent []rooms.Sent
	for range 3 {
		sent = append(sent, send(t, s, "r", "@bob secret", ""))
	}
	notifiedOf(t, other, bob, 3)
	if _, err := remove(other, alice, rooms.DeleteInput{RoomID: "r", Seq: sent[0].Seq}); err != nil {
		t.Fatal(err)
	}
	if _, err := edit(other, alice, rooms.EditInput{RoomID: "r", Seq: sent[1].Seq, Text: "nothing"}); err != nil {
		t.Fatal(err)
	}
	within(t, "one has no text any more, and one is gone", func() bool {
		told := toldTexts(t, s, bob)
		_, edited := told[sent[1].ID.String()]
		return len(told) == 2 && edited && told[sent[1].ID.String()] == "" && strings.Contains(told[sent[2].ID.String()], "secret")
	})
}

// toldTexts gives the texts of a user's notifications by the ids of their messages.
func toldTexts(t *testing.T, s *rooms.Service, user auth.User) map[string]string {
	t.Helper()
	page, err := s.Notifications(context.Background(), user, rooms.NotificationsInput{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, n := range page.Notifications {
		var fields struct{ MessageID, Text string }
		if err := json.Unmarshal(n.Fields, &fields); err != nil {
			t.Fatal(err)
		}
		texts[fields.MessageID] = fields.Text
	}
	return texts
}

// late is a store of notifications that keeps each waiting to be stored until it is let go.
type late struct {
	notified
	waits chan struct{} // has one when a Notify waits
	goOn  chan struct{} // closed: none waits
}

func (l late) Notify(ctx context.Context, list []rooms.Notification) ([]rooms.EventID, error) {
	select {
	case l.waits <- struct{}{}:
	default:
	}
	select {
	case <-l.goOn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return l.notified.Notify(ctx, list)
}

// TestANotificationThatIsStoredBehindTheDeleteIsWithdrawn has an instance that was sent the
// messages and is slow to store what another one's deletes end. In rooms that it does not own
// it is told of no delete: only its own look behind the store finds them.
func TestANotificationThatIsStoredBehindTheDeleteIsWithdrawn(t *testing.T) {
	const most = 200 // rooms, among which there are some of either
	store := newStore(t)
	held := store
	waiting := late{store.Notifications, make(chan struct{}, 1), make(chan struct{})}
	held.Notifications = waiting
	slow, _ := serve(t, held, rooms.Options{})
	quick, _ := serve(t, store, rooms.Options{})
	people(t, quick, map[auth.UserID]string{bob.ID: bob.Name, carol.ID: carol.Name})
	within(t, "both know of each other", func() bool {
		owned := 0
		for i := range most {
			room := rooms.RoomID(fmt.Sprint("r", i))
			if slow.Owns(room) == quick.Owns(room) {
				return false
			}
			if quick.Owns(room) {
				owned++
			}
		}
		return owned > 0
	})
	foreign := rooms.RoomID("")
	for i := range most {
		if room := rooms.RoomID(fmt.Sprint("r", i)); !slow.Owns(room) {
			foreign = room
		}
	}
	sent := send(t, slow, string(foreign), "@bob secret", "")
	within(t, "its notification waits", func() bool { return len(waiting.waits) == 1 })
	notifiedOf(t, quick, bob, 1) // the owner has told of it by then
	if _, err := remove(quick, alice, rooms.DeleteInput{RoomID: string(foreign), Seq: sent.Seq}); err != nil {
		t.Fatal(err)
	}
	within(t, "it is gone", func() bool { return len(toldTexts(t, quick, bob)) == 0 })
	close(waiting.goOn)
	// The second is made in a batch behind that of the first, when all before it is done.
	for n := range 2 {
		send(t, slow, string(foreign), "@carol", "")
		notifiedOf(t, slow, carol, n+1)
	}
	within(t, "what was stored too late is gone", func() bool { return len(toldTexts(t, quick, bob)) == 0 })
}

// TestNotificationsGoWithWhatIsTrimmed has told of messages that retention takes away.
func TestNotificationsGoWithWhatIsTrimmed(t *testing.T) {
	store := newStore(t)
	aged(t, store, public("r"), 9*day, 8*day, time.Minute)
	var list []rooms.Notification
	for seq := 1; seq <= 3; seq++ {
		fields := fmt.Appendf(nil, `{"roomId":"r","seq":%d,"messageId":"%d","author":"alice","text":"text %d"}`, seq, seq, seq)
		list = append(list, rooms.Notification{ID: rooms.EventID{byte(seq)}, UserID: bob.ID, Kind: rooms.KindMention, Fields: fields, Read: seq == 1})
	}
	if _, err := store.Notifications.Notify(context.Background(), list); err != nil {
		t.Fatal(err)
	}
	s, _ := serve(t, store, rooms.Options{Retention: 7 * day, SweepEvery: quickly})
	within(t, "what told of trimmed messages is gone", func() bool { return len(toldTexts(t, s, bob)) == 1 })
	if told := toldTexts(t, s, bob); told["3"] != "text 3" {
		t.Errorf("left is %v", told)
	}
}
