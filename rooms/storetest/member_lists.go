package storetest

import (
	"slices"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

// membersAreListed pages through a room's members and readers.
func membersAreListed(t *testing.T, o Opened) {
	var all []rooms.Member
	for i, user := range []auth.UserID{"A", "a", "a b", "aa", "b\"$x.y", "é"} { // in the order of their bytes
		m := rooms.Member{RoomID: "club", UserID: user, Role: rooms.RoleMember, Seq: int64(i + 1)}
		switch i {
		case 1:
			m.Role, m.ReadSeq = rooms.RoleOwner, 7
			m.Alerts = rooms.Alerts{Level: rooms.LevelMentions, MutedUntil: now()}
		case 2:
			m.Role, m.Removed = rooms.RoleNone, true
		case 3:
			m.Role, m.BannedUntil, m.ReadSeq, m.LeftAs = rooms.RoleNone, now(), 3, rooms.RoleReader
		case 4:
			m.Role, m.Seq, m.ReadSeq = rooms.RoleNone, 0, 2
			m.Alerts.Level = rooms.LevelAll
		case 5:
			m.Alerts.Level = rooms.LevelAll
		}
		all = append(all, m)
	}
	for _, i := range []int{3, 0, 5, 1, 4, 2} {
		for _, room := range []rooms.RoomID{"club", "clu", "club.", "clubb"} {
			m := all[i]
			m.RoomID = room
			if err := o.Store.Members.PutMember(waiting(t), m); err != nil {
				t.Fatal(err)
			}
		}
	}
	o = o.Reopen(t)
	for _, c := range []struct {
		q    rooms.MemberQuery
		want []int
	}{
		{rooms.MemberQuery{Limit: 10}, []int{0, 1, 2, 3, 5}},
		{rooms.MemberQuery{Limit: 2}, []int{0, 1}},
		{rooms.MemberQuery{Limit: 10, After: "a"}, []int{2, 3, 5}},
		{rooms.MemberQuery{Limit: 1, After: "aa"}, []int{5}},
		{rooms.MemberQuery{Limit: 10, After: "é"}, nil},
		{rooms.MemberQuery{Limit: 10, After: "a0"}, []int{3, 5}},
		{rooms.MemberQuery{Limit: 10, Role: rooms.RoleMember}, []int{0, 5}},
		{rooms.MemberQuery{Limit: 1, Role: rooms.RoleMember, After: "A"}, []int{5}},
		{rooms.MemberQuery{Limit: 10, Role: rooms.RoleOwner}, []int{1}},
		{rooms.MemberQuery{Limit: 10, Role: rooms.RoleReader}, nil},
		{rooms.MemberQuery{Limit: 10, Users: []auth.UserID{"é", "a", "nobody", "aa", "a", `b"$x.y`}}, []int{1, 3, 5}}, // the last one has only read
		{rooms.MemberQuery{Limit: 1, Users: []auth.UserID{"é", "A", "a"}, After: "A"}, []int{1}},
		{rooms.MemberQuery{Limit: 10, Users: []auth.UserID{}}, nil},
		{rooms.MemberQuery{Limit: 10, Readers: true}, []int{1, 3, 4}},
		{rooms.MemberQuery{Limit: 10, Known: true}, []int{0, 1, 2, 3, 4, 5}},
		{rooms.MemberQuery{Limit: 10, Known: true, Users: []auth.UserID{`b"$x.y`, "nobody", "a"}}, []int{1, 4}},
		{rooms.MemberQuery{Limit: 10, Level: rooms.LevelAll}, []int{4, 5}},
		{rooms.MemberQuery{Limit: 1, Level: rooms.LevelAll, After: `b"$x.y`}, []int{5}},
		{rooms.MemberQuery{Limit: 10, Level: rooms.LevelNothing}, nil},
		{rooms.MemberQuery{Limit: 10, Readers: true, Role: rooms.RoleOwner, After: "a"}, []int{3, 4}},
	} {
		got, err := o.Store.Members.Members(waiting(t), "club", c.q)
		var want []rooms.Member
		for _, i := range c.want {
			want = append(want, all[i])
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%+v:\n got %+v, %v\nwant %+v", c.q, got, err, want)
		}
	}
	for _, m := range all {
		wantMember(t, o, m)
	}
	lower := all[1] // as given, its ReadSeq too
	lower.Role, lower.ReadSeq = rooms.RoleReader, 2
	if err := o.Store.Members.PutMember(waiting(t), lower); err != nil {
		t.Fatal(err)
	}
	wantMember(t, o, lower)
	for _, bad := range []rooms.Member{{RoomID: "club"}, {UserID: "ann"}, {RoomID: "a b", UserID: "ann"}} {
		if err := o.Store.Members.PutMember(waiting(t), bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	wantNoFaults(t, o)
}

// membersAreErased takes away how far somebody has read: what he is stays.
func membersAreErased(t *testing.T, o Opened) {
	put := func(m rooms.Member) {
		t.Helper()
		if err := o.Store.Members.PutMember(waiting(t), m); err != nil {
			t.Fatal(err)
		}
	}
	put(rooms.Member{RoomID: "one", UserID: "ann", Role: rooms.RoleOwner, Seq: 1, ReadSeq: 5})
	put(rooms.Member{RoomID: "two", UserID: "ann", ReadSeq: 5})
	put(rooms.Member{RoomID: "three", UserID: "ann", Role: rooms.RoleMember, Seq: 2})
	put(rooms.Member{RoomID: "two", UserID: "bob", ReadSeq: 4})
	put(rooms.Member{RoomID: "four", UserID: "ann", Alerts: rooms.Alerts{Level: rooms.LevelAll, MutedUntil: now()}})
	for _, want := range []int{3, 0} {
		if n, err := o.Store.Members.EraseMember(waiting(t), "ann"); err != nil || n != want {
			t.Errorf("erased in %d rooms, %v, want %d", n, err, want)
		}
	}
	wantMember(t, o, rooms.Member{RoomID: "one", UserID: "ann", Role: rooms.RoleOwner, Seq: 1})
	wantMember(t, o, rooms.Member{RoomID: "two", UserID: "ann"})
	if left, err := o.Store.Inbox.Memberships(waiting(t), "ann", 10); err != nil || len(left) != 2 {
		t.Errorf("left of ann is %+v, %v", left, err)
	}
	wantMember(t, o, rooms.Member{RoomID: "three", UserID: "ann", Role: rooms.RoleMember, Seq: 2})
	wantMember(t, o, rooms.Member{RoomID: "two", UserID: "bob", ReadSeq: 4})
	got, err := o.Store.Members.Members(waiting(t), "two", rooms.MemberQuery{Readers: true, Limit: 10})
	if err != nil || len(got) != 1 {
		t.Errorf("readers are %+v, %v, want bob", got, err)
	}
}
