package storetest

import (
	"sync"
	"sync/atomic"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

// deliveryIsRaised marks rooms as delivered, forth and back, to members and others.
func deliveryIsRaised(t *testing.T, o Opened) {
	mark := func(user auth.UserID, seq, want int64, rises bool) {
		t.Helper()
		if got, raised, err := o.Store.Inbox.MarkDelivered(waiting(t), "club", user, seq); err != nil || got != want || raised != rises {
			t.Errorf("delivered to %s up to %d: %d, %v, %v, want %d, %v", user, seq, got, raised, err, want, rises)
		}
	}
	mustChange(t, o, founding(privateRoom("club"), "ann"))
	mark("ann", 3, 0, false) // nothing is known of what she has read
	mark("eve", 3, 0, false) // nor of her at all
	wantMember(t, o, rooms.Member{RoomID: "club", UserID: "eve"})
	mustMarkRead(t, o, "club", "ann", 2, 2)
	mark("ann", 2, 2, false) // what is read is delivered
	mark("ann", 5, 5, true)
	mark("ann", 5, 5, false)
	mark("ann", 4, 5, false)
	ann := rooms.Member{RoomID: "club", UserID: "ann", Role: rooms.RoleOwner, Seq: 1, ReadSeq: 2, DeliveredSeq: 5}
	o = o.Reopen(t)
	wantMember(t, o, ann)
	mustMarkRead(t, o, "club", "ann", 4, 4)
	mark("ann", 3, 5, false)
	mustMarkRead(t, o, "club", "ann", 7, 7)
	mark("ann", 6, 7, false)
	mark("ann", rooms.MaxSeq, rooms.MaxSeq, true)

	// What changes a member leaves it, and it goes with what he has read.
	c := changing(privateRoom("club"), 1, memberEvent("club", 2, "ann", rooms.RoleModerator))
	mustChange(t, o, c)
	ann = c.Members[0]
	ann.ReadSeq, ann.DeliveredSeq = 7, rooms.MaxSeq
	wantMember(t, o, ann)
	if err := o.Store.Inbox.Forget(waiting(t), "club", "ann"); err != nil {
		t.Fatal(err)
	}
	ann.ReadSeq, ann.DeliveredSeq = 0, 0
	wantMember(t, o, ann)
	mark("ann", 9, 0, false)

	// An erased user's is gone, and a repair writes what it is given.
	bob := rooms.Member{RoomID: "club", UserID: "bob", ReadSeq: 1, DeliveredSeq: 8}
	if err := o.Store.Members.PutMember(waiting(t), bob); err != nil {
		t.Fatal(err)
	}
	wantMember(t, o, bob)
	mark("bob", 7, 8, false)
	if n, err := o.Store.Members.EraseMember(waiting(t), "bob"); err != nil || n != 1 {
		t.Errorf("erased %d, %v", n, err)
	}
	wantMember(t, o, rooms.Member{RoomID: "club", UserID: "bob"})
	wantNoFaults(t, o)
}

// deliveryRaces marks one room as delivered from many places, while it is read: the highest stays, and each that is said to have raised it did.
func deliveryRaces(t *testing.T, o Opened) {
	instances := []Opened{o, o.Another(t)}
	const markers, read = 16, 4
	mustMarkRead(t, o, "club", "ann", 1, 1)
	var all sync.WaitGroup
	var top atomic.Int64
	for k := range int64(markers) {
		all.Go(func() {
			got, raised, err := instances[k%2].Store.Inbox.MarkDelivered(waiting(t), "club", "ann", k+1)
			if err != nil || got < k+1 || got > markers {
				t.Errorf("marked %d: %d, %v", k+1, got, err)
			}
			if raised && k+1 == markers {
				top.Add(1)
			}
		})
	}
	all.Go(func() { mustMarkRead(t, instances[1], "club", "ann", read, read) })
	all.Wait()
	if top.Load() != 1 {
		t.Error("nobody raised it to its end")
	}
	wantMember(t, o, rooms.Member{RoomID: "club", UserID: "ann", ReadSeq: read, DeliveredSeq: markers})
}
