package rooms_test

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// lagging is a second instance on a store whose stream is behind: it knows what it knew.
func lagging(t testing.TB, store rooms.Store) (*rooms.Service, *heldStream) {
	t.Helper()
	held := &heldStream{Stream: store.Stream}
	store.Stream = held
	s, _ := serve(t, store, rooms.Options{})
	return s, held
}

// TestALaggingInstanceTellsNothingBehindARemoval asks for everything that there is of a room from which somebody was
// taken out, through an instance that has not heard of it.
func TestALaggingInstanceTellsNothingBehindARemoval(t *testing.T) {
	store := newStore(t)
	a, _ := serve(t, store, rooms.Options{})
	b, held := lagging(t, store)
	ctx := context.Background()
	people(t, a, map[auth.UserID]string{bob.ID: "Bob", carol.ID: "Carol"})
	for _, room := range []rooms.RoomID{publicRoom(t, a, "open"), private(t, a, "closed")} {
		t.Run(string(room), func(t *testing.T) {
			setMember(t, a, room, carol, rooms.RoleModerator)
			before := setMember(t, a, room, bob, rooms.RoleMember)
			within(t, "the instance knows her", func() bool {
				_, err := b.History(ctx, carol, rooms.HistoryInput{RoomID: string(room)})
				v, _ := b.Room(ctx, alice, string(room))
				return err == nil && v.Room.StateSeq == before
			})
			held.hold()
			gone := setMember(t, a, room, carol, rooms.RoleNone)
			after := send(t, a, string(room), "behind her back", "")
			if after.Seq <= gone {
				t.Fatalf("the message is %d, the removal %d", after.Seq, gone)
			}
			refused := func(what string, err error) {
				t.Helper()
				if err == nil {
					t.Errorf("%s is answered", what)
				} else if code := rooms.AsError(err).Code; code != rooms.CodeNotFound && code != rooms.CodeForbidden {
					t.Errorf("%s: %v", what, err)
				}
			}
			id := string(room)
			_, err := b.History(ctx, carol, rooms.HistoryInput{RoomID: id})
			refused("get_history", err)
			_, err = b.History(ctx, carol, rooms.HistoryInput{RoomID: id, Around: &after.Seq})
			refused("get_history around", err)
			_, _, err = b.ListMembers(ctx, carol, id, "", 0)
			refused("list_members", err)
			_, err = b.MarkRead(ctx, carol, id, rooms.MaxSeq)
			refused("mark_read", err)
			_, _, err = b.Invite(ctx, carol, rooms.InviteInput{RoomID: id})
			refused("create_invitation", err)
			_, _, err = b.ListInvitations(ctx, carol, id, "", 0)
			refused("list_invitations", err)
			_, _, err = b.Reports(ctx, carol, rooms.ReportsInput{RoomID: id})
			refused("reports", err)
			_, _, err = b.AuditLog(ctx, carol, rooms.AuditInput{RoomID: id})
			refused("audit", err)
			_, err = b.Search(ctx, carol, rooms.SearchInput{Query: "back", RoomID: id})
			refused("search", err)
			if found, err := b.Search(ctx, carol, rooms.SearchInput{Query: "back"}); err != nil || len(found.Messages) != 0 {
				t.Errorf("a search of all rooms finds %+v, %v", found.Messages, err)
			}
			if list, _, err := b.ListRooms(ctx, carol, rooms.ListRoomsInput{Query: id}); err != nil || len(list) != 0 {
				t.Errorf("the list holds %+v, %v", list, err)
			}
			if mine, err := b.Mine(ctx, carol); err != nil || len(mine) > 1 {
				t.Errorf("ready tells of %+v, %v", mine, err)
			} else if len(mine) == 1 && mine[0].Room.ID == room {
				t.Errorf("ready tells of the room: %+v", mine[0])
			}
			synced, err := b.Sync(ctx, carol, map[string]int64{id: before})
			if got := synced[id]; err != nil || got.LastSeq > gone || len(got.Events) > 0 && got.Events[len(got.Events)-1].Seq > gone {
				t.Errorf("sync gives %+v, %v", got, err)
			}
			err = b.Join(ctx, carol, id, &before, func(j rooms.Joined) {
				if j.LastSeq >= gone {
					t.Errorf("a join puts her in at %d", j.LastSeq)
				}
			})
			if err != nil {
				refused("join_room", err)
			}
			if err := sendAs(b, alice, room, "@carol, are you there?"); err != nil {
				t.Fatal(err)
			}
			if err := sendAs(b, alice, room, "@bob, are you?"); err != nil {
				t.Fatal(err)
			}
			held.release() // the notifications are made by whichever instance sent the message, or owns the room
			within(t, "bob is notified", func() bool {
				page, err := a.Notifications(ctx, bob, rooms.NotificationsInput{})
				return err == nil && slices.ContainsFunc(page.Notifications, func(n rooms.Notification) bool {
					return n.Kind == rooms.KindMention && strings.Contains(string(n.Fields), `"roomId":"`+id+`"`)
				})
			})
			page, err := a.Notifications(ctx, carol, rooms.NotificationsInput{})
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range page.Notifications {
				if n.Kind == rooms.KindMention {
					t.Errorf("carol is notified: %s", n.Fields)
				}
			}
		})
	}
}

