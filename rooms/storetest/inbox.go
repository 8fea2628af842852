package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
)

// saidBy makes a message of an author.
func saidBy(author auth.UserID, room rooms.RoomID, seq int64) *rooms.Event {
	e := Message(room, seq)
	e.Author = author
	return e
}

// naming makes bob's message with mentions, given as the JSON array.
func naming(room rooms.RoomID, seq int64, mentions string) *rooms.Event {
	e := saidBy("bob", room, seq)
	e.Mentions = mentions
	return e
}

func mustMarkRead(t *testing.T, o Opened, room rooms.RoomID, user auth.UserID, seq, want int64) {
	t.Helper()
	if got, err := o.Store.Inbox.MarkRead(waiting(t), room, user, seq); err != nil || got != want {
		t.Errorf("%s has read %s up to %d, %v, want %d", user, room, got, err, want)
	}
}

func wantUnreadOf(t *testing.T, o Opened, room rooms.RoomID, user auth.UserID, after int64, most int, want rooms.Unread) {
	t.Helper()
	if got, err := o.Store.Inbox.Unread(waiting(t), room, user, after, most); err != nil || got != want {
		t.Errorf("unread of %s in %s after %d, at most %d: %+v, %v, want %+v", user, room, after, most, got, err, want)
	}
}

// readingIsRaised marks rooms as read, forth and back, by members and others.
func readingIsRaised(t *testing.T, o Opened) {
	mustChange(t, o, founding(privateRoom("club"), "ann"))
	mustMarkRead(t, o, "club", "ann", 3, 3)
	mustMarkRead(t, o, "club", "ann", 2, 3)
	mustMarkRead(t, o, "club", "ann", 3, 3)
	mustMarkRead(t, o, "club", "ann", rooms.MaxSeq, rooms.MaxSeq)
	mustMarkRead(t, o, "club", "bob", 1, 1)
	ann := rooms.Member{RoomID: "club", UserID: "ann", Role: rooms.RoleOwner, Seq: 1, ReadSeq: rooms.MaxSeq}
	bob := rooms.Member{RoomID: "club", UserID: "bob", ReadSeq: 1}
	o = o.Reopen(t)
	wantMember(t, o, ann)
	wantMember(t, o, bob)

	// What changes a member leaves how far he has read, and raises it where it says more.
	room := privateRoom("club")
	c := changing(room, 1, memberEvent("club", 2, "bob", rooms.RoleMember))
	c.Members[0].ReadSeq = 2
	mustChange(t, o, c)
	wantMember(t, o, c.Members[0])
	mustMarkRead(t, o, "club", "bob", 9, 9)
	c = changing(room, 2, memberEvent("club", 3, "bob", rooms.RoleReader))
	c.Members[0].ReadSeq = 3
	mustChange(t, o, c)
	bob = c.Members[0]
	bob.ReadSeq = 9
	wantMember(t, o, bob)

	for range 2 {
		if err := o.Store.Inbox.Forget(waiting(t), "club", "bob"); err != nil {
			t.Fatal(err)
		}
		bob.ReadSeq = 0
		wantMember(t, o, bob)
	}
	mustMarkRead(t, o, "club", "carl", 5, 5)
	for _, room := range []rooms.RoomID{"club", "nowhere"} {
		if err := o.Store.Inbox.Forget(waiting(t), room, "carl"); err != nil {
			t.Fatal(err)
		}
	}
	wantMember(t, o, rooms.Member{RoomID: "club", UserID: "carl"})
	wantMember(t, o, ann)
	wantNoFaults(t, o)
}

// readingRaces marks one room as read from many places: the highest stays.
func readingRaces(t *testing.T, o Opened) {
	instances := []Opened{o, o.Another(t)}
	const markers = 16
	var all sync.WaitGroup
	for k := range int64(markers) {
		all.Go(func() {
			got, err := instances[k%2].Store.Inbox.MarkRead(waiting(t), "club", "ann", k+1)
			if err != nil || got < k+1 || got > markers {
				t.Errorf("marked %d: %d, %v", k+1, got, err)
			}
		})
	}
	all.Wait()
	wantMember(t, o, rooms.Member{RoomID: "club", UserID: "ann", ReadSeq: markers})
}

