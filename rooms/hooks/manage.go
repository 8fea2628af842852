package hooks

import (
	"cmp"
	"context"
	"crypto/rand"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// maxHooks bounds the hooks of one room, and those of all rooms.
const maxHooks = 20

// HookInput makes a hook.
type HookInput struct {
	URL    string
	Room   string   // empty: all rooms but direct ones; admins only
	Events []string // nil: all
}

// Create makes a hook and the secret that it signs with, which is told only here. It is told of what is said from now on.
// A room's owners may, and admins for all rooms. Errors: BAD_REQUEST, NOT_FOUND, FORBIDDEN, CONFLICT, UNAVAILABLE.
func (o *Outgoing) Create(ctx context.Context, user auth.User, in HookInput) (Hook, string, error) {
	if err := manages(ctx, o.chat, user, in.Room); err != nil {
		return Hook{}, "", err
	}
	if err := checkURL(in.URL, o.guard); err != nil {
		return Hook{}, "", err
	}
	events, err := checkEvents(in.Events)
	if err != nil {
		return Hook{}, "", err
	}
	there, err := o.of(ctx, rooms.RoomID(in.Room), "", maxHooks)
	if err != nil {
		return Hook{}, "", err
	}
	if len(there) >= maxHooks {
		return Hook{}, "", rooms.E(rooms.CodeConflict, "there are %d already, the most there may be: remove one first", maxHooks)
	}
	h := Hook{
		ID: "w_" + rand.Text(), URL: in.URL, Room: rooms.RoomID(in.Room), Events: events, CreatedBy: user.ID,
		CreatedAt: o.options.Now().UTC().Truncate(time.Millisecond),
	}
	secret := newSecret()
	h.Sealed = o.vault.seal(h.ID, secret)
	if err := o.begin(ctx, h); err != nil {
		return Hook{}, "", err
	}
	if err := o.store.CreateHook(ctx, h); err != nil {
		return Hook{}, "", err
	}
	o.chat.Auditor().Note(ctx, hookEntry(user, "create_webhook", &h))
	o.look()
	return h, secret, nil
}

// begin sets the hook's cursors to where the logs end. A room that is made later begins at its first event.
func (o *Outgoing) begin(ctx context.Context, h Hook) error {
	if h.Room != "" {
		return o.beginIn(ctx, h, []rooms.RoomID{h.Room})
	}
	for after := rooms.RoomID(""); ; {
		list, next, err := o.chat.Logs(ctx, after, roomsPage)
		if err == nil && len(list) > 0 {
			err = o.beginIn(ctx, h, list)
		}
		if err != nil || next == "" {
			return err
		}
		after = next
	}
}

func (o *Outgoing) beginIn(ctx context.Context, h Hook, list []rooms.RoomID) error {
	ends, err := o.chat.LogEnds(ctx, list)
	if err != nil {
		return err
	}
	cursors := make([]Cursor, len(list))
	for i, room := range list {
		cursors[i] = Cursor{Hook: h.ID, Room: room, Seq: ends[room]}
	}
	return o.cursors.PutCursors(ctx, cursors)
}

// of gives hooks of a room, or those of all rooms.
func (o *Outgoing) of(ctx context.Context, room rooms.RoomID, after string, limit int) ([]Hook, error) {
	if room != "" {
		return o.store.Hooks(ctx, HookQuery{Room: room, After: after, Limit: limit})
	}
	var found []Hook
	for len(found) < limit {
		page, err := o.store.Hooks(ctx, HookQuery{After: after, Limit: hooksPage})
		if err != nil {
			return nil, err
		}
		for i := range page {
			if after = page[i].ID; page[i].Room == "" && len(found) < limit {
				found = append(found, page[i])
			}
		}
		if len(page) < hooksPage {
			break
		}
	}
	return found, nil
}

// List gives the hooks of a room to its owners, those of all rooms (room empty) to admins: at most maxHooks, all of them.
// Errors: BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (o *Outgoing) List(ctx context.Context, user auth.User, room string) ([]Hook, error) {
	if err := manages(ctx, o.chat, user, room); err != nil {
		return nil, err
	}
	return o.of(ctx, rooms.RoomID(room), "", maxHooks)
}

// Remove removes a hook; a delivery that is under way may still arrive. Errors: NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (o *Outgoing) Remove(ctx context.Context, user auth.User, room, id string) error {
	h, err := o.find(ctx, user, room, id)
	if err != nil {
		return err
	}
	if err := o.store.RemoveHook(ctx, id); err != nil {
		return err
	}
	o.chat.Auditor().Note(ctx, hookEntry(user, "remove_webhook", &h))
	o.look()
	return nil
}

// SetCursor has a hook go on behind a number of a room's log, and ends its failure. in is where, for a hook of all rooms; a
// room's own may leave it out. Errors: BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (o *Outgoing) SetCursor(ctx context.Context, user auth.User, room, id, in string, seq int64) error {
	h, err := o.find(ctx, user, room, id)
	if err != nil {
		return err
	}
	where, err := rooms.ParseRoomID(cmp.Or(in, string(h.Room)))
	if err != nil {
		return err
	}
	if !h.covers(where) {
		return rooms.BadField("roomId", "must be a room that the webhook is for")
	}
	ends, err := o.chat.LogEnds(ctx, []rooms.RoomID{where})
	if err != nil {
		return err
	}
	if seq > ends[where] {
		return rooms.BadField("seq", "must be at most %d, where the room's log ends", ends[where])
	}
	if err := o.cursors.SetCursor(ctx, id, where, seq); err != nil {
		return err
	}
	o.chat.Auditor().Note(ctx, cursorEntry(user, &h, where, seq))
	o.look()
	return nil
}

// Cursors gives at most limit (0: 50; at most 100) of a hook's cursors in rooms with a greater id, and whether there are more.
// Errors: BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (o *Outgoing) Cursors(ctx context.Context, user auth.User, room, id, after string, limit int) ([]Cursor, bool, error) {
	if limit < 0 || limit > pageMost {
		return nil, false, rooms.BadField("limit", "must be from 1 to %d", pageMost)
	}
	if _, err := o.find(ctx, user, room, id); err != nil {
		return nil, false, err
	}
	limit = cmp.Or(limit, pageDefault)
	list, err := o.cursors.Cursors(ctx, id, rooms.RoomID(after), limit+1)
	if err != nil {
		return nil, false, err
	}
	return list[:min(len(list), limit)], len(list) > limit, nil
}

// find gives a hook of a room, or of all rooms, to who manages it.
func (o *Outgoing) find(ctx context.Context, user auth.User, room, id string) (Hook, error) {
	if err := manages(ctx, o.chat, user, room); err != nil {
		return Hook{}, err
	}
	h, err := o.store.Hook(ctx, id)
	if err == nil && h.Room != rooms.RoomID(room) {
		err = rooms.E(rooms.CodeNotFound, "no such webhook")
	}
	return h, err
}

// look has the hooks read again now.
func (o *Outgoing) look() {
	select {
	case o.reload <- struct{}{}:
	default:
	}
}