// gatedMembers holds the lists of members back that were read, until the gate opens.
type gatedMembers struct {
	rooms.Members
	mu    sync.Mutex
	gate  chan struct{}
	waits chan struct{}
}

// TestMembersThatWereReadBeforeABanLetNobodyInBehindIt has somebody who was banned come while what all members are is
// still being read for another.
func TestMembersThatWereReadBeforeABanLetNobodyInBehindIt(t *testing.T) {
	for i := range 10 {
		t.Run(fmt.Sprint(i), func(t *testing.T) { joinWhileMembersAreRead(t) })
	}
}

type listedMembers struct{ *gatedMembers }

func (l listedMembers) Members(ctx context.Context, room rooms.RoomID, q rooms.MemberQuery) ([]rooms.Member, error) {
	found, err := l.gatedMembers.Members.Members(ctx, room, q)
	l.mu.Lock()
	gate := l.gate
	l.gate = nil
	l.mu.Unlock()
	if gate != nil {
		close(l.waits)
		<-gate
	}
	return found, err
}

func joinWhileMembersAreRead(t *testing.T) {
	store := newStore(t)
	a, _ := serve(t, store, rooms.Options{})
	members := &gatedMembers{Members: store.Members, waits: make(chan struct{})}
	behind := store
	behind.Members = listedMembers{members}
	b, held := lagging(t, behind)
	room := publicRoom(t, a, "open")
	held.hold()
	gate := make(chan struct{})
	members.mu.Lock()
	members.gate = gate
	members.mu.Unlock()
	var others sync.WaitGroup
	others.Go(func() { _ = joinAs(b, bob, room) })
	<-members.waits
	if _, err := a.SetMember(t.Context(), alice, rooms.SetMemberInput{RoomID: string(room), UserID: "carol", BannedUntil: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	for range 8 {
		others.Go(func() {
			err := b.Join(context.Background(), carol, string(room), nil, func(j rooms.Joined) {
				t.Errorf("she joins at %d by what was read before her ban", j.LastSeq)
			})
			if err == nil || rooms.AsError(err).Code != rooms.CodeForbidden {
				t.Errorf("the join: %v", err)
			}
		})
	}
	within(t, "she waits for what all members are", func() bool {
		stacks := make([]byte, 1<<20)
		return bytes.Count(stacks[:runtime.Stack(stacks, true)], []byte("(*rosters).load(")) >= 5
	})
	close(gate)
	others.Wait()
	held.release()
}

// release tells what is held back, and holds nothing any more.
func (h *heldStream) release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.held = false
	h.sink.Arrived(h.queue)
	h.queue = nil
}
