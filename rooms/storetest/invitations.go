package storetest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// invitationTo makes an invitation whose token is its id.
func invitationTo(room rooms.RoomID, id string) rooms.Invitation {
	return rooms.Invitation{
		ID: id, Hash: sha256.Sum256([]byte(string(room) + " " + id)), RoomID: room, Role: rooms.RoleMember, CreatedBy: "ann", CreatedAt: now(),
	}
}

func mustInvite(t *testing.T, o Opened, i rooms.Invitation) rooms.Invitation {
	t.Helper()
	if err := o.Store.Invitations.CreateInvitation(waiting(t), i); err != nil {
		t.Fatalf("create invitation: %v", err)
	}
	return i
}

func wantCode(t *testing.T, what string, err error, want rooms.Code) {
	t.Helper()
	var e *rooms.Error
	if !errors.As(err, &e) || e.Code != want {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}

// sameInvitation compares without regard to whether nobody is nil or empty.
func sameInvitation(a, b rooms.Invitation) bool {
	if !slices.Equal(a.UsedBy, b.UsedBy) {
		return false
	}
	a.UsedBy, b.UsedBy = nil, nil
	return reflect.DeepEqual(a, b)
}

func invitationsAreKept(t *testing.T, o Opened) {
	all := []rooms.Invitation{invitationTo("club", "1"), invitationTo("club", "A"), invitationTo("club", "a-b"), invitationTo("club", "ab")}
	all[1].ExpiresAt, all[1].MaxUses, all[1].Role, all[1].Right = now().Add(time.Hour), 5, rooms.RoleReader, rooms.RightClaim
	for _, i := range []int{2, 0, 3, 1} {
		mustInvite(t, o, all[i])
	}
	mustInvite(t, o, invitationTo("clu", "1"))
	mustInvite(t, o, invitationTo("club.", "1"))
	again := all[0]
	again.ID = "other" // with the hash of one that is there
	if err := o.Store.Invitations.CreateInvitation(waiting(t), again); err == nil {
		t.Error("two invitations have one token")
	}
	o = o.Reopen(t)
	check := func(after string, limit int, want ...rooms.Invitation) {
		t.Helper()
		got, err := o.Store.Invitations.Invitations(waiting(t), "club", after, limit)
		if err != nil || !slices.EqualFunc(got, want, sameInvitation) {
			t.Errorf("invitations after %q:\n got %+v, %v\nwant %+v", after, got, err, want)
		}
	}
	check("", 10, all...)
	check("", 2, all[:2]...)
	check("1", 1, all[1])
	check("B", 10, all[2:]...)
	check("ab", 10)
	for _, i := range all {
		if got, err := o.Store.Invitations.Invitation(waiting(t), i.Hash); err != nil || !sameInvitation(got, i) {
			t.Errorf("one alone:\n got %+v, %v\nwant %+v", got, err, i)
		}
	}
	_, err := o.Store.Invitations.Invitation(waiting(t), [32]byte{1})
	wantCode(t, "one that never was", err, rooms.CodeNotFound)

	for _, wrong := range []struct {
		room rooms.RoomID
		id   string
	}{{"club", "2"}, {"clu", "A"}, {"nowhere", "1"}} {
		wantCode(t, "remove what is not there", o.Store.Invitations.RemoveInvitation(waiting(t), wrong.room, wrong.id), rooms.CodeNotFound)
	}
	if err := o.Store.Invitations.RemoveInvitation(waiting(t), "club", "A"); err != nil {
		t.Fatal(err)
	}
	check("", 10, all[0], all[2], all[3])
	wantCode(t, "remove again", o.Store.Invitations.RemoveInvitation(waiting(t), "club", "A"), rooms.CodeNotFound)
	_, err = o.Store.Invitations.UseInvitation(waiting(t), all[1].Hash, "bob", now())
	wantCode(t, "use one that was removed", err, rooms.CodeNotFound)
	wantNoFaults(t, o)
}

func invitationsAreUsed(t *testing.T, o Opened) {
	use := func(i rooms.Invitation, user auth.UserID, at time.Time) (rooms.Invitation, error) {
		return o.Store.Invitations.UseInvitation(waiting(t), i.Hash, user, at)
	}
	mustUse := func(i rooms.Invitation, user auth.UserID, usedBy ...auth.UserID) {
		t.Helper()
		got, err := use(i, user, now())
		i.UsedBy = usedBy
		if err != nil || !sameInvitation(got, i) {
			t.Errorf("used by %s:\n got %+v, %v\nwant %+v", user, got, err, i)
		}
	}
	open := mustInvite(t, o, invitationTo("club", "open"))
	mustUse(open, "bob", "bob")
	mustUse(open, "carl", "bob", "carl")
	mustUse(open, "bob", "bob", "carl")

	full := invitationTo("club", "full") // without a bound of its own
	for i := range rooms.MaxInviteUses {
		full.UsedBy = append(full.UsedBy, auth.UserID(fmt.Sprint("u", i)))
	}
	mustInvite(t, o, full)
	mustUse(full, "u7", full.UsedBy...)
	_, err := use(full, "bob", now())
	wantCode(t, "one more than is remembered", err, rooms.CodeGone)

	two := invitationTo("club", "two")
	two.MaxUses = 2
	mustInvite(t, o, two)
	awkward := auth.UserID("$a.b\"")
	mustUse(two, awkward, awkward)
	mustUse(two, awkward, awkward)
	mustUse(two, "bob", awkward, "bob")
	_, err = use(two, "carl", now())
	wantCode(t, "a third", err, rooms.CodeGone)
	mustUse(two, "bob", awkward, "bob")

	short := invitationTo("club", "short")
	short.ExpiresAt = now().Add(time.Hour)
	mustInvite(t, o, short)
	mustUse(short, "bob", "bob")
	for _, at := range []time.Time{short.ExpiresAt, short.ExpiresAt.Add(time.Second)} {
		_, err := use(short, "carl", at)
		wantCode(t, "after its end", err, rooms.CodeGone)
		_, err = use(short, "bob", at)
		wantCode(t, "after its end, used before", err, rooms.CodeGone)
	}
	if _, err := use(short, "carl", short.ExpiresAt.Add(-time.Millisecond)); err != nil {
		t.Errorf("just before its end: %v", err)
	}
	_, err = use(invitationTo("club", "none"), "bob", now())
	wantCode(t, "none of this token", err, rooms.CodeNotFound)
}

// invitationsAreErased erases somebody who made some and used others.
func invitationsAreErased(t *testing.T, o Opened) {
	his := mustInvite(t, o, invitationTo("club", "his")) // by ann
	other := invitationTo("club", "other")
	other.CreatedBy, other.MaxUses = "bob", 2
	mustInvite(t, o, other)
	for _, user := range []auth.UserID{"ann", "carl"} {
		if _, err := o.Store.Invitations.UseInvitation(waiting(t), other.Hash, user, now()); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // it may be repeated
		if err := o.Store.Eraser.EraseInvitations(waiting(t), "ann"); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.Store.Eraser.EraseInvitations(waiting(t), "an"); err != nil {
		t.Fatal(err)
	}
	o = o.Reopen(t)
	_, err := o.Store.Invitations.Invitation(waiting(t), his.Hash)
	wantCode(t, "his own", err, rooms.CodeNotFound)
	left, err := o.Store.Invitations.Invitations(waiting(t), "club", "", 10)
	if err != nil || len(left) != 1 || left[0].ID != other.ID || len(left[0].UsedBy) != 2 || left[0].UsedBy[1] != "carl" || left[0].UsedBy[0] == "ann" {
		t.Errorf("left are %+v, %v", left, err)
	}
	if len(left) > 0 && auth.CheckUserID(string(left[0].UsedBy[0])) == nil {
		t.Errorf("%q may be somebody", left[0].UsedBy[0])
	}
	_, err = o.Store.Invitations.UseInvitation(waiting(t), other.Hash, "eve", now())
	wantCode(t, "the use stays counted", err, rooms.CodeGone)
	wantNoFaults(t, o)
}

// invitationsRace has more users come at once than an invitation lets in.
func invitationsRace(t *testing.T, o Opened) {
	instances := []Opened{o, o.Another(t)}
	const users, uses = 12, 5
	i := invitationTo("club", "few")
	i.MaxUses = uses
	mustInvite(t, o, i)
	in := make(chan auth.UserID, 2*users)
	var all sync.WaitGroup
	for k := range 2 * users { // each twice
		all.Go(func() {
			user := auth.UserID(fmt.Sprintf("user%d", k/2))
			_, err := instances[k%2].Store.Invitations.UseInvitation(waiting(t), i.Hash, user, now())
			if err == nil {
				in <- user
				return
			}
			wantCode(t, "one too many", err, rooms.CodeGone)
		})
	}
	all.Wait()
	close(in)
	got := map[auth.UserID]int{}
	for user := range in {
		got[user]++
	}
	if len(got) != uses {
		t.Errorf("%d users came in: %v, want %d", len(got), got, uses)
	}
	for user, times := range got {
		if times != 2 {
			t.Errorf("%s came in %d times of 2", user, times)
		}
	}
	stored, err := o.Store.Invitations.Invitations(waiting(t), "club", "", 10)
	if err != nil || len(stored) != 1 || len(stored[0].UsedBy) != uses {
		t.Errorf("stored is %+v, %v", stored, err)
	}
}
