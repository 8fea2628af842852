package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"

	"roomstream/auth"
	"roomstream/rooms"
)

// page bounds one read of a room, listed one of rooms and accounts.
var page = rooms.Page{Events: 1000, Bytes: 4 << 20}

const listed = 500

// ExportOptions say what to write.
type ExportOptions struct {
	// Room: only this one, with what belongs to it: its invitations, hooks and their cursors,
	// its bots (those that are good there alone), reports, audit log and files, and the
	// profiles of those who are in it or have read it. Empty: everything.
	Room rooms.RoomID
	// Files is a folder for the contents of files; empty: none are written.
	Files    string
	Progress func(Counts) // nil: nobody wants to know
}

// Export writes the log from its fences on and what is kept beside it, or one room of it; a
// single room goes without accounts and notifications. What it holds is as secret as the
// store: password hashes, hashes of keys and invitations, and webhooks' sealed secrets are in
// it. A gap in a log is an error: rebuild repairs it.
func Export(ctx context.Context, s Store, w io.Writer, o ExportOptions) (Counts, error) {
	x := &exporter{store: s, w: w, sum: sha256.New(), options: o, last: map[rooms.RoomID]int64{}}
	if x.options.Progress == nil {
		x.options.Progress = func(Counts) {}
	}
	logID, err := s.Rooms.Catalog.LogID(ctx)
	if err != nil {
		return x.counts, err
	}
	if err := x.write(line{Header: &header{version, logID}}); err != nil {
		return x.counts, err
	}
	if o.Room != "" {
		err = x.onlyRoom(ctx, o.Room)
	} else {
		err = x.everything(ctx)
	}
	if err != nil {
		return x.counts, err
	}
	if err := x.kinds(ctx); err != nil {
		return x.counts, err
	}
	return x.counts, x.write(line{End: &endLine{x.counts, hex.EncodeToString(x.sum.Sum(nil))}})
}

type exporter struct {
	store   Store
	w       io.Writer
	sum     hash.Hash
	options ExportOptions
	counts  Counts
	scope   *scope                 // nil: everything
	last    map[rooms.RoomID]int64 // each room's last seq in the archive
}

func (x *exporter) write(l any) error {
	b, err := encode(l)
	if err != nil {
		return err
	}
	x.sum.Write(b)
	_, err = x.w.Write(b)
	return err
}

func (x *exporter) onlyRoom(ctx context.Context, id rooms.RoomID) error {
	room, err := x.store.Rooms.Catalog.Room(ctx, id)
	if err != nil && rooms.AsError(err).Code == rooms.CodeNotFound {
		newest, logErr := x.store.Rooms.Log.Newest(ctx, []rooms.RoomID{id}, 1)
		if logErr != nil || len(newest[id]) > 0 {
			err = logErr
		}
		if err == nil {
			room, err = unlisted(ctx, x.store.Rooms, id)
		}
	}
	if err != nil {
		return fmt.Errorf("room %s: %w", id, err)
	}
	return x.room(ctx, room)
}

func (x *exporter) everything(ctx context.Context) error {
	err := eachRoom(ctx, x.store.Rooms, func(room rooms.Room, _ bool) error { return x.room(ctx, room) })
	if err != nil {
		return err
	}
	var after string
	for {
		accounts, err := x.store.Accounts.Accounts(ctx, after, listed)
		if err != nil || len(accounts) == 0 {
			return err
		}
		for _, a := range accounts {
			if err := x.write(line{Account: accountToLine(a)}); err != nil {
				return err
			}
			x.counts.Accounts++
		}
		after = accounts[len(accounts)-1].Name
	}
}

// room writes a room. Its members are read before its events: what they become meanwhile is
// among those.
func (x *exporter) room(ctx context.Context, room rooms.Room) error {
	members, err := allMembers(ctx, x.store.Rooms.Members, room.ID)
	if err != nil {
		return err
	}
	if err := x.write(line{Room: roomToLine(room)}); err != nil {
		return err
	}
	x.counts.Rooms++
	x.last[room.ID] = room.MinSeq - 1
	err = eachEvent(ctx, x.store.Rooms.Log, room, func(e *rooms.Event, want int64) error {
		switch {
		case e.Seq > want:
			return fmt.Errorf("room %s: seq %d is missing: `roomstream rebuild` fills it", room.ID, want)
		case e.Seq < want:
			return fmt.Errorf("room %s: seq %d stands twice: see `roomstream verify`", room.ID, e.Seq)
		}
		x.counts.Events++
		x.last[room.ID] = e.Seq
		return x.write(line{Event: eventToLine(e)})
	}, func() { x.options.Progress(x.counts) })
	if err != nil {
		return err
	}
	if x.options.Room != "" {
		x.scope = newScope(room.ID, members)
	}
	for _, m := range byUser(members) {
		l := memberToLine(m, max(room.MinSeq, 1))
		if l == nil {
			continue
		}
		if err := x.write(line{Member: l}); err != nil {
			return err
		}
		x.counts.Members++
	}
	return nil
}

