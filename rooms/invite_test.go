package rooms_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// invite makes an invitation for members.
func invite(t testing.TB, s *rooms.Service, user auth.User, room rooms.RoomID, uses int) string {
	t.Helper()
	_, token, err := s.Invite(context.Background(), user, rooms.InviteInput{RoomID: string(room), MaxUses: uses})
	if err != nil {
		t.Fatalf("%s invites to %s: %v", user.ID, room, err)
	}
	return token
}

// accept gives the role that an invitation makes of somebody.
func accept(s *rooms.Service, user auth.User, token string) (rooms.Role, error) {
	v, err := s.AcceptInvitation(context.Background(), user, token)
	return v.Role, err
}

// setBan has alice ban somebody until then, with the role he keeps.
func setBan(t testing.TB, s *rooms.Service, room rooms.RoomID, user auth.User, role rooms.Role, until time.Time) {
	t.Helper()
	in := rooms.SetMemberInput{RoomID: string(room), UserID: string(user.ID), Role: role, BannedUntil: until}
	if _, err := s.SetMember(context.Background(), alice, in); err != nil {
		t.Fatalf("ban %s: %v", user.ID, err)
	}
}

// TestAnInvitationEndsWithItsMakersRight has the maker become less on one instance and the
// invitation shown to another.
func TestAnInvitationEndsWithItsMakersRight(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	other, _ := serve(t, store, rooms.Options{})
	_, never := accept(s, bob, "nonsense")
	become := func(role rooms.Role) func(rooms.RoomID, auth.User) {
		return func(room rooms.RoomID, user auth.User) { setMember(t, s, room, user, role) }
	}
	banned := func(role rooms.Role) func(rooms.RoomID, auth.User) {
		return func(room rooms.RoomID, user auth.User) { setBan(t, s, room, user, role, time.Now().Add(time.Hour)) }
	}
	left := func(room rooms.RoomID, user auth.User) {
		if err := setSelf(s, user, room, rooms.RoleNone); err != nil {
			t.Error(err)
		}
	}
	const byRole, byClaim, byAdmin = "role", "claim", "admin"
	for name, c := range map[string]struct {
		by   string
		then func(rooms.RoomID, auth.User)
		in   bool
	}{
		"as-he-was":         {byRole, func(rooms.RoomID, auth.User) {}, true},
		"more":              {byRole, become(rooms.RoleOwner), true},
		"lowered":           {byRole, become(rooms.RoleMember), false},
		"muted":             {byRole, become(rooms.RoleReader), false},
		"removed":           {byRole, become(rooms.RoleNone), false},
		"banned":            {byRole, banned(rooms.RoleNone), false},
		"banned-and-kept":   {byRole, banned(rooms.RoleModerator), false},
		"left":              {byRole, left, false},
		"claim-as-he-was":   {byClaim, func(rooms.RoomID, auth.User) {}, true},
		"claim-lowered":     {byClaim, become(rooms.RoleMember), false},
		"claim-removed":     {byClaim, become(rooms.RoleNone), false},
		"admin-as-he-was":   {byAdmin, func(rooms.RoomID, auth.User) {}, true},
		"admin-not-so-here": {byAdmin, become(rooms.RoleReader), true},
	} {
		room, maker := private(t, s, name), carol
		switch c.by {
		case byRole:
			setMember(t, s, room, carol, rooms.RoleModerator)
		case byClaim:
			maker.Rooms = map[string]string{name: string(rooms.RoleModerator)}
		case byAdmin:
			maker.Roles = []string{auth.RoleAdmin}
		}
		token := invite(t, s, maker, room, 0)
		c.then(room, maker)
		role, err := accept(other, bob, token)
		if c.in {
			if err != nil || role != rooms.RoleMember {
				t.Errorf("%s: %q, %v", name, role, err)
			}
			continue
		}
		if err == nil || err.Error() != never.Error() {
			t.Errorf("%s: %v, want as of none: %v", name, err, never)
		}
		if m, err := store.Members.Member(context.Background(), room, bob.ID); err != nil || m.Seq != 0 {
			t.Errorf("%s: he is %+v, %v", name, m, err)
		}
	}
}

// TestWhoIsNotLetInTakesNoUse shows an invitation for one to somebody who is banned, to one
// who is in, and then to whom it is for.
func TestWhoIsNotLetInTakesNoUse(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	room := private(t, s, "r")
	banned, out, dan := auth.User{ID: "banned"}, auth.User{ID: "out"}, auth.User{ID: "dan"}
	setBan(t, s, room, banned, rooms.RoleNone, time.Now().Add(time.Hour))
	setMember(t, s, room, out, rooms.RoleMember)
	setMember(t, s, room, out, rooms.RoleNone)
	setMember(t, s, room, bob, rooms.RoleReader)
	token := invite(t, s, alice, room, 1)
	for range 2 {
		for _, user := range []auth.User{banned, out} {
			_, err := accept(s, user, token)
			wantCode(t, string(user.ID), err, rooms.CodeForbidden)
		}
		if role, err := accept(s, bob, token); err != nil || role != rooms.RoleReader {
			t.Errorf("who is in: %q, %v", role, err)
		}
	}
	if role, err := accept(s, carol, token); err != nil || role != rooms.RoleMember {
		t.Errorf("whom it is for: %q, %v", role, err)
	}
	_, err := accept(s, dan, token)
	wantCode(t, "one more", err, rooms.CodeGone)
	list, err := store.Invitations.Invitations(context.Background(), room, "", 10)
	if err != nil || len(list) != 1 || len(list[0].UsedBy) != 1 || list[0].UsedBy[0] != carol.ID {
		t.Errorf("stored is %+v, %v", list, err)
	}
}

