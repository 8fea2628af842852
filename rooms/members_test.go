package rooms_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

var (
	carol = auth.User{ID: "carol", Name: "Carol"}
)

// private makes a private room of alice's.
func private(t testing.TB, s *rooms.Service, id string) rooms.RoomID {
	t.Helper()
	v, made, err := s.CreateRoom(context.Background(), alice, rooms.CreateRoomInput{ID: id, Name: "The room " + id, Type: rooms.TypePrivate})
	if err != nil || !made {
		t.Fatalf("create %s: made %t, %v", id, made, err)
	}
	return v.Room.ID
}

// setMember has alice make a user something.
func setMember(t testing.TB, s *rooms.Service, room rooms.RoomID, user auth.User, role rooms.Role) int64 {
	t.Helper()
	sent, err := s.SetMember(context.Background(), alice, rooms.SetMemberInput{RoomID: string(room), UserID: string(user.ID), Role: role})
	if err != nil {
		t.Fatalf("make %s %q: %v", user.ID, role, err)
	}
	return sent.Seq
}

func sendAs(s *rooms.Service, user auth.User, room rooms.RoomID, text string) error {
	_, err := s.SendWait(context.Background(), user, rooms.SendInput{RoomID: string(room), Text: text})
	return err
}

func joinAs(s *rooms.Service, user auth.User, room rooms.RoomID) error {
	return s.Join(context.Background(), user, string(room), nil, func(rooms.Joined) {})
}

func TestThePrivateIsNobodyElses(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{ClosedRooms: true})
	ctx := context.Background()
	room := private(t, s, "secret")
	if err := sendAs(s, alice, room, "for us"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"secret", "nothing"} {
		wantCode(t, "join "+name, joinAs(s, bob, rooms.RoomID(name)), rooms.CodeNotFound)
		wantCode(t, "send to "+name, sendAs(s, bob, rooms.RoomID(name), "hello"), rooms.CodeNotFound)
		_, err := s.History(ctx, bob, rooms.HistoryInput{RoomID: name})
		wantCode(t, "history of "+name, err, rooms.CodeNotFound)
		_, err = s.Room(ctx, bob, name)
		wantCode(t, "view of "+name, err, rooms.CodeNotFound)
		_, _, err = s.ListMembers(ctx, bob, name, "", 0)
		wantCode(t, "members of "+name, err, rooms.CodeNotFound)
		_, err = s.MarkRead(ctx, bob, name, 1)
		wantCode(t, "mark_read in "+name, err, rooms.CodeNotFound)
		_, err = s.SetMember(ctx, bob, rooms.SetMemberInput{RoomID: name, UserID: "bob", Role: rooms.RoleMember})
		wantCode(t, "set_member in "+name, err, rooms.CodeNotFound)
		synced, err := s.Sync(ctx, bob, map[string]int64{name: 0})
		if err != nil || synced[name].Reset != rooms.ResetForbidden || synced[name].LastSeq != -1 || len(synced[name].Events) > 0 {
			t.Errorf("sync of %s: %+v, %v", name, synced[name], err)
		}
	}
	if list, _, err := s.ListRooms(ctx, bob, rooms.ListRoomsInput{}); err != nil || len(list) != 0 {
		t.Errorf("bob is shown %d rooms, %v", len(list), err)
	}
	if list, _, err := s.ListRooms(ctx, alice, rooms.ListRoomsInput{Query: "ROOM sec"}); err != nil || len(list) != 1 || list[0].Role != rooms.RoleOwner {
		t.Errorf("alice is shown %+v, %v", list, err)
	}
	setMember(t, s, room, bob, rooms.RoleMember)
	if err := sendAs(s, bob, room, "thanks"); err != nil {
		t.Errorf("a member cannot write: %v", err)
	}
	events := stored(t, store, room)
	kinds := make([]rooms.EventType, len(events))
	for i := range events {
		kinds[i] = events[i].Type
	}
	if want := []rooms.EventType{rooms.TypeMember, rooms.TypeMessage, rooms.TypeMember, rooms.TypeMessage}; fmt.Sprint(kinds) != fmt.Sprint(want) {
		t.Errorf("the log holds %q, want %q", kinds, want)
	}
}

// rights is one row of the table of protocol.md.
type rights struct{ read, write, moderate, own bool }

