package rooms

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
)

// TestARosterIsReadAnewWhileSomebodyIsNoted: nobody who was noted is forgotten by a read of the room that is as old as what is known.
func TestARosterIsReadAnewWhileSomebodyIsNoted(t *testing.T) {
	const rounds, users = 200, 8
	for range rounds {
		r := newRosters(nil, nil, time.Now)
		room := Room{ID: "club", StateSeq: 1}
		gen := r.generation(room.ID)
		r.remember(room, gen)
		user := func(k int) auth.UserID { return auth.UserID(fmt.Sprint("user", k)) }
		var all sync.WaitGroup
		for k := range users {
			all.Go(func() { r.note(room, Member{RoomID: room.ID, UserID: user(k), Role: RoleMember}, user(k), gen) })
			all.Go(func() { r.remember(room, gen) })
		}
		all.Wait()
		for k := range users {
			if have, there := r.peek(room.ID, user(k)); !there || !have.asked || have.member.Role != RoleMember {
				t.Fatalf("of %s is known: %+v, %v", user(k), have, there)
			}
		}
		if r.kept != 1+users {
			t.Fatalf("%d are counted as kept, want %d", r.kept, 1+users)
		}
	}
}
