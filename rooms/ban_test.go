package rooms_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// TestABanMakesNobodyMoreOrLess: whatever somebody was when he was banned without a word about his role, he is afterwards,
// whether the ban ends by itself or by hand.
func TestABanMakesNobodyMoreOrLess(t *testing.T) {
	for name, end := range map[string]func(s *rooms.Service, room rooms.RoomID, user auth.User, later func()) error{
		"by itself": func(_ *rooms.Service, _ rooms.RoomID, _ auth.User, later func()) error { later(); return nil },
		"by hand": func(s *rooms.Service, room rooms.RoomID, user auth.User, _ func()) error {
			_, err := s.SetMember(context.Background(), alice, rooms.SetMemberInput{RoomID: string(room), UserID: string(user.ID), KeepRole: true})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			ahead := time.Duration(0)
			now := func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Add(ahead) }
			s, _ := serve(t, newStore(t), rooms.Options{Now: now})
			for _, room := range []rooms.RoomID{private(t, s, "private"), publicRoom(t, s, "public")} {
				for _, was := range []rooms.Role{rooms.RoleReader, rooms.RoleMember, rooms.RoleModerator, rooms.RoleOwner} {
					user := auth.User{ID: auth.UserID(was) + "-" + auth.UserID(room)}
					setMember(t, s, room, user, was)
					ban := rooms.SetMemberInput{RoomID: string(room), UserID: string(user.ID), BannedUntil: now().Add(time.Hour), KeepRole: true}
					if _, err := s.SetMember(context.Background(), alice, ban); err != nil {
						t.Fatal(err)
					}
					if err := joinAs(s, user, room); err == nil {
						t.Errorf("%s comes in while he is banned", user.ID)
					}
					if err := end(s, room, user, func() { mu.Lock(); ahead += time.Hour + time.Second; mu.Unlock() }); err != nil {
						t.Fatal(err)
					}
					if view, err := s.Room(context.Background(), user, string(room)); err != nil || view.Role != was {
						t.Errorf("%s is %q after his ban, %v", user.ID, view.Role, err)
					}
				}
			}
		})
	}
}

// TestSetMemberWithoutARole goes through what web/docs/protocol.md says of it for those who are not simply in.
func TestSetMemberWithoutARole(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	ctx, until := context.Background(), time.Now().Add(time.Hour)
	room := private(t, s, "r")
	set := func(user auth.User, in rooms.SetMemberInput) int64 {
		t.Helper()
		in.RoomID, in.UserID = string(room), string(user.ID)
		sent, err := s.SetMember(ctx, alice, in)
		if err != nil {
			t.Fatal(err)
		}
		return sent.Seq
	}
	is := func(user auth.User, want rooms.Role) {
		t.Helper()
		view, err := s.Room(ctx, user, string(room))
		if want == rooms.RoleNone {
			wantCode(t, string(user.ID), err, rooms.CodeNotFound)
		} else if err != nil || view.Role != want {
			t.Errorf("%s is %q, %v, want %q", user.ID, view.Role, err, want)
		}
	}
	stranger, muted := auth.User{ID: "stranger"}, auth.User{ID: "muted"}
	if seq := set(stranger, rooms.SetMemberInput{KeepRole: true}); seq != 0 {
		t.Errorf("a stranger was let in at %d", seq)
	}
	is(stranger, rooms.RoleNone)
	set(stranger, rooms.SetMemberInput{KeepRole: true, BannedUntil: until})
	is(stranger, rooms.RoleNone)
	set(stranger, rooms.SetMemberInput{KeepRole: true})
	is(stranger, rooms.RoleMember)

	setMember(t, s, room, muted, rooms.RoleReader)
	set(muted, rooms.SetMemberInput{BannedUntil: until}) // and no role
	set(muted, rooms.SetMemberInput{KeepRole: true, BannedUntil: until.Add(time.Hour)})
	set(muted, rooms.SetMemberInput{KeepRole: true})
	is(muted, rooms.RoleReader)
	out := set(muted, rooms.SetMemberInput{}) // for good
	if seq := set(muted, rooms.SetMemberInput{KeepRole: true, BannedUntil: until}); seq != out {
		t.Errorf("a ban of who is out for good stands at %d, want %d", seq, out)
	}
	is(muted, rooms.RoleNone)
	in := set(muted, rooms.SetMemberInput{KeepRole: true})
	is(muted, rooms.RoleReader)
	if again := set(muted, rooms.SetMemberInput{KeepRole: true}); again != in {
		t.Errorf("who is in was let in again at %d, want %d", again, in)
	}
	is(muted, rooms.RoleReader)

	// Nobody comes to more by a ban than by a role.
	setMember(t, s, room, bob, rooms.RoleModerator)
	setMember(t, s, room, carol, rooms.RoleModerator)
	_, err := s.SetMember(ctx, bob, rooms.SetMemberInput{RoomID: "r", UserID: "carol", KeepRole: true, BannedUntil: until})
	wantCode(t, "a moderator bans another", err, rooms.CodeForbidden)
	set(carol, rooms.SetMemberInput{KeepRole: true, BannedUntil: until})
	_, err = s.SetMember(ctx, bob, rooms.SetMemberInput{RoomID: "r", UserID: "carol", KeepRole: true})
	wantCode(t, "a moderator lets another in", err, rooms.CodeForbidden)
	_, err = s.SetMember(ctx, alice, rooms.SetMemberInput{RoomID: "r", UserID: "alice", KeepRole: true, BannedUntil: until})
	wantCode(t, "an owner bans himself", err, rooms.CodeBadRequest)
	_, err = s.SetMember(ctx, admin, rooms.SetMemberInput{RoomID: "r", UserID: "alice", KeepRole: true, BannedUntil: until})
	wantCode(t, "the last owner is banned", err, rooms.CodeConflict)
}
