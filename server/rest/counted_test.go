package rest_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/embedded"
)

// reads are the calls of a store's methods, in their order.
type reads struct {
	mu    sync.Mutex
	calls []string
}

func (r *reads) note(call string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, call)
}

// take gives the calls since it was asked last.
func (r *reads) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.calls
	r.calls = nil
	return taken
}

// openCounted opens an embedded store whose reads of what a room is, and of what is in it, are noted.
func openCounted(t *testing.T) (rooms.Store, *reads) {
	t.Helper()
	opened, err := embedded.Open(embedded.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close(context.Background()) })
	store, noted := opened.Rooms(), &reads{}
	store.Catalog = countedCatalog{store.Catalog, noted}
	store.Members = countedMembers{store.Members, noted}
	store.Inbox = countedInbox{store.Inbox, noted}
	store.Invitations = countedInvitations{store.Invitations, noted}
	store.Log = countedLog{store.Log, noted}
	store.Related = countedRelated{store.Related, noted}
	return store, noted
}

type countedCatalog struct {
	rooms.Catalog
	*reads
}

func (c countedCatalog) Room(ctx context.Context, id rooms.RoomID) (rooms.Room, error) {
	c.note("Catalog.Room")
	return c.Catalog.Room(ctx, id)
}

func (c countedCatalog) Rooms(ctx context.Context, after rooms.RoomID, limit int) ([]rooms.Room, error) {
	c.note("Catalog.Rooms")
	return c.Catalog.Rooms(ctx, after, limit)
}

func (c countedCatalog) Listed(ctx context.Context, q rooms.RoomQuery) ([]rooms.Room, rooms.RoomID, error) {
	c.note("Catalog.Listed")
	return c.Catalog.Listed(ctx, q)
}

// memberStore is rooms.Members under a name that its method Members leaves free.
type memberStore = rooms.Members

type countedMembers struct {
	memberStore
	*reads
}

func (c countedMembers) Member(ctx context.Context, room rooms.RoomID, user auth.UserID) (rooms.Member, error) {
	c.note("Members.Member")
	return c.memberStore.Member(ctx, room, user)
}

func (c countedMembers) Members(ctx context.Context, room rooms.RoomID, q rooms.MemberQuery) ([]rooms.Member, error) {
	c.note("Members.Members")
	return c.memberStore.Members(ctx, room, q)
}

type countedInbox struct {
	rooms.Inbox
	*reads
}

func (c countedInbox) SetAlerts(ctx context.Context, room rooms.RoomID, user auth.UserID, change rooms.AlertsChange) (rooms.Alerts, error) {
	c.note("Inbox.SetAlerts")
	return c.Inbox.SetAlerts(ctx, room, user, change)
}

func (c countedInbox) MarkRead(ctx context.Context, room rooms.RoomID, user auth.UserID, seq int64) (int64, error) {
	c.note("Inbox.MarkRead")
	return c.Inbox.MarkRead(ctx, room, user, seq)
}

func (c countedInbox) Unread(ctx context.Context, room rooms.RoomID, user auth.UserID, after int64, most int) (rooms.Unread, error) {
	c.note("Inbox.Unread")
	return c.Inbox.Unread(ctx, room, user, after, most)
}

func (c countedInbox) Overview(ctx context.Context, user auth.UserID, also []rooms.RoomID, most, limit int) ([]rooms.Overview, error) {
	c.note("Inbox.Overview")
	return c.Inbox.Overview(ctx, user, also, most, limit)
}

func (c countedInbox) Memberships(ctx context.Context, user auth.UserID, limit int) ([]rooms.Member, error) {
	c.note("Inbox.Memberships")
	return c.Inbox.Memberships(ctx, user, limit)
}

func (c countedInbox) Forget(ctx context.Context, room rooms.RoomID, user auth.UserID) error {
	c.note("Inbox.Forget")
	return c.Inbox.Forget(ctx, room, user)
}

// invitationStore is rooms.Invitations under a name that its method Invitations leaves free.
type invitationStore = rooms.Invitations

type countedInvitations struct {
	invitationStore
	*reads
}

func (c countedInvitations) CreateInvitation(ctx context.Context, i rooms.Invitation) error {
	c.note("Invitations.CreateInvitation")
	return c.invitationStore.CreateInvitation(ctx, i)
}

func (c countedInvitations) Invitation(ctx context.Context, hash [32]byte) (rooms.Invitation, error) {
	c.note("Invitations.Invitation")
	return c.invitationStore.Invitation(ctx, hash)
}

func (c countedInvitations) UseInvitation(ctx context.Context, hash [32]byte, user auth.UserID, now time.Time) (rooms.Invitation, error) {
	c.note("Invitations.UseInvitation")
	return c.invitationStore.UseInvitation(ctx, hash, user, now)
}

func (c countedInvitations) Invitations(ctx context.Context, room rooms.RoomID, after string, limit int) ([]rooms.Invitation, error) {
	c.note("Invitations.Invitations")
	return c.invitationStore.Invitations(ctx, room, after, limit)
}

func (c countedInvitations) RemoveInvitation(ctx context.Context, room rooms.RoomID, id string) error {
	c.note("Invitations.RemoveInvitation")
	return c.invitationStore.RemoveInvitation(ctx, room, id)
}

type countedLog struct {
	rooms.Log
	*reads
}

func (c countedLog) Find(ctx context.Context, events []*rooms.Event) ([]rooms.Event, error) {
	c.note("Log.Find")
	return c.Log.Find(ctx, events)
}

func (c countedLog) Since(ctx context.Context, room rooms.RoomID, after int64, page rooms.Page) ([]rooms.Event, error) {
	c.note("Log.Since")
	return c.Log.Since(ctx, room, after, page)
}

func (c countedLog) Before(ctx context.Context, room rooms.RoomID, before int64, page rooms.Page) ([]rooms.Event, error) {
	c.note("Log.Before")
	return c.Log.Before(ctx, room, before, page)
}

func (c countedLog) Newest(ctx context.Context, ids []rooms.RoomID, n int) (map[rooms.RoomID][]rooms.Event, error) {
	c.note("Log.Newest")
	return c.Log.Newest(ctx, ids, n)
}

type countedRelated struct {
	rooms.Related
	*reads
}

func (c countedRelated) Fold(ctx context.Context, room rooms.RoomID, seqs []int64) ([]rooms.Event, error) {
	c.note("Related.Fold")
	return c.Related.Fold(ctx, room, seqs)
}

func (c countedRelated) Concerning(ctx context.Context, room rooms.RoomID, seqs []int64) ([]rooms.Event, error) {
	c.note("Related.Concerning")
	return c.Related.Concerning(ctx, room, seqs)
}

func (c countedRelated) Deleted(ctx context.Context, room rooms.RoomID, seqs []int64) ([]int64, error) {
	c.note("Related.Deleted")
	return c.Related.Deleted(ctx, room, seqs)
}

func (c countedRelated) Thread(ctx context.Context, room rooms.RoomID, parent, after, before int64, newest bool, page rooms.Page) ([]rooms.Event, error) {
	c.note("Related.Thread")
	return c.Related.Thread(ctx, room, parent, after, before, newest, page)
}
