package rooms

import (
	"context"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"roomstream/auth"
)

const (
	// lastPage bounds how far back the newest message of a room is looked for: who
	// reacted two hundred times to older ones has made the room's newest one unimportant.
	lastPage = 200
	// lastReads bounds the rooms that are read at once for theirs.
	lastReads = 8
	// listLook bounds the rooms that are asked whether they hold a text, which no index says: some
	// 20 ms.
	listLook = 5_000
)

// ListRoomsInput selects rooms.
type ListRoomsInput struct {
	Query string // only those whose name or id holds it, in whatever case; empty: all
	After string // only those with a greater id
	Limit int    // 0: 50; at most 100
	All   bool   // for admins: the private rooms of others, too
}

// ListRooms returns the public rooms and the user's own, ascending by id, each with its
// newest event, and where there may be more, After of the next page; empty: there are none. A
// page of a Query may hold few rooms, or none, and have a next one. Errors: BAD_REQUEST, FORBIDDEN (All, without being an admin), UNAVAILABLE.
func (s *Service) ListRooms(ctx context.Context, user auth.User, in ListRoomsInput) (list []Summary, next RoomID, err error) {
	limit, err := pageLimit(in.Limit)
	if err != nil {
		return nil, "", err
	}
	if in.All && !user.Has(auth.RoleAdmin) {
		return nil, "", forbidden("role", "only admins see all rooms")
	}
	if in.After != "" {
		if _, err := ParseRoomID(in.After); err != nil {
			return nil, "", BadField("after", "must be the id of a room")
		}
	}
	if err := checkLine("query", in.Query, MaxRoomName); err != nil {
		return nil, "", err
	}
	standings, err := s.standings(ctx, user)
	if err != nil {
		return nil, "", notStored(err)
	}
	q := RoomQuery{Also: slices.Collect(maps.Keys(standings)), Private: in.All, Text: in.Query, After: RoomID(in.After), Limit: limit + 1, Look: listLook}
	rooms, next, err := s.listed(ctx, user, standings, q)
	if err != nil {
		return nil, "", notStored(err)
	}
	ids := make([]RoomID, len(rooms))
	for i := range rooms {
		ids[i] = rooms[i].ID
	}
	newest, err := s.store.Log.Newest(ctx, ids, 1)
	if err != nil {
		return nil, "", notStored(err)
	}
	summaries := make([]Summary, len(rooms))
	asked := ctx
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(lastReads)
	for i, room := range rooms {
		at := standing{room: room, member: standings[room.ID]}
		at.role, _ = judge(room, at.member, user, s.now()) // who is refused was left out
		summaries[i] = Summary{View: at.view(user), LastSeq: max(room.MinSeq-1, 0)}
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
		return nil, "", notStored(err)
	}
	// He may have been put out of some before their last message was written.
	if standings, err = s.standings(asked, user); err != nil {
		return nil, "", notStored(err)
	}
	return slices.DeleteFunc(summaries, func(one Summary) bool {
		_, err := judge(one.Room, standings[one.Room.ID], user, s.now())
		return err != nil
	}), next, nil
}

// listed reads on until it has one room less than the query's limit that the user may know, or
// has looked far enough, and says behind which there may be more.
func (s *Service) listed(ctx context.Context, user auth.User, standings map[RoomID]Member, q RoomQuery) (found []Room, next RoomID, err error) {
	for {
		page, end, err := s.store.Catalog.Listed(ctx, q)
		if err != nil {
			return nil, "", err
		}
		for _, room := range page {
			if _, err := judge(room, standings[room.ID], user, s.now()); err != nil {
				continue // he was taken out, or is banned
			}
			if len(found) == q.Limit-1 {
				return found, found[len(found)-1].ID, nil
			}
			found = append(found, room)
		}
		if len(page) < q.Limit {
			return found, end, nil
		}
		q.After = page[len(page)-1].ID
	}
}

// standings gives what a user is in rooms, by the log or by his token, as far as either says
// something.
func (s *Service) standings(ctx context.Context, user auth.User) (map[RoomID]Member, error) {
	list, err := s.store.Inbox.Memberships(ctx, user.ID, maxStandings)
	if err != nil {
		return nil, err
	}
	standings := make(map[RoomID]Member, len(list))
	for _, m := range list {
		standings[m.RoomID] = m
	}
	for _, id := range claimedRooms(user) {
		if _, known := standings[id]; !known {
			standings[id] = Member{}
		}
	}
	return standings, nil
}

// maxStandings bounds the rooms of one user that a list knows of.
const maxStandings = 10_000

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