// eachRoom gives all rooms, ascending by id: those of the catalog, and as they would be
// made those that only the log knows.
func eachRoom(ctx context.Context, s rooms.Store, do func(room rooms.Room, known bool) error) error {
	catalog := rooms.RoomID("")
	var known []rooms.Room
	var found []rooms.RoomID
	next := rooms.RoomID("")
	for {
		if len(known) == 0 {
			list, err := s.Catalog.Rooms(ctx, catalog, listed)
			if err != nil {
				return err
			}
			if known = list; len(list) > 0 {
				catalog = list[len(list)-1].ID
			}
		}
		if len(found) == 0 {
			list, err := s.Archive.LogRooms(ctx, next, listed)
			if err != nil {
				return err
			}
			if found = list; len(list) > 0 {
				next = list[len(list)-1]
			}
		}
		switch {
		case len(known) == 0 && len(found) == 0:
			return nil
		case len(found) == 0 || len(known) > 0 && known[0].ID <= found[0]:
			if len(found) > 0 && known[0].ID == found[0] {
				found = found[1:]
			}
			room, err := s.Catalog.Room(ctx, known[0].ID) // as it is now: it may have been trimmed since it was listed
			if err != nil {
				return err
			}
			known = known[1:]
			if err := do(room, true); err != nil {
				return err
			}
		default:
			room, err := unlisted(ctx, s, found[0])
			if err != nil {
				return err
			}
			found = found[1:]
			catalog = max(catalog, room.ID) // do may put it there
			if err := do(room, false); err != nil {
				return err
			}
		}
	}
}

// unlisted is a room that only the log knows, as it would have been made. Where its log
// begins later than at 1 the rest was trimmed. One that has members is made private, or
// direct where its id says so: who may read it is not known, so the public may not. Only
// what begins with a message was made by it, and those rooms are public.
func unlisted(ctx context.Context, s rooms.Store, id rooms.RoomID) (rooms.Room, error) {
	if _, err := rooms.ParseRoomID(string(id)); err != nil {
		return rooms.Room{}, fmt.Errorf("the log holds events of %q, which is no room: %w", id, err)
	}
	first, err := s.Log.Since(ctx, id, 0, rooms.Page{Events: 1})
	if err != nil {
		return rooms.Room{}, err
	}
	room := rooms.Room{ID: id, Name: string(id), Type: rooms.TypePublic}
	if len(first) == 0 {
		return room, nil
	}
	if room.CreatedAt = first[0].Timestamp; first[0].Seq > 1 {
		room.MinSeq = first[0].Seq
	}
	made := newState()
	err = eachEvent(ctx, s.Log, room, func(e *rooms.Event, _ int64) error {
		made.apply(e)
		return nil
	}, func() {})
	if err != nil {
		return rooms.Room{}, err
	}
	made.over(&room)
	members := byUser(made.members)
	switch {
	case first[0].Seq == 1 && first[0].Type == rooms.TypeMessage:
	case strings.HasPrefix(string(id), directPrefix) && len(members) > 0:
		room.Type = rooms.TypeDirect
		room.Direct = [2]auth.UserID{members[0].UserID, members[len(members)-1].UserID}
	case len(members) > 0:
		room.Type = rooms.TypePrivate
	}
	return room, nil
}

// directPrefix begins the ids of direct rooms, as the protocol says.
const directPrefix = "dm:"

// eachEvent gives a room's events from its fence on, up to the last one there was when it
// began, with the number that should come; paged is called between reads.
func eachEvent(ctx context.Context, log rooms.Log, room rooms.Room, do func(e *rooms.Event, want int64) error, paged func()) error {
	newest, err := log.Newest(ctx, []rooms.RoomID{room.ID}, 1)
	if err != nil || len(newest[room.ID]) == 0 {
		return err
	}
	last := newest[room.ID][0].Seq
	want := max(room.MinSeq, 1)
	for want <= last {
		events, err := log.Since(ctx, room.ID, want-1, page)
		if err != nil || len(events) == 0 {
			return err
		}
		for i := range events {
			if events[i].Seq > last {
				return nil
			}
			if err := do(&events[i], want); err != nil {
				return err
			}
			want = events[i].Seq + 1
		}
		paged()
	}
	return nil
}
