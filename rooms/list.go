package rooms

import (
	"context"

	"golang.org/x/sync/errgroup"

	"roomstream/auth"
)

const (
	// lastPage bounds how far back the newest message of a room is looked for: who
	// reacted two hundred times to older ones has made the room's newest one unimportant.
	lastPage = 200
	// lastReads bounds the rooms that are read at once for theirs.
	lastReads = 8
)

// ListRooms returns at most limit (0: 50; at most 100) rooms with id > after,
// ascending, each with its newest event, and whether there are more.
func (s *Service) ListRooms(ctx context.Context, _ auth.User, after string, limit int) ([]Summary, bool, error) {
	limit, err := pageLimit(limit)
	if err != nil {
		return nil, false, err
	}
	if after != "" {
		if _, err := ParseRoomID(after); err != nil {
			return nil, false, BadField("after", "must be the id of a room")
		}
	}
	rooms, err := s.store.Catalog.Rooms(ctx, RoomID(after), limit+1)
	if err != nil {
		return nil, false, notStored(err)
	}
	more := len(rooms) > limit
	rooms = rooms[:min(len(rooms), limit)]
	ids := make([]RoomID, len(rooms))
	for i := range rooms {
		ids[i] = rooms[i].ID
	}
	newest, err := s.store.Log.Newest(ctx, ids, 1)
	if err != nil {
		return nil, false, notStored(err)
	}
	summaries := make([]Summary, len(rooms))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(lastReads)
	for i, room := range rooms {
		summaries[i] = Summary{Room: room, LastSeq: max(room.MinSeq-1, 0)}
		events := newest[room.ID]
		if len(events) == 0 {
			continue
		}
		summaries[i].LastSeq = max(summaries[i].LastSeq, events[0].Seq)
		if events[0].Type == TypeMessage && !events[0].Erased && events[0].Seq >= room.MinSeq {
			summaries[i].Last = &events[0]
			continue
		}
		group.Go(func() (err error) {
			summaries[i].Last, err = s.lastMessage(ctx, room)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, false, notStored(err)
	}
	return summaries, more, nil
}

// lastMessage finds the newest message of a room that is not deleted, with the text it
// has now; nil: none is near the end of the log.
func (s *Service) lastMessage(ctx context.Context, room Room) (*Event, error) {
	events, err := s.store.Log.Before(ctx, room.ID, MaxSeq+1, Page{Events: lastPage, Bytes: maxPageBytes})
	if err != nil {
		return nil, err
	}
	deleted, edits := map[int64]bool{}, map[int64]*Event{}
	for i := range events { // descending: what changes a message comes before it
		e := &events[i]
		switch {
		case e.Seq < room.MinSeq:
			return nil, nil
		case e.Type == TypeDelete:
			deleted[e.Target] = true
		case e.Type == TypeEdit && edits[e.Target] == nil:
			edits[e.Target] = e
		case e.Type == TypeMessage && !e.Erased && !deleted[e.Seq]:
			f := NewFold(*e)
			if edit := edits[e.Seq]; edit != nil {
				f.Apply(edit)
			}
			last := f.Current()
			return &last, nil
		}
	}
	return nil, nil
}
