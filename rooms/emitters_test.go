package rooms_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// scribe is an Emitter that notes what it is told, in one list with others.
type scribe struct {
	name    string
	members int
	told    *[]string
}

func (s scribe) note(format string, args ...any) {
	*s.told = append(*s.told, s.name+" "+fmt.Sprintf(format, args...))
}

func (s scribe) Emit(room rooms.RoomID, events []rooms.Event) {
	s.note("emit %s %d", room, len(events))
}
func (s scribe) Reset(room rooms.RoomID, reason rooms.ResetReason, lastSeq int64) {
	s.note("reset %s %s %d", room, reason, lastSeq)
}
func (s scribe) Typing(room rooms.RoomID, user auth.UserID, on bool, until time.Time, except string) {
	s.note("typing %s %s %t %d %s", room, user, on, until.Unix(), except)
}
func (s scribe) Expel(room rooms.RoomID, user auth.UserID, reason rooms.LeftReason) {
	s.note("expel %s %s %s", room, user, reason)
}
func (s scribe) Revoke(user auth.UserID)  { s.note("revoke %s", user) }
func (s scribe) Members(rooms.RoomID) int { return s.members }

func TestEmittersTellAllOfThemEverything(t *testing.T) {
	var told []string
	all := rooms.Emitters(scribe{"a", 2, &told}, scribe{"b", 3, &told})
	all.Emit("general", make([]rooms.Event, 4))
	all.Reset("general", rooms.ResetTrimmed, 7)
	all.Typing("general", "ann", true, time.Unix(9, 0), "socket")
	all.Expel("general", "cem", rooms.LeftBanned)
	all.Revoke("bob")
	want := []string{
		"a emit general 4", "b emit general 4", "a reset general trimmed 7", "b reset general trimmed 7",
		"a typing general ann true 9 socket", "b typing general ann true 9 socket",
		"a expel general cem banned", "b expel general cem banned", "a revoke bob", "b revoke bob",
	}
	if !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	if n := all.Members("general"); n != 5 {
		t.Errorf("%d members, want 5: a room in which only one of them has sockets is followed too", n)
	}
	if n := rooms.Emitters().Members("general"); n != 0 {
		t.Errorf("none has %d members", n)
	}
}
