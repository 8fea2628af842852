package rooms

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"roomstream/auth"
)

const (
	// sameName is how many users of one name a mention of it names.
	sameName = 10
	// everybody behind an @ names the whole room.
	everybody = "room"
)

// resolveMentions gives Event.Mentions of a text that a user sends to a room in which he has a role. Behind an @ the
// longest name counts that somebody has who may read the room; all who have it are named. A text without @ costs no
// read. Errors: those of the store.
func (s *Service) resolveMentions(ctx context.Context, room Room, role Role, text string) (string, error) {
	found := addresses(text)
	if len(found) == 0 {
		return "", nil
	}
	called, err := s.calledIn(ctx, room, text, found)
	if err != nil {
		return "", err
	}
	var named []auth.UserID
	behind := 0 // the end of the last name
	for _, a := range found {
		if a.at <= behind { // within that name
			continue
		}
		for _, end := range slices.Backward(a.ends) {
			who := called.by(text[a.at:end])
			if text[a.at:end] == everybody {
				who = nil
				if role.AtLeast(RoleModerator) {
					who = []auth.UserID{MentionRoom}
				}
			}
			if len(who) > 0 {
				named, behind = addNew(named, who), end
				break
			}
		}
	}
	return mentionsJSON(named[:min(len(named), MaxMentions)]), nil
}

func addNew(list, more []auth.UserID) []auth.UserID {
	for _, user := range more {
		if !slices.Contains(list, user) {
			list = append(list, user)
		}
	}
	return list
}

func mentionsJSON(users []auth.UserID) string {
	if len(users) == 0 {
		return ""
	}
	b := []byte{'['}
	for i, user := range users {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendJSONString(b, string(user))
	}
	return string(append(b, ']'))
}

// called are those who may be meant: by their ids and by the keys of their names.
type called struct {
	ids   map[auth.UserID]bool
	named map[string][]auth.UserID // ascending, at most sameName
}

// by gives who has a name or an id.
func (c *called) by(name string) []auth.UserID {
	var who []auth.UserID
	if c.ids[auth.UserID(name)] {
		who = append(who, auth.UserID(name))
	}
	if utf8.RuneCountInString(name) > maxMentionName {
		return who
	}
	return addNew(who, c.named[ProfileKey(name)])
}

// calledIn looks up everybody who may read a room and whom a text may name.
func (s *Service) calledIn(ctx context.Context, room Room, text string, found []address) (*called, error) {
	var ids []auth.UserID
	var keys []string
	for _, a := range found {
		for _, end := range a.ends {
			name := text[a.at:end]
			if auth.CheckUserID(name) == nil {
				ids = append(ids, auth.UserID(name))
			}
			if key := ProfileKey(name); key != "" && utf8.RuneCountInString(name) <= maxMentionName {
				keys = append(keys, key)
			}
		}
	}
	among, err := s.readersOf(ctx, room)
	if err != nil {
		return nil, err
	}
	profiles, err := s.profilesOf(ctx, unique(ids), unique(keys), among)
	if err != nil {
		return nil, err
	}
	c := &called{ids: map[auth.UserID]bool{}, named: map[string][]auth.UserID{}}
	for _, id := range ids { // members are known whether or not they were ever here
		if slices.Contains(among, id) {
			c.ids[id] = true
		}
	}
	readers, err := s.thoseWhoMayRead(ctx, room, profiles)
	if err != nil {
		return nil, err
	}
	for _, p := range readers {
		c.ids[p.UserID] = true
		if key := p.Key(); key != "" && len(c.named[key]) < sameName {
			c.named[key] = append(c.named[key], p.UserID)
		}
	}
	return c, nil
}

func unique[T cmp.Ordered](list []T) []T {
	slices.Sort(list)
	return slices.Compact(list)
}

// readersOf gives those who may be named in a room where only its members are; nil: in this one everybody may, or they
// are too many to be known.
func (s *Service) readersOf(ctx context.Context, room Room) ([]auth.UserID, error) {
	switch room.Type {
	case TypeDirect:
		return unique(room.Direct[:]), nil
	case TypePublic:
		return nil, nil
	}
	if err := s.rosters.load(ctx, room.ID); err != nil {
		return nil, err
	}
	return s.rosters.users(room.ID), nil
}

// users gives those who have a role in a room; nil: not all are known.
func (r *rosters) users(id RoomID) []auth.UserID {
	r.mu.Lock()
	defer r.mu.Unlock()
	have := r.rooms[id]
	if have == nil || !have.whole {
		return nil
	}
	users := make([]auth.UserID, 0, len(have.members))
	for user, m := range have.members {
		if m.Role != RoleNone && !m.banned(r.now()) {
			users = append(users, user)
		}
	}
	return users
}

// profilesOf reads the profiles of ids and of names, ascending by id.
func (s *Service) profilesOf(ctx context.Context, ids []auth.UserID, keys []string, among []auth.UserID) ([]Profile, error) {
	var byID, byName []Profile
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		byID, err = s.store.Profiles.Profiles(ctx, ids)
		return err
	})
	group.Go(func() (err error) {
		byName, err = s.store.Profiles.NamedProfiles(ctx, keys, among, sameName)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	all := append(byID, byName...)
	slices.SortFunc(all, func(a, b Profile) int { return strings.Compare(string(a.UserID), string(b.UserID)) })
	all = slices.CompactFunc(all, func(a, b Profile) bool { return a.UserID == b.UserID })
	if among == nil {
		return all, nil
	}
	return slices.DeleteFunc(all, func(p Profile) bool { return !slices.Contains(among, p.UserID) }), nil
}

// thoseWhoMayRead leaves out whom the room's log keeps out. What their tokens may claim is not known.
func (s *Service) thoseWhoMayRead(ctx context.Context, room Room, profiles []Profile) ([]Profile, error) {
	if room.Type == TypeDirect || room.Type == TypePublic && room.StateSeq == 0 {
		return profiles, nil
	}
	members, err := s.membersOf(ctx, room.ID, profiles)
	if err != nil {
		return nil, err
	}
	var readers []Profile
	for _, p := range profiles {
		if _, refused := judge(room, members[p.UserID], auth.User{ID: p.UserID}, s.now()); refused == nil {
			readers = append(readers, p)
		}
	}
	return readers, nil
}

// membersOf gives what users are in a room: what is remembered, and of the others all in one read. Who is nothing
// there is absent.
func (s *Service) membersOf(ctx context.Context, room RoomID, profiles []Profile) (map[auth.UserID]Member, error) {
	members := map[auth.UserID]Member{}
	var rest []auth.UserID
	for i := range profiles {
		user := profiles[i].UserID
		if have, ok := s.rosters.peek(room, user); ok && have.asked && have.fresh {
			members[user] = have.member
			continue
		}
		rest = append(rest, user)
	}
	if len(rest) == 0 {
		return members, nil
	}
	list, err := s.store.Members.Members(ctx, room, MemberQuery{Users: rest, Limit: len(rest)})
	if err != nil {
		return nil, err
	}
	for _, m := range list {
		members[m.UserID] = m
	}
	return members, nil
}