// readingRacesWithJoining marks a room as read by those who become its members at that moment.
func readingRacesWithJoining(t *testing.T, o Opened) {
	other := o.Another(t)
	room := privateRoom("club")
	mustChange(t, o, founding(room, "ann"))
	const users, read = 15, 7
	user := func(k int64) auth.UserID { return auth.UserID(fmt.Sprintf("user%d", k)) }
	for k := range int64(users) {
		var both sync.WaitGroup
		both.Go(func() { mustMarkRead(t, other, "club", user(k), read, read) })
		both.Go(func() {
			c := changing(room, k+1, memberEvent("club", k+2, user(k), rooms.RoleMember))
			c.Members[0].ReadSeq = 2
			if err := o.Store.Members.Change(waiting(t), c); err != nil {
				t.Errorf("change %d: %v", k, err)
			}
		})
		both.Wait()
		wantMember(t, o, rooms.Member{RoomID: "club", UserID: user(k), Role: rooms.RoleMember, Seq: k + 2, ReadSeq: read})
	}
	list, err := o.Store.Members.Members(waiting(t), "club", rooms.MemberQuery{Limit: 100})
	if err != nil || len(list) != 1+users {
		t.Errorf("the room has %d members, %v, want %d", len(list), err, 1+users)
	}
}

// unreadIsCounted counts in a room with all that is no unread message.
func unreadIsCounted(t *testing.T, o Opened) {
	gone := saidBy("bob", "club", 7)
	gone.Text, gone.Erased = "", true
	mustAppend(t, o,
		saidBy("bob", "club", 1), saidBy("ann", "club", 2), saidBy("bob", "club", 3), naming("club", 4, `["ann"]`), saidBy("carl", "club", 5),
		reactionTo("club", 6, 1), gone, editOf("club", 8, 1), deleteOf("club", 9, 3, 0), memberEvent("club", 10, "ann", rooms.RoleMember),
		settingsEvent("club", 11, rooms.Settings{Name: "x"}), naming("club", 12, `["e","@room"]`), deleteOf("club", 13, 5, 0),
		naming("club", 14, `["ann","bob"]`), deleteOf("club", 15, 14, 0), replyTo("club", 16, 1),
	)
	mustAppend(t, o, saidBy("bob", "clu", 1), deleteOf("clu", 2, 1, 0), saidBy("bob", "club.", 1), deleteOf("club.", 2, 1, 0))
	for _, c := range []struct {
		user  auth.UserID
		after int64
		most  int
		want  rooms.Unread
	}{
		{"ann", 0, 100, rooms.Unread{Messages: 3, Mentions: 2}}, // 1, 4, 12; 16 is her own
		{"ann", 1, 100, rooms.Unread{Messages: 2, Mentions: 2}},
		{"ann", 4, 100, rooms.Unread{Messages: 1, Mentions: 1}},
		{"ann", 12, 100, rooms.Unread{}},
		{"ann", 1000, 100, rooms.Unread{}},
		{"ann", rooms.MaxSeq, 100, rooms.Unread{}},
		{"ann", 0, 2, rooms.Unread{Messages: 2, Mentions: 1}}, // the oldest
		{"ann", 0, 1, rooms.Unread{Messages: 1}},
		{"bob", 0, 100, rooms.Unread{Messages: 2}}, // 2, 16
		{"eve", 0, 100, rooms.Unread{Messages: 5, Mentions: 1}},
		{"e", 0, 100, rooms.Unread{Messages: 5, Mentions: 1}},
		{"@room", 0, 100, rooms.Unread{Messages: 5, Mentions: 1}},
	} {
		wantUnreadOf(t, o, "club", c.user, c.after, c.most, c.want)
	}
	wantUnreadOf(t, o, "nowhere", "ann", 0, 10, rooms.Unread{})
	wantUnreadOf(t, o, "clu", "ann", 0, 10, rooms.Unread{})

	// What was trimmed is not unread, whether or not it is removed yet.
	mustCreateRoom(t, o, rooms.Room{ID: "club", Type: rooms.TypePublic, CreatedAt: now()})
	if err := o.Store.Trimmer.Fence(waiting(t), "club", 12, 12, now()); err != nil {
		t.Fatal(err)
	}
	wantUnreadOf(t, o, "club", "ann", 0, 100, rooms.Unread{Messages: 1, Mentions: 1})
}