// TestWhoLeftAsAReaderComesBackAsOne has somebody who was muted leave a private room and come
// back by an invitation that was made before, or after; and when a ban has ended.
func TestWhoLeftAsAReaderComesBackAsOne(t *testing.T) {
	c := &clock{}
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{Now: c.now})
	other, _ := serve(t, store, rooms.Options{Now: c.now})
	room := private(t, s, "r")
	before := invite(t, s, alice, room, 0)
	if role, err := accept(s, bob, before); err != nil || role != rooms.RoleMember {
		t.Fatalf("%q, %v", role, err)
	}
	leave := func() {
		t.Helper()
		if err := setSelf(s, bob, room, rooms.RoleNone); err != nil {
			t.Fatal(err)
		}
	}
	wantBack := func(what, token string, want rooms.Role) {
		t.Helper()
		if role, err := accept(other, bob, token); err != nil || role != want {
			t.Errorf("%s: %q, %v, want %q", what, role, err, want)
		}
	}
	setMember(t, s, room, bob, rooms.RoleReader)
	leave()
	wantBack("by the old one", before, rooms.RoleReader)
	wantCode(t, "send", sendAs(other, bob, room, "free"), rooms.CodeForbidden)
	leave()
	wantBack("by a new one", invite(t, s, alice, room, 0), rooms.RoleReader)

	const ban = time.Minute
	setBan(t, s, room, bob, rooms.RoleNone, c.now().Add(ban))
	setBan(t, s, room, bob, rooms.RoleNone, c.now().Add(2*ban))
	c.advance(3 * ban)
	wantBack("after a ban", before, rooms.RoleReader)

	setMember(t, s, room, bob, rooms.RoleMember) // by a moderator, whose right it is
	leave()
	wantBack("unmuted", before, rooms.RoleMember)
	setMember(t, s, room, bob, rooms.RoleNone)
	_, err := accept(other, bob, before)
	wantCode(t, "removed", err, rooms.CodeForbidden)
}

// TestAnErasureTakesTheInvitationsOfAUser erases a moderator whose invitations others have.
func TestAnErasureTakesTheInvitationsOfAUser(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	room := private(t, s, "r")
	setMember(t, s, room, bob, rooms.RoleModerator)
	made, used := invite(t, s, bob, room, 0), invite(t, s, alice, room, 2)
	setMember(t, s, room, carol, rooms.RoleMember)
	if err := setSelf(s, carol, room, rooms.RoleNone); err != nil {
		t.Fatal(err)
	}
	if _, err := accept(s, carol, used); err != nil {
		t.Fatal(err)
	}
	for _, user := range []auth.User{bob, carol} {
		if err := s.Erase(context.Background(), user.ID, func(rooms.Erased) {}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := accept(s, auth.User{ID: "dan"}, made)
	wantCode(t, "one of a maker who is erased", err, rooms.CodeNotFound)
	list, err := store.Invitations.Invitations(context.Background(), room, "", 10)
	if err != nil || len(list) != 1 || list[0].CreatedBy != alice.ID || len(list[0].UsedBy) != 1 || list[0].UsedBy[0] == carol.ID {
		t.Errorf("stored is %+v, %v", list, err)
	}
}

// An invitation that is used by many at once lets in as many as it may.
func TestAnInvitationLetsInAsManyAsItMay(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	ctx := context.Background()
	room := private(t, s, "r")
	_, token, err := s.Invite(ctx, alice, rooms.InviteInput{RoomID: "r", MaxUses: 5})
	if err != nil {
		t.Fatal(err)
	}
	const users = 20
	results := make(chan error, users)
	for i := range users {
		go func() {
			_, err := s.AcceptInvitation(ctx, auth.User{ID: auth.UserID(fmt.Sprintf("u%02d", i))}, token)
			results <- err
		}()
	}
	in := 0
	for range users {
		err := <-results
		if err == nil {
			in++
			continue
		}
		wantCode(t, "one too many", err, rooms.CodeGone)
	}
	members, err := store.Members.Members(ctx, room, rooms.MemberQuery{Role: rooms.RoleMember, Limit: users})
	if err != nil || in != 5 || len(members) != 5 {
		t.Fatalf("%d were let in, %d are members, %v; want 5", in, len(members), err)
	}
	if _, err := s.AcceptInvitation(ctx, auth.User{ID: members[0].UserID}, token); err != nil {
		t.Errorf("who has used it already: %v", err)
	}
	_, err = s.AcceptInvitation(ctx, bob, "nonsense")
	wantCode(t, "no token", err, rooms.CodeNotFound)
	setMember(t, s, room, auth.User{ID: members[0].UserID}, rooms.RoleNone)
	_, err = s.AcceptInvitation(ctx, auth.User{ID: members[0].UserID}, token)
	wantCode(t, "who was taken out", err, rooms.CodeForbidden)
}
