package rooms_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

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
		next         auth.UserID
	}{
		{id(0), "zoe", "", 0, []auth.UserID{id(1050)}, ""},
		{"alice", "ZOE", "", 0, []auth.UserID{id(1050), id(1090)}, ""},
		{"alice", "zoë", "", 0, []auth.UserID{id(3)}, ""},
		{"alice", "dam", "", 0, []auth.UserID{id(3)}, ""},
		{"alice", "m109", "", 3, []auth.UserID{id(1090), id(1091), id(1092)}, id(1092)},
		{"alice", "m109", string(id(1092)), 100, []auth.UserID{id(1093), id(1094), id(1095), id(1096), id(1097), id(1098), id(1099)}, ""},
		{"alice", "", string(id(1097)), 0, []auth.UserID{id(1098), id(1099)}, ""},
		{"alice", "", string(id(1090)), 2, []auth.UserID{id(1091), id(1092)}, id(1092)},
		{"alice", "m1090", "", 0, []auth.UserID{id(1090)}, ""},
		{"alice", "m1091", "", 0, []auth.UserID{id(1091)}, ""},               // never here: by the id
		{"alice", "M1091", "", 0, nil, ""},                                   // but as it is written
		{"alice", "M1091", string(id(1000)), 0, []auth.UserID{id(1091)}, ""}, // unless there are few
		{"alice", "zoe", string(id(3)), 1, []auth.UserID{id(1050)}, id(1050)},
		{"alice", "zoe", string(id(1050)), 1, []auth.UserID{id(1090)}, ""},
		{id(0), "m109", string(id(1088)), 1, []auth.UserID{id(1091)}, id(1091)}, // who is out is not named
		{"alice", "nobody", "", 0, nil, ""},
	} {
		list, next, err := s.FindMembers(ctx, auth.User{ID: c.by}, "many", c.query, c.after, c.limit)
		if err != nil {
			t.Fatalf("%q: %v", c.query, err)
		}
		var got []auth.UserID
		for _, m := range list {
			got = append(got, m.UserID)
		}
		if !slices.Equal(got, c.want) || next != c.next {
			t.Errorf("%s asks for %q after %q: %v, next %q; want %v, %q", c.by, c.query, c.after, got, next, c.want, c.next)
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

// readMembers and readProfiles count what is read off a store, in documents.
type readMembers struct {
	members
	read *atomic.Int64
}

func (c readMembers) Members(ctx context.Context, room rooms.RoomID, q rooms.MemberQuery) ([]rooms.Member, error) {
	list, err := c.members.Members(ctx, room, q)
	c.read.Add(int64(len(list)))
	return list, err
}

type readProfiles struct {
	profiles
	read *atomic.Int64
}

func (c readProfiles) Profiles(ctx context.Context, users []auth.UserID) ([]rooms.Profile, error) {
	list, err := c.profiles.Profiles(ctx, users)
	c.read.Add(int64(len(list)))
	return list, err
}

func (c readProfiles) SearchProfiles(ctx context.Context, prefix string, after auth.UserID, limit int) ([]rooms.Profile, error) {
	list, err := c.profiles.SearchProfiles(ctx, prefix, after, limit)
	c.read.Add(int64(len(list)))
	return list, err
}

// A question costs no more in a large room, or among many who are called so and are no members; what it does not come to the
// next one does.
func TestWhatFindingMembersReadsIsBounded(t *testing.T) {
	const members, strangers, atOnce, named = 2500, 1300, 200, 1000
	store := newStore(t)
	var read atomic.Int64
	store.Members, store.Profiles = readMembers{store.Members, &read}, readProfiles{store.Profiles, &read}
	s, _ := serve(t, store, rooms.Options{})
	room := private(t, s, "large")
	group := new(errgroup.Group)
	group.SetLimit(100) // what comes together is written together
	call := func(user auth.UserID, name string) {
		group.Go(func() error {
			_, err := store.Profiles.ChangeProfile(t.Context(), user, rooms.ProfileChange{Name: &name})
			return err
		})
	}
	for i := range members {
		m := rooms.Member{RoomID: room, UserID: auth.UserID(fmt.Sprintf("m%04d", i)), Role: rooms.RoleMember, Seq: 1}
		group.Go(func() error { return store.Members.PutMember(t.Context(), m) })
		call(m.UserID, fmt.Sprintf("Quentin %d", i))
	}
	for i := range strangers {
		call(auth.UserID(fmt.Sprintf("a%04d", i)), "Zelda")
	}
	call("m2000", "Zelda Member")
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		query string
		pages []int // how many are on each
		most  int64 // documents that a page costs
	}{
		{"zzzz", []int{0}, 2*atOnce + 1},
		{"zelda", []int{0, 1}, 2*atOnce + 1 + named + 1},
		{"quentin 7", []int{50, 50, 11}, 2*atOnce + 1 + 2*atOnce},
		{"m", slices.Repeat([]int{50}, members/50), 2*atOnce + 1 + 2*atOnce},
	} {
		var pages []int
		last := auth.UserID("")
		for next := auth.UserID(""); len(pages) == 0 || next != ""; {
			read.Store(0)
			list, after, err := s.FindMembers(t.Context(), alice, string(room), c.query, string(next), 50)
			if err != nil {
				t.Fatal(err)
			}
			if n := read.Load(); n > c.most {
				t.Errorf("%q after %q reads %d documents, want %d at most", c.query, next, n, c.most)
			}
			for _, m := range list {
				if m.UserID <= last {
					t.Errorf("%q: %s comes after %s", c.query, m.UserID, last)
				}
				last = m.UserID
			}
			pages, next = append(pages, len(list)), after
		}
		if !slices.Equal(pages, c.pages) {
			t.Errorf("%q: pages of %v, want %v", c.query, pages, c.pages)
		}
	}
}
