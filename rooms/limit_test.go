package rooms_test

import (
	"errors"
	"testing"
	"time"

	"roomstream/rooms"
	"roomstream/rooms/limits"
)

// What one limit refuses uses up nothing of another: who goes on asking is let in when the one that refused lets him.
func TestASendThatIsRefusedUsesUpNothing(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	now := func() time.Time { return at }
	service, _ := serve(t, newStore(t), rooms.Options{Limits: rooms.Limits{
		RoomSends: limits.New("room_sends", limits.Rate{Every: time.Hour, Burst: 3}, now),
		Sends:     limits.New("sends", limits.Rate{Every: time.Minute, Burst: 1}, now),
	}})
	say := func(reason string) {
		t.Helper()
		_, err := service.SendWait(t.Context(), alice, rooms.SendInput{RoomID: "general", Text: "x"})
		var refused *rooms.Error
		if errors.As(err, &refused) {
			if refused.Code != rooms.CodeRateLimited || refused.Reason != reason {
				t.Fatalf("refused by %q: %v, want %q", refused.Reason, err, reason)
			}
		} else if err != nil || reason != "" {
			t.Fatalf("sent, %v; want it refused by %q", err, reason)
		}
	}
	say("")
	for range 5 {
		say("sends")
		edited := make(chan error, 1)
		service.Edit(alice, rooms.EditInput{RoomID: "general", Seq: 1, Text: "y"}, func(_ rooms.Sent, err error) { edited <- err })
		if err := <-edited; err == nil {
			t.Fatal("an edit is let through")
		}
	}
	for range 2 {
		at = at.Add(time.Minute)
		say("")
	}
	at = at.Add(time.Minute)
	say("room_sends")
}
