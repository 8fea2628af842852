package rooms_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

func setAlerts(t testing.TB, s *rooms.Service, user auth.User, room rooms.RoomID, level rooms.Level, until time.Time) {
	t.Helper()
	set, err := s.SetAlerts(context.Background(), user, string(room), rooms.AlertsChange{Level: &level, MutedUntil: &until})
	if err != nil || set.Level != level || !set.MutedUntil.Equal(until.Truncate(time.Millisecond)) {
		t.Fatalf("set %s until %s: %+v, %v", level, until, set, err)
	}
}

// wantTold waits for a user's notifications to be those of these kinds and texts. Those of one second are in any order.
func wantTold(t *testing.T, s *rooms.Service, user auth.User, want ...string) {
	t.Helper()
	list := notifiedOf(t, s, user, len(want))
	for _, w := range want {
		kind, text, _ := strings.Cut(w, " ")
		if !slices.ContainsFunc(list, func(n rooms.Notification) bool {
			return n.Kind == kind && strings.Contains(string(n.Fields), `"text":"`+text+`"`)
		}) {
			t.Errorf("%s is not told %s, but %+v", user.ID, w, list)
		}
	}
}

// What is set holds for what is looked at from then on, in the order of sending: so a change waits until somebody was told of
// the message before it.
func TestTheLevelOfARoomHoldsForNotifications(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	dan := auth.User{ID: "dan", Name: "Dan"}
	people(t, s, map[auth.UserID]string{bob.ID: "Bob", carol.ID: "Carol", dan.ID: "Dan"})
	ctx := context.Background()
	say := func(room rooms.RoomID, text string) {
		t.Helper()
		if err := sendAs(s, alice, room, text); err != nil {
			t.Fatal(err)
		}
	}
	open := publicRoom(t, s, "open")
	say(open, "nobody follows yet, @dan")
	wantTold(t, s, dan, "mention nobody follows yet, @dan")
	setAlerts(t, s, bob, open, rooms.LevelAll, time.Time{})
	setAlerts(t, s, carol, open, rooms.LevelAll, time.Time{})
	say(open, "one")
	wantTold(t, s, bob, "message one")
	wantTold(t, s, carol, "message one")
	say(open, "two @bob")
	wantTold(t, s, bob, "message one", "mention two @bob")
	setAlerts(t, s, bob, open, rooms.LevelNothing, time.Time{})
	say(open, "three @bob")
	wantTold(t, s, carol, "message one", "message two @bob", "message three @bob")
	setAlerts(t, s, bob, open, rooms.LevelAll, time.Now().Add(time.Hour))
	say(open, "four @bob")
	wantTold(t, s, carol, "message one", "message two @bob", "message three @bob", "message four @bob")
	setAlerts(t, s, bob, open, rooms.LevelAll, time.Now().Add(-time.Hour)) // that is over
	say(open, "five")
	wantTold(t, s, bob, "message one", "mention two @bob", "message five")

	// One's own messages, and what was set in a room one is out of, tell nobody.
	if err := sendAs(s, carol, open, "six"); err != nil {
		t.Fatal(err)
	}
	wantTold(t, s, bob, "message one", "mention two @bob", "message five", "message six")
	setMember(t, s, open, carol, rooms.RoleNone)
	say(open, "seven")
	wantTold(t, s, bob, "message one", "mention two @bob", "message five", "message six", "message seven")
	wantTold(t, s, carol, "message one", "message two @bob", "message three @bob", "message four @bob", "message five")

	direct, err := s.OpenDirect(ctx, alice, string(carol.ID))
	if err != nil {
		t.Fatal(err)
	}
	looked := 5
	for _, level := range []rooms.Level{rooms.LevelNothing, rooms.LevelMentions, rooms.LevelDefault} {
		setAlerts(t, s, carol, direct.Room.ID, level, time.Time{})
		say(direct.Room.ID, "psst "+string(level))
		say(open, "looked at")
		looked++
		notifiedOf(t, s, bob, looked)
	}
	wantTold(t, s, carol, "message one", "message two @bob", "message three @bob", "message four @bob", "message five", "direct psst ")

	mine, err := s.Mine(ctx, carol)
	if err != nil || len(mine) != 1 || mine[0].Alerts != (rooms.Alerts{}) {
		t.Errorf("carol's rooms are %+v, %v", mine, err)
	}
	if mine, err = s.Mine(ctx, bob); err != nil || len(mine) != 1 || mine[0].Alerts.Level != rooms.LevelAll {
		t.Errorf("bob's rooms are %+v, %v", mine, err)
	}
}

func TestAMutedRoomIsNotPushedLater(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	room := private(t, s, "secret")
	setMember(t, s, room, bob, rooms.RoleMember)
	m := rooms.Missed{UserID: bob.ID, Kind: rooms.KindMention, RoomID: room, Seq: send(t, s, string(room), "hello", "").Seq, Author: alice.ID, Text: "hello"}
	for _, c := range []struct {
		level rooms.Level
		until time.Time
		still bool
	}{
		{rooms.LevelDefault, time.Time{}, true}, {rooms.LevelNothing, time.Time{}, false}, {rooms.LevelMentions, time.Time{}, true},
		{rooms.LevelAll, time.Now().Add(time.Hour), false}, {rooms.LevelAll, time.Time{}, true},
	} {
		setAlerts(t, s, bob, room, c.level, c.until)
		if _, still, err := s.StillMissed(context.Background(), m); err != nil || still != c.still {
			t.Errorf("%s, muted until %s: %t, %v", c.level, c.until, still, err)
		}
	}
	m.Kind, m.Seq = rooms.KindInvitation, 0
	setAlerts(t, s, bob, room, rooms.LevelNothing, time.Now().Add(time.Hour))
	if _, still, err := s.StillMissed(context.Background(), m); err != nil || !still {
		t.Errorf("the invitation: %t, %v", still, err)
	}
}

func TestWhoMaySetAlerts(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	private(t, s, "secret")
	publicRoom(t, s, "open")
	loud, never := rooms.Level("loud"), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		user   auth.User
		room   string
		change rooms.AlertsChange
		code   rooms.Code
		field  string
	}{
		"another's private room": {bob, "secret", rooms.AlertsChange{}, rooms.CodeNotFound, ""},
		"no room":                {alice, "nowhere", rooms.AlertsChange{}, rooms.CodeNotFound, ""},
		"no id":                  {alice, "a b", rooms.AlertsChange{}, rooms.CodeBadRequest, "roomId"},
		"no level":               {alice, "open", rooms.AlertsChange{Level: &loud}, rooms.CodeBadRequest, "level"},
		"a far year":             {alice, "open", rooms.AlertsChange{MutedUntil: &never}, rooms.CodeBadRequest, "mutedUntil"},
		"a bot":                  {auth.User{ID: "b:1"}, "open", rooms.AlertsChange{}, rooms.CodeForbidden, ""},
	} {
		if _, err := s.SetAlerts(context.Background(), c.user, c.room, c.change); err == nil || rooms.AsError(err).Code != c.code || rooms.AsError(err).Field != c.field {
			t.Errorf("%s: %v, want %s %s", name, err, c.code, c.field)
		}
	}
}