func TestEveryRoleMayWhatTheTableSays(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	ctx := context.Background()
	roles := map[string]struct {
		user auth.User
		may  rights
	}{
		"nobody":    {auth.User{ID: "nobody"}, rights{}},
		"reader":    {auth.User{ID: "reader"}, rights{read: true}},
		"member":    {auth.User{ID: "member"}, rights{read: true, write: true}},
		"moderator": {auth.User{ID: "moderator"}, rights{true, true, true, false}},
		"owner":     {auth.User{ID: "owner"}, rights{true, true, true, true}},
		"admin":     {admin, rights{true, true, true, true}},
		"claimed":   {auth.User{ID: "claimed", Rooms: map[string]string{"r-claimed": "moderator"}}, rights{true, true, true, false}},
		"nonsense":  {auth.User{ID: "nonsense", Rooms: map[string]string{"r-nonsense": "emperor"}}, rights{}},
	}
	for name, row := range roles {
		t.Run(name, func(t *testing.T) {
			room := private(t, s, "r-"+name)
			if role := rooms.Role(name); role.Known() && role != rooms.RoleNone {
				setMember(t, s, room, row.user, role)
			}
			setMember(t, s, room, carol, rooms.RoleMember)
			if err := sendAs(s, carol, room, "somebody else's"); err != nil {
				t.Fatal(err)
			}
			last := int64(3)
			if name == "reader" || name == "member" || name == "moderator" || name == "owner" {
				last++
			}
			check := func(what string, may bool, err error) {
				t.Helper()
				code := rooms.CodeForbidden
				if !row.may.read {
					code = rooms.CodeNotFound
				}
				switch {
				case may && err != nil:
					t.Errorf("%s: %v", what, err)
				case !may && (err == nil || rooms.AsError(err).Code != code):
					t.Errorf("%s: %v, want %s", what, err, code)
				}
			}
			id := string(room)
			_, err := s.History(ctx, row.user, rooms.HistoryInput{RoomID: id})
			check("read", row.may.read, err)
			check("join", row.may.read, joinAs(s, row.user, room))
			check("send", row.may.write, sendAs(s, row.user, room, "mine"))
			check("react", row.may.write, await(func(done func(rooms.Sent, error)) {
				s.React(row.user, rooms.ReactInput{RoomID: id, Seq: last, Emoji: "👍", On: true}, done)
			}))
			_, err = s.SetMember(ctx, row.user, rooms.SetMemberInput{RoomID: id, UserID: "dan", Role: rooms.RoleMember})
			check("add a member", row.may.moderate, err)
			_, err = s.SetMember(ctx, row.user, rooms.SetMemberInput{RoomID: id, UserID: "dan", BannedUntil: time.Now().Add(time.Hour)})
			check("ban", row.may.moderate, err)
			slow := time.Duration(0)
			_, err = s.UpdateRoom(ctx, row.user, rooms.UpdateRoomInput{RoomID: id, SlowMode: &slow})
			check("slow mode", row.may.moderate, err)
			_, _, err = s.Invite(ctx, row.user, rooms.InviteInput{RoomID: id})
			check("invite", row.may.moderate, err)
			check("delete another's", row.may.moderate, await(func(done func(rooms.Sent, error)) {
				s.Delete(row.user, rooms.DeleteInput{RoomID: id, Seq: last}, done)
			}))
			_, err = s.SetMember(ctx, row.user, rooms.SetMemberInput{RoomID: id, UserID: "eve", Role: rooms.RoleModerator})
			check("make a moderator", row.may.own, err)
			topic := "changed"
			_, err = s.UpdateRoom(ctx, row.user, rooms.UpdateRoomInput{RoomID: id, Topic: &topic})
			check("update_room", row.may.own, err)
		})
	}
}

// await gives the error of what answers later.
func await(begin func(done func(rooms.Sent, error))) error {
	answer := make(chan error, 1)
	begin(func(_ rooms.Sent, err error) { answer <- err })
	return <-answer
}

func TestModeratorsLeaveTheirEqualsAlone(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	room := private(t, s, "r")
	setMember(t, s, room, bob, rooms.RoleModerator)
	setMember(t, s, room, carol, rooms.RoleModerator)
	for _, subject := range []auth.UserID{"alice", "carol"} {
		_, err := s.SetMember(context.Background(), bob, rooms.SetMemberInput{RoomID: "r", UserID: string(subject)})
		wantCode(t, "a moderator takes out "+string(subject), err, rooms.CodeForbidden)
	}
}

