package archive

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/hooks"
)

// newScope says what belongs to a room. Who was taken out of it does not.
func newScope(room rooms.RoomID, members map[auth.UserID]rooms.Member) *scope {
	of := &scope{room: room, people: map[auth.UserID]bool{}, webhooks: map[string]bool{}}
	for user, m := range members {
		of.people[user] = !m.Removed && m.BannedUntil.IsZero()
	}
	return of
}

// kinds writes the things of all kinds.
func (x *exporter) kinds(ctx context.Context) error {
	for _, k := range kinds() {
		err := k.each(ctx, x.store, func(thing any) error {
			if x.scope != nil && !k.belongs(thing, x.scope) {
				return nil
			}
			thing, err := x.fit(ctx, thing)
			if err != nil || thing == nil {
				return err
			}
			value, err := k.line(thing)
			if err != nil {
				return err
			}
			*k.count(&x.counts)++
			return x.write(map[string]any{k.member(): value})
		}, func() { x.options.Progress(x.counts) })
		if err != nil {
			return err
		}
	}
	return nil
}

// fit makes a thing one of the log that the archive has; nil: it is not in it. Beside
// instances that serve it was read later than the log.
func (x *exporter) fit(ctx context.Context, thing any) (any, error) {
	switch t := thing.(type) {
	case hooks.Cursor:
		last, there := x.last[t.Room]
		if !there {
			return nil, nil // the room came later: its cursor begins with it
		}
		// What follows in the archive's log must not be taken for delivered.
		t.Seq = min(t.Seq, max(last, 0))
		return t, nil
	case rooms.Report:
		if x.beyond(t.RoomID, t.Seq) {
			return nil, nil
		}
	case rooms.Thread:
		if x.beyond(t.RoomID, t.Seq) {
			return nil, nil
		}
		if last, there := x.last[t.RoomID]; there {
			t.ReadSeq = min(t.ReadSeq, max(last, 0))
		}
		return t, nil
	case rooms.Notification:
		if room, seq := messageOf(&t); x.beyond(room, seq) {
			return nil, nil
		}
	case rooms.File:
		if x.beyond(t.RoomID, t.Seq) {
			t.Seq = 0
		}
		return x.content(ctx, t)
	}
	return thing, nil
}

// beyond says whether a message came after the archive's log: there its number will be another's.
func (x *exporter) beyond(room rooms.RoomID, seq int64) bool {
	last, there := x.last[room]
	return there && seq > max(last, 0)
}

// messageOf is the message that a notification tells of; 0: of none.
func messageOf(n *rooms.Notification) (rooms.RoomID, int64) {
	var of struct {
		RoomID rooms.RoomID `json:"roomId"`
		Seq    int64        `json:"seq"`
	}
	if !slices.Contains(rooms.MessageKinds(), n.Kind) || json.Unmarshal(n.Fields, &of) != nil {
		return "", 0
	}
	return of.RoomID, of.Seq
}

// content copies the content of a file and its thumbnail to the folder, if there is one.
func (x *exporter) content(ctx context.Context, f rooms.File) (any, error) {
	if x.options.Files == "" {
		return f, nil
	}
	wrote, err := copyOut(ctx, x.store.Rooms.Blobs, f, x.options.Files)
	if err == nil {
		if wrote {
			x.counts.Contents++
			x.options.Progress(x.counts)
		}
		return f, nil
	}
	if !errors.Is(err, errNoContent) {
		return nil, err
	}
	now, err := x.store.Rooms.Files.Files(ctx, rooms.FileQuery{IDs: []rooms.FileID{f.ID}})
	if err != nil {
		return nil, err
	}
	if len(now) == 0 || !now[0].Stored {
		return nil, nil // removed meanwhile
	}
	x.counts.Lacking++
	return f, nil
}
