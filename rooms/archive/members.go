package archive

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"roomstream/auth"
	"roomstream/rooms"
)

// state is what the member and room events of a log, in their order, make of a room.
type state struct {
	seq      int64           // of the last one; 0: there is none
	settings *rooms.Settings // nil: no event says, or what the last one says is gone
	members  map[auth.UserID]rooms.Member
}

func newState() *state { return &state{members: map[auth.UserID]rooms.Member{}} }

func (s *state) apply(e *rooms.Event) {
	switch e.Type {
	case rooms.TypeMember:
		s.members[e.Subject] = rooms.MemberOf(e)
	case rooms.TypeRoom:
		s.settings = nil
		if settings, err := rooms.ParseSettings(e.Settings); err == nil {
			s.settings = &settings
		}
	default:
		return
	}
	s.seq = e.Seq
}

// over gives a room its state as of the log, where that is newer.
func (s *state) over(room *rooms.Room) {
	if s.seq <= room.StateSeq {
		return
	}
	room.StateSeq = s.seq
	if s.settings != nil {
		room.Set(*s.settings)
	}
}

// allMembers gives everybody of whom a room knows something, by user: about 200 bytes each.
func allMembers(ctx context.Context, s rooms.Members, room rooms.RoomID) (map[auth.UserID]rooms.Member, error) {
	all := map[auth.UserID]rooms.Member{}
	for q := (rooms.MemberQuery{Known: true, Limit: listed}); ; {
		list, err := s.Members(ctx, room, q)
		if err != nil {
			return nil, err
		}
		for _, m := range list {
			all[m.UserID] = m
		}
		if len(list) < listed {
			return all, nil
		}
		q.After = list[len(list)-1].UserID
	}
}

// byUser gives members ascending by user.
func byUser(members map[auth.UserID]rooms.Member) []rooms.Member {
	return slices.SortedFunc(maps.Values(members), func(a, b rooms.Member) int { return cmp.Compare(a.UserID, b.UserID) })
}