// mentionsAreExact has names that are parts of each other, or of JSON.
func mentionsAreExact(t *testing.T, o Opened) {
	awkward := []auth.UserID{`,`, `","`, `"`, `\`, `\"`, `a"b`, `[`, `$`, `a.b`, `]`, "é", "ann ", "\u2028", "<"}
	for i, id := range awkward {
		only := string(rooms.AppendJSONString(nil, string(id)))
		mustAppend(t, o, naming("club", int64(i+1), "[\"x"+"\","+only+"]"))
	}
	last := int64(len(awkward))
	mustAppend(t, o, naming("club", last+1, `["a,","b"]`), naming("club", last+2, `[ "spa\u0063ed" , "annette" ]`))
	for _, id := range awkward {
		wantUnreadOf(t, o, "club", id, 0, 1000, rooms.Unread{Messages: len(awkward) + 2, Mentions: 1})
	}
	for id, want := range map[auth.UserID]int{"a": 0, "ann": 0, "annette": 1, "spaced": 1, "b": 1, "x": len(awkward), "x,": 0} {
		wantUnreadOf(t, o, "club", id, 0, 1000, rooms.Unread{Messages: len(awkward) + 2, Mentions: want})
	}
}

func mustOverview(t *testing.T, o Opened, user auth.UserID, also []rooms.RoomID, most, limit int) []rooms.Overview {
	t.Helper()
	got, err := o.Store.Inbox.Overview(waiting(t), user, also, most, limit)
	if err != nil {
		t.Fatalf("overview: %v", err)
	}
	return got
}

// overviewGivesRooms has rooms of all kinds for one user.
func overviewGivesRooms(t *testing.T, o Opened) {
	if got := mustOverview(t, o, "ann", nil, 10, 10); len(got) != 0 {
		t.Fatalf("of an empty store: %+v", got)
	}
	club := privateRoom("club")
	mustChange(t, o, founding(club, "ann"))
	mustAppend(t, o, saidBy("bob", "club", 2), naming("club", 3, `["ann"]`), saidBy("ann", "club", 4), saidBy("bob", "club", 5), deleteOf("club", 6, 5, 0))
	mustMarkRead(t, o, "club", "ann", 1, 1)

	lobby := mustCreateRoom(t, o, rooms.Room{ID: "lobby", Name: "Lobby", Type: rooms.TypePublic, CreatedAt: now()})
	mustAppend(t, o, saidBy("bob", "lobby", 1), saidBy("bob", "lobby", 2), saidBy("carl", "lobby", 3))
	mustMarkRead(t, o, "lobby", "ann", 2, 2)

	other := privateRoom("other") // bob's, and by ann's token hers
	mustChange(t, o, founding(other, "bob"))
	silent := mustCreateRoom(t, o, rooms.Room{ID: "silent", Type: rooms.TypePublic, CreatedAt: now()})
	trimmed := mustCreateRoom(t, o, rooms.Room{ID: "trimmed", Type: rooms.TypePublic, CreatedAt: now()})
	mustAppend(t, o, saidBy("bob", "trimmed", 1), saidBy("bob", "trimmed", 2), saidBy("bob", "trimmed", 3))
	mustMarkRead(t, o, "trimmed", "ann", 1, 1)
	if err := o.Store.Trimmer.Fence(waiting(t), "trimmed", 3, 3, now()); err != nil {
		t.Fatal(err)
	}
	trimmed = mustRoom(t, o, trimmed.ID)
	empty := rooms.Room{ID: "zero", Type: rooms.TypePublic, CreatedAt: now(), MinSeq: 9} // all of it is gone
	if err := o.Store.Archive.PutRoom(waiting(t), empty); err != nil {
		t.Fatal(err)
	}
	mustMarkRead(t, o, "gone", "ann", 1, 1) // of which there is no room
	mustMarkRead(t, o, "silent", "ann", 1, 1)
	if err := o.Store.Inbox.Forget(waiting(t), "silent", "ann"); err != nil {
		t.Fatal(err)
	}

	all := []rooms.Overview{
		{Room: club, Member: rooms.Member{RoomID: "club", UserID: "ann", Role: rooms.RoleOwner, Seq: 1, ReadSeq: 1}, LastSeq: 6, Unread: rooms.Unread{Messages: 2, Mentions: 1}},
		{Room: lobby, Member: rooms.Member{RoomID: "lobby", UserID: "ann", ReadSeq: 2}, LastSeq: 3, Unread: rooms.Unread{Messages: 1}},
		{Room: other, Member: rooms.Member{RoomID: "other", UserID: "ann"}, LastSeq: 1, Unread: rooms.Unread{}},
		{Room: silent, Member: rooms.Member{RoomID: "silent", UserID: "ann"}, LastSeq: 0, Unread: rooms.Unread{}},
		{Room: trimmed, Member: rooms.Member{RoomID: "trimmed", UserID: "ann", ReadSeq: 1}, LastSeq: 3, Unread: rooms.Unread{Messages: 1}},
		{Room: empty, Member: rooms.Member{RoomID: "zero", UserID: "ann"}, LastSeq: 8, Unread: rooms.Unread{}},
	}
	one := all[0]
	one.Unread = rooms.Unread{Messages: 1}
	for name, c := range map[string]struct {
		also        []rooms.RoomID
		most, limit int
		want        []rooms.Overview
	}{
		"her own":           {nil, 100, 100, []rooms.Overview{all[0], all[1], all[4]}},
		"and others":        {[]rooms.RoomID{"zero", "club", "other", "silent", "nowhere", "other"}, 100, 100, all},
		"the first":         {[]rooms.RoomID{"other", "silent"}, 100, 3, all[:3]},
		"counted up to one": {nil, 1, 1, []rooms.Overview{one}},
	} {
		got := mustOverview(t, o, "ann", c.also, c.most, c.limit)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, c.want)
		}
	}
	if got := mustOverview(t, o, "nobody", nil, 10, 10); len(got) != 0 {
		t.Errorf("of nobody: %+v", got)
	}

	mine, err := o.Store.Inbox.Memberships(waiting(t), "ann", 10)
	want := []rooms.Member{all[0].Member, {RoomID: "gone", UserID: "ann", ReadSeq: 1}, all[1].Member, all[4].Member}
	if err != nil || !slices.Equal(mine, want) {
		t.Errorf("memberships are %+v, %v, want %+v", mine, err, want)
	}
	if mine, err = o.Store.Inbox.Memberships(waiting(t), "ann", 2); err != nil || !slices.Equal(mine, want[:2]) {
		t.Errorf("the first memberships are %+v, %v, want %+v", mine, err, want[:2])
	}
}

// overviewOfMany gives many rooms of which most have unread messages.
func overviewOfMany(t *testing.T, o Opened) {
	const many = 60
	for i := range many {
		id := rooms.RoomID(fmt.Sprintf("room%03d", i))
		mustChange(t, o, founding(privateRoom(id), "ann"))
		events := make([]*rooms.Event, i)
		for k := range events {
			events[k] = saidBy("bob", id, int64(2+k))
		}
		mustAppend(t, o, events...)
	}
	got := mustOverview(t, o, "ann", nil, 50, many)
	if len(got) != many {
		t.Fatalf("got %d rooms, want %d", len(got), many)
	}
	for i, v := range got {
		if v.Room.ID != rooms.RoomID(fmt.Sprintf("room%03d", i)) || v.LastSeq != int64(1+i) || v.Unread.Messages != min(i, 50) {
			t.Errorf("room %d: %+v", i, v)
		}
	}
}

// unreadBehindDeletes has rooms of whose oldest messages nearly all are deleted.
func unreadBehindDeletes(t *testing.T, o Opened) {
	const gone, left = 130, 12
	for _, id := range []rooms.RoomID{"one", "two"} {
		mustCreateRoom(t, o, rooms.Room{ID: id, Type: rooms.TypePublic, CreatedAt: now()})
		events := []*rooms.Event{saidBy("bob", id, 1)}
		for seq := int64(2); seq < 2+2*gone; seq += 2 {
			events = append(events, naming(id, seq, `["ann"]`), deleteOf(id, seq+1, seq, 0))
		}
		for n := range int64(left) {
			events = append(events, naming(id, 2+2*gone+n, `["ann"]`))
		}
		mustAppend(t, o, events...)
		for most, want := range map[int]rooms.Unread{
			1: {Messages: 1}, 2: {Messages: 2, Mentions: 1}, 10: {Messages: 10, Mentions: 9}, 200: {Messages: 1 + left, Mentions: left},
		} {
			wantUnreadOf(t, o, id, "ann", 0, most, want)
			got := mustOverview(t, o, "ann", []rooms.RoomID{id}, most, 10)
			if len(got) != 1 || got[0].Unread != want {
				t.Errorf("at most %d: %+v, want %+v", most, got, want)
			}
		}
	}
}

// memberCalls are the calls of Members, Inbox and Invitations that take a context.
func memberCalls(o Opened) map[string]func(ctx context.Context) error {
	members, inbox, invitations := o.Store.Members, o.Store.Inbox, o.Store.Invitations
	return map[string]func(ctx context.Context) error{
		"Change": func(ctx context.Context) error { return members.Change(ctx, founding(privateRoom("club"), "ann")) },
		"Member": func(ctx context.Context) error {
			_, err := members.Member(ctx, "club", "ann")
			return err
		},
		"Members": func(ctx context.Context) error {
			_, err := members.Members(ctx, "club", rooms.MemberQuery{Limit: 1})
			return err
		},
		"PutMember": func(ctx context.Context) error {
			return members.PutMember(ctx, rooms.Member{RoomID: "club", UserID: "ann", Seq: 1})
		},
		"EraseMember": func(ctx context.Context) error {
			_, err := members.EraseMember(ctx, "ann")
			return err
		},
		"SetAlerts": func(ctx context.Context) error {
			_, err := o.Store.Inbox.SetAlerts(ctx, "general", "ann", levelOf(rooms.LevelAll))
			return err
		},
		"MarkRead": func(ctx context.Context) error {
			_, err := inbox.MarkRead(ctx, "club", "ann", 7)
			return err
		},
		"MarkDelivered": func(ctx context.Context) error {
			_, _, err := inbox.MarkDelivered(ctx, "club", "ann", 7)
			return err
		},
		"Unread": func(ctx context.Context) error {
			_, err := inbox.Unread(ctx, "club", "ann", 0, 1)
			return err
		},
		"Overview": func(ctx context.Context) error {
			_, err := inbox.Overview(ctx, "ann", nil, 1, 1)
			return err
		},
		"Memberships": func(ctx context.Context) error {
			_, err := inbox.Memberships(ctx, "ann", 1)
			return err
		},
		"Forget":           func(ctx context.Context) error { return inbox.Forget(ctx, "club", "ann") },
		"CreateInvitation": func(ctx context.Context) error { return invitations.CreateInvitation(ctx, invitationTo("club", "1")) },
		"UseInvitation": func(ctx context.Context) error {
			_, err := invitations.UseInvitation(ctx, [32]byte{}, "ann", now())
			return err
		},
		"Invitation": func(ctx context.Context) error {
			_, err := invitations.Invitation(ctx, invitationTo("club", "1").Hash)
			return err
		},
		"EraseInvitations": func(ctx context.Context) error { return o.Store.Eraser.EraseInvitations(ctx, "ann") },
		"Invitations": func(ctx context.Context) error {
			_, err := invitations.Invitations(ctx, "club", "", 1)
			return err
		},
		"RemoveInvitation": func(ctx context.Context) error { return invitations.RemoveInvitation(ctx, "club", "1") },
	}
}
