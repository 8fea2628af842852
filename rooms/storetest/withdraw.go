package storetest

import (
	"fmt"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

// toldOf makes a notification of a message as the chat does.
func toldOf(user auth.UserID, place int, kind string, room rooms.RoomID, seq int64) rooms.Notification {
	n := notificationOf(user, place)
	n.Kind, n.Fields = kind, fmt.Appendf(nil, `{"author":"eve","roomId":%q,"seq":%d,"text":"secret"}`, room, seq)
	return n
}

func mustWithdraw(t *testing.T, o Opened, room rooms.RoomID, w rooms.Withdrawal) {
	t.Helper()
	if err := o.Store.Notifications.Withdraw(waiting(t), room, w); err != nil {
		t.Fatalf("withdraw: %v", err)
	}
}

// notificationsAreWithdrawn takes those of deleted, edited and trimmed messages, twice, and nothing else.
func notificationsAreWithdrawn(t *testing.T, o Opened) {
	const many = 2300 // more than a store removes at once
	var list []rooms.Notification
	for i := range 9 {
		list = append(list, toldOf("ann", i, rooms.KindMention, "a", int64(i+1)))
	}
	list[4].Kind = rooms.KindDirect
	list[5].Read = true
	mustNotify(t, o, list...)
	others := []rooms.Notification{
		toldOf("bob", 1, rooms.KindMention, "a.b", 5), toldOf("bob", 2, rooms.KindInvitation, "a", 5), toldOf("bob", 3, "another program's", "a", 5),
		notificationOf("bob", 4),
	}
	mustNotify(t, o, others...)
	for first := 0; first < many; first += 500 {
		var some []rooms.Notification
		for i := range min(500, many-first) {
			some = append(some, toldOf(auth.UserID(fmt.Sprint("c", first+i)), first+i, rooms.KindMention, "a", 5))
		}
		mustNotify(t, o, some...)
	}
	for range 2 {
		mustWithdraw(t, o, "a", rooms.Withdrawal{Gone: []int64{5, 6, 99}, Edited: []int64{6, 8}})
		mustWithdraw(t, o, "a", rooms.Withdrawal{Below: 3})
		mustWithdraw(t, o, "nowhere", rooms.Withdrawal{Below: 3, Gone: []int64{7}, Edited: []int64{7}})
		mustWithdraw(t, o, "a", rooms.Withdrawal{})
	}
	o = o.Reopen(t)
	want := []rooms.Notification{list[2], list[3], list[6], list[7], list[8]}
	want[3].Fields = []byte(`{"author":"eve","roomId":"a","seq":8}`)
	wantListed(t, o, "ann", rooms.EventID{}, false, 100, want...)
	wantUnread(t, o, "ann", 100, len(want))
	wantListed(t, o, "bob", rooms.EventID{}, false, 100, others...)
	for _, user := range []auth.UserID{"c0", "c1000", "c2299"} {
		wantListed(t, o, user, rooms.EventID{}, false, 100)
	}
	mustNotify(t, o, list[4]) // its id is free again
	mustWithdraw(t, o, "a", rooms.Withdrawal{Gone: []int64{5}})
	wantUnread(t, o, "ann", 100, len(want))
	if n, err := o.Store.Eraser.EraseNotifications(waiting(t), "eve"); err != nil || n != len(want)+2 {
		t.Errorf("of eve %d were removed, %v, want %d", n, err, len(want)+2)
	}
	wantNoFaults(t, o)
}