func TestABanStandsAboveARoleAndThatAboveAClaimAndThatAbovePublic(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	ctx := context.Background()
	if _, _, err := s.CreateRoom(ctx, alice, rooms.CreateRoomInput{ID: "p", Name: "P", Type: rooms.TypePublic}); err != nil {
		t.Fatal(err)
	}
	claimed := auth.User{ID: "bob", Rooms: map[string]string{"p": "moderator"}}
	role := func(user auth.User) rooms.Role {
		t.Helper()
		v, err := s.Room(ctx, user, "p")
		if err != nil {
			t.Fatal(err)
		}
		return v.Role
	}
	if got := role(bob); got != rooms.RoleMember {
		t.Errorf("public: %q", got)
	}
	if got := role(claimed); got != rooms.RoleModerator {
		t.Errorf("a claim over public: %q", got)
	}
	setMember(t, s, "p", bob, rooms.RoleReader)
	if got := role(claimed); got != rooms.RoleReader {
		t.Errorf("a stored role over a claim: %q", got)
	}
	if _, err := s.SetMember(ctx, alice, rooms.SetMemberInput{RoomID: "p", UserID: "bob", Role: rooms.RoleReader, BannedUntil: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	e := wantCode(t, "banned", joinAs(s, claimed, "p"), rooms.CodeForbidden)
	if e.Reason != "banned" {
		t.Errorf("reason %q", e.Reason)
	}
	setMember(t, s, "p", bob, rooms.RoleNone)
	wantCode(t, "removal counts as a ban", joinAs(s, claimed, "p"), rooms.CodeForbidden)
	setMember(t, s, "p", bob, rooms.RoleMember)
	if got := role(claimed); got != rooms.RoleMember {
		t.Errorf("taken in again: %q", got)
	}
}

func TestABanEndsByItself(t *testing.T) {
	var mu sync.Mutex
	ahead := time.Duration(0)
	now := func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Add(ahead) }
	s, _ := serve(t, newStore(t), rooms.Options{Now: now})
	room := private(t, s, "r")
	if _, err := s.SetMember(context.Background(), alice, rooms.SetMemberInput{RoomID: "r", UserID: "bob", Role: rooms.RoleMember, BannedUntil: now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "while he is banned", joinAs(s, bob, room), rooms.CodeNotFound)
	mu.Lock()
	ahead = time.Hour + time.Second
	mu.Unlock()
	if err := joinAs(s, bob, room); err != nil {
		t.Errorf("after his ban: %v", err)
	}
}

func TestTheLastOwnerStays(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	ctx := context.Background()
	room := private(t, s, "r")
	for what, in := range map[string]rooms.SetMemberInput{
		"leaves":           {Role: rooms.RoleNone},
		"becomes a member": {Role: rooms.RoleMember},
	} {
		in.RoomID, in.UserID = "r", "alice"
		_, err := s.SetMember(ctx, alice, in)
		if e := wantCode(t, "the last owner "+what, err, rooms.CodeConflict); e.Reason != "last_owner" {
			t.Errorf("reason %q", e.Reason)
		}
	}
	setMember(t, s, room, bob, rooms.RoleOwner)
	if _, err := s.SetMember(ctx, alice, rooms.SetMemberInput{RoomID: "r", UserID: "alice"}); err != nil {
		t.Errorf("one of two owners leaves: %v", err)
	}
	wantCode(t, "who has left", joinAs(s, alice, room), rooms.CodeNotFound)
}

// Two owners who lower each other at once: one of them does, through whichever instance.
func TestOfTwoOwnersWhoLowerEachOtherOneIs(t *testing.T) {
	store := newStore(t)
	a, _ := serve(t, store, rooms.Options{})
	b, _ := serve(t, store, rooms.Options{})
	ctx := context.Background()
	for round := range 20 {
		room := private(t, a, fmt.Sprintf("r%d", round))
		setMember(t, a, room, bob, rooms.RoleOwner)
		errs := make(chan error, 2)
		go func() {
			_, err := a.SetMember(ctx, alice, rooms.SetMemberInput{RoomID: string(room), UserID: "bob", Role: rooms.RoleMember})
			errs <- err
		}()
		go func() {
			_, err := b.SetMember(ctx, bob, rooms.SetMemberInput{RoomID: string(room), UserID: "alice", Role: rooms.RoleMember})
			errs <- err
		}()
		refused := 0
		for range 2 {
			if err := <-errs; err != nil {
				wantCode(t, "the later one", err, rooms.CodeForbidden)
				refused++
			}
		}
		owners, err := store.Members.Members(ctx, room, rooms.MemberQuery{Role: rooms.RoleOwner, Limit: 10})
		if err != nil || len(owners) != 1 || refused != 1 {
			t.Fatalf("round %d: %d owners are left, %d were refused, %v", round, len(owners), refused, err)
		}
	}
}

func TestSetMemberToWhatOneIsAppendsNothing(t *testing.T) {
	store := newStore(t)
	s, _ := serve(t, store, rooms.Options{})
	room := private(t, s, "r")
	first := setMember(t, s, room, bob, rooms.RoleMember)
	if again := setMember(t, s, room, bob, rooms.RoleMember); again != first {
		t.Errorf("again: seq %d, want %d", again, first)
	}
	name := "The room r"
	if _, err := s.UpdateRoom(context.Background(), alice, rooms.UpdateRoomInput{RoomID: "r", Name: &name}); err != nil {
		t.Fatal(err)
	}
	if events := stored(t, store, room); len(events) != 2 {
		t.Errorf("the log holds %d events, want 2", len(events))
	}
}

func TestReadOnlyArchivedAndSlow(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	ctx := context.Background()
	room := private(t, s, "r")
	setMember(t, s, room, bob, rooms.RoleMember)
	setMember(t, s, room, carol, rooms.RoleModerator)
	yes, no, minute := true, false, time.Minute
	set := func(in rooms.UpdateRoomInput) {
		t.Helper()
		in.RoomID = "r"
		if _, err := s.UpdateRoom(ctx, alice, in); err != nil {
			t.Fatal(err)
		}
	}
	set(rooms.UpdateRoomInput{ReadOnly: &yes})
	if e := wantCode(t, "a member in a read-only room", sendAs(s, bob, room, "x"), rooms.CodeForbidden); e.Reason != "read_only" {
		t.Errorf("reason %q", e.Reason)
	}
	if err := sendAs(s, carol, room, "x"); err != nil {
		t.Errorf("a moderator in a read-only room: %v", err)
	}
	set(rooms.UpdateRoomInput{ReadOnly: &no, Archived: &yes})
	for _, user := range []auth.User{alice, bob, carol, admin} {
		if e := wantCode(t, "in an archived room", sendAs(s, user, room, "x"), rooms.CodeForbidden); e.Reason != "archived" {
			t.Errorf("reason %q", e.Reason)
		}
	}
	if _, err := s.History(ctx, bob, rooms.HistoryInput{RoomID: "r"}); err != nil {
		t.Errorf("an archived room is not read: %v", err)
	}
	set(rooms.UpdateRoomInput{Archived: &no, SlowMode: &minute})
	first := rooms.SendInput{RoomID: "r", Text: "one", ClientID: "c1"}
	if _, err := s.SendWait(ctx, bob, first); err != nil {
		t.Fatal(err)
	}
	if sent, err := s.SendWait(ctx, bob, first); err != nil || !sent.Duplicate {
		t.Errorf("the same again in slow mode: %+v, %v", sent, err)
	}
	if e := wantCode(t, "another in slow mode", sendAs(s, bob, room, "two"), rooms.CodeRateLimited); e.RetryAfter <= 0 || e.RetryAfter > minute {
		t.Errorf("retry after %s", e.RetryAfter)
	}
	for range 2 {
		if err := sendAs(s, carol, room, "x"); err != nil {
			t.Errorf("a moderator in slow mode: %v", err)
		}
	}
}

// Slow mode holds over instances, also through one that has just started.
func TestSlowModeHoldsOverInstances(t *testing.T) {
	store := newStore(t)
	a, _ := serve(t, store, rooms.Options{})
	room := private(t, a, "r")
	setMember(t, a, room, bob, rooms.RoleMember)
	minute := time.Minute
	if _, err := a.UpdateRoom(context.Background(), alice, rooms.UpdateRoomInput{RoomID: "r", SlowMode: &minute}); err != nil {
		t.Fatal(err)
	}
	if err := sendAs(a, bob, room, "one"); err != nil {
		t.Fatal(err)
	}
	b, _ := serve(t, store, rooms.Options{})
	wantCode(t, "another through another", sendAs(b, bob, room, "two"), rooms.CodeRateLimited)
	if err := sendAs(b, carol, room, "x"); rooms.AsError(err) == nil || rooms.AsError(err).Code != rooms.CodeNotFound {
		t.Errorf("who is no member: %v", err)
	}
}
