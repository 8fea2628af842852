package rooms_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// More members than are read at once: whoever is looked for is found wherever he stands among them.
func TestMembersAreFoundByName(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	ctx := context.Background()
	if _, _, err := s.CreateRoom(ctx, alice, rooms.CreateRoomInput{ID: "many", Name: "Many", Type: rooms.TypePrivate}); err != nil {
		t.Fatal(err)
	}
	const members = 1100
	id := func(i int) auth.UserID { return auth.UserID(fmt.Sprintf("m%04d", i)) }
	for i := range members {
		if _, err := s.SetMember(ctx, alice, rooms.SetMemberInput{RoomID: "many", UserID: string(id(i)), Role: rooms.RoleMember}); err != nil {
			t.Fatal(err)
		}
	}
	for user, name := range map[auth.UserID]string{id(3): "Zoë van Dam", id(1050): "Maria Zoe", id(1090): "Zoe Banned", "stranger": "Zoe Elsewhere"} {
		if _, err := store.Profiles.ChangeProfile(ctx, user, rooms.ProfileChange{Name: &name}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.SetMember(ctx, alice, rooms.SetMemberInput{RoomID: "many", UserID: string(id(1090)), KeepRole: true, BannedUntil: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		by           auth.UserID
		query, after string
		limit        int
		want         []auth.UserID
		more         bool
	}{
		{id(0), "zoe", "", 0, []auth.UserID{id(1050)}, false},
		{"alice", "ZOE", "", 0, []auth.UserID{id(1050), id(1090)}, false},
		{"alice", "zoë", "", 0, []auth.UserID{id(3)}, false},
		{"alice", "dam", "", 0, []auth.UserID{id(3)}, false},
		{"alice", "m109", "", 3, []auth.UserID{id(1090), id(1091), id(1092)}, true},
		{"alice", "m109", string(id(1092)), 100, []auth.UserID{id(1093), id(1094), id(1095), id(1096), id(1097), id(1098), id(1099)}, false},
		{"alice", "", string(id(1097)), 0, []auth.UserID{id(1098), id(1099)}, false},
		{"alice", "nobody", "", 0, nil, false},
	} {
		list, more, err := s.FindMembers(ctx, auth.User{ID: c.by}, "many", c.query, c.after, c.limit)
		if err != nil {
			t.Fatalf("%q: %v", c.query, err)
		}
		var got []auth.UserID
		for _, m := range list {
			got = append(got, m.UserID)
		}
		if !slices.Equal(got, c.want) || more != c.more {
			t.Errorf("%s asks for %q after %q: %v, more %v; want %v, %v", c.by, c.query, c.after, got, more, c.want, c.more)
		}
	}
	for query, field := range map[string]string{" ": "query", string(make([]byte, 65)): "query"} {
		_, _, err := s.FindMembers(ctx, alice, "many", query, "", 0)
		if e := wantCode(t, fmt.Sprintf("%q", query), err, rooms.CodeBadRequest); e.Field != field {
			t.Errorf("%q: field %q", query, e.Field)
		}
	}
	_, _, err := s.FindMembers(ctx, auth.User{ID: "stranger"}, "many", "zoe", "", 0)
	wantCode(t, "a stranger", err, rooms.CodeNotFound)
}
