package feed

import (
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

// TestAllFeedsOfARoomEndWhereNobodyKnowsWhoMayStay is of Expel with an empty user, as rooms.Emitter has it.
func TestAllFeedsOfARoomEndWhereNobodyKnowsWhoMayStay(t *testing.T) {
	m := newMembers()
	for room, users := range map[rooms.RoomID][]auth.UserID{"r": {"ann", "ben", "ben"}, "other": {"ann"}} {
		for _, user := range users {
			c := &conn{}
			c.who.User.ID = user
			m.enter(room, c)
		}
	}
	if out := m.expel("r", "ben"); len(out) != 2 || m.count("r") != 1 {
		t.Errorf("of ben's feeds %d ended, %d are left in the room", len(out), m.count("r"))
	}
	if out := m.expel("r", ""); len(out) != 1 || m.count("r") != 0 || m.count("other") != 1 {
		t.Errorf("of all feeds %d ended, %d and %d are left", len(out), m.count("r"), m.count("other"))
	}
}
