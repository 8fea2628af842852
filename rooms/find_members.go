package rooms

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"roomstream/auth"
)

const (
	// findMembersAtOnce is how many members are read at once where some are looked for by name. If there are no more, all
	// their names are read.
	findMembersAtOnce = 200
	// findMembersByID is how many members are looked through at most for those whose id begins so: who was put out counts, too.
	findMembersByID = 5 * findMembersAtOnce
)

// findMembersNamed is how many of those who are called so are asked for, one after the other: their index is gone through
// from the query's first word on each time, so there are few steps.
func findMembersNamed() []int { return []int{findMembersAtOnce, 4 * findMembersAtOnce} }

// FindMembers is ListMembers for those by whose name or id they are looked for: a word of it begins with the query. Instead
// of more it gives after of the next page; empty: there is none. Behind after, of a room with more than 200 members there, who
// never had a profile is found by the beginning of his id as it is written only, and at most 1,000 of all who are called so
// are looked at for a page: it may be empty and have a next one.
func (s *Service) FindMembers(ctx context.Context, user auth.User, roomID, query, after string, limit int) ([]Member, auth.UserID, error) {
	prefix, err := profilePrefix(query)
	if err != nil {
		return nil, "", err
	}
	if prefix == "" {
		list, more, err := s.ListMembers(ctx, user, roomID, after, limit)
		if err != nil || !more {
			return list, "", err
		}
		return list, list[len(list)-1].UserID, nil
	}
	if limit, err = pageLimit(limit); err != nil {
		return nil, "", err
	}
	if after != "" && auth.CheckUserID(after) != nil {
		return nil, "", BadField("after", "must be the id of a user")
	}
	at, err := s.access(ctx, user, roomID)
	if err != nil {
		return nil, "", notStored(err)
	}
	f := memberFinder{s.store, at.room.ID, query, prefix, auth.UserID(after), limit, func(m Member) bool { return !s.isListed(&m, at.role) }}
	found, next, err := f.find(ctx)
	if err != nil {
		return nil, "", notStored(err)
	}
	if len(found) > limit {
		found = found[:limit]
		next = found[limit-1].UserID
	}
	return found, next, notStoredOrNil(s.stillMay(ctx, user, at.room))
}

// memberFinder looks for members of a room.
type memberFinder struct {
	store         Store
	room          RoomID
	query, prefix string // as it was asked, and as words are compared
	after         auth.UserID
	limit         int // more than so many need not be found
	unlisted      func(Member) bool
}

// find gives members ascending by id: all up to next, or all where it is empty.
func (f *memberFinder) find(ctx context.Context) (found []Member, next auth.UserID, err error) {
	rest, err := f.store.Members.Members(ctx, f.room, MemberQuery{After: f.after, Limit: findMembersAtOnce + 1})
	if err != nil {
		return nil, "", err
	}
	if len(rest) <= findMembersAtOnce {
		found, err = f.named(ctx, slices.DeleteFunc(rest, f.unlisted))
		return found, "", err
	}
	found, next, err = f.byName(ctx)
	if err != nil {
		return nil, "", err
	}
	byID, upTo, err := f.byID(ctx)
	if err != nil {
		return nil, "", err
	}
	if next == "" || upTo != "" && upTo < next {
		next = upTo
	}
	found = append(found, byID...)
	slices.SortFunc(found, func(a, b Member) int { return cmp.Compare(a.UserID, b.UserID) })
	found = slices.CompactFunc(found, func(a, b Member) bool { return a.UserID == b.UserID })
	return slices.DeleteFunc(found, func(m Member) bool { return next != "" && m.UserID > next }), next, nil
}

// byName looks who of those that are called so is a member.
func (f *memberFinder) byName(ctx context.Context) (found []Member, upTo auth.UserID, err error) {
	upTo = f.after
	for _, some := range findMembersNamed() {
		profiles, err := f.store.Profiles.SearchProfiles(ctx, f.prefix, upTo, some)
		if err != nil || len(profiles) == 0 {
			return found, "", err
		}
		users := make([]auth.UserID, len(profiles))
		for i := range profiles {
			users[i] = profiles[i].UserID
		}
		members, err := f.store.Members.Members(ctx, f.room, MemberQuery{Users: users, Limit: len(users)})
		if err != nil {
			return nil, "", err
		}
		found = append(found, slices.DeleteFunc(members, f.unlisted)...)
		if len(profiles) < some {
			return found, "", nil
		}
		if upTo = users[len(users)-1]; len(found) > f.limit {
			break
		}
	}
	return found, upTo, nil
}

// byID gives those whose id begins as it was asked, whether or not they were ever here.
func (f *memberFinder) byID(ctx context.Context) (found []Member, upTo auth.UserID, err error) {
	if id := auth.UserID(f.query); id > f.after && auth.CheckUserID(f.query) == nil {
		if found, err = f.store.Members.Members(ctx, f.room, MemberQuery{Users: []auth.UserID{id}, Limit: 1}); err != nil {
			return nil, "", err
		}
		found = slices.DeleteFunc(found, f.unlisted)
	}
	q := MemberQuery{After: max(f.after, auth.UserID(f.query)), Limit: findMembersAtOnce}
	for looked := 0; looked < findMembersByID; looked += q.Limit {
		page, err := f.store.Members.Members(ctx, f.room, q)
		if err != nil {
			return nil, "", err
		}
		begin := slices.DeleteFunc(slices.Clone(page), func(m Member) bool { return !strings.HasPrefix(string(m.UserID), f.query) })
		found = append(found, slices.DeleteFunc(slices.Clone(begin), f.unlisted)...)
		if len(begin) < q.Limit {
			return found, "", nil
		}
		q.After = page[len(page)-1].UserID
		if len(found) > f.limit {
			break
		}
	}
	if len(found) > 0 { // who was put out is not named
		return found, found[len(found)-1].UserID, nil
	}
	return nil, q.After, nil
}

// isListed says whether a member is shown to somebody of this role.
func (s *Service) isListed(m *Member, to Role) bool {
	if m.banned(s.now()) {
		return to.AtLeast(RoleModerator)
	}
	return m.Role != RoleNone
}

// named keeps the members a word of whose name or id begins so. Who was never here has an id only.
func (f *memberFinder) named(ctx context.Context, members []Member) ([]Member, error) {
	if len(members) == 0 {
		return nil, nil
	}
	ids := make([]auth.UserID, len(members))
	for i := range members {
		ids[i] = members[i].UserID
	}
	profiles, err := profilesByID(ctx, f.store.Profiles, ids)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(members, func(m Member) bool {
		p := profiles[m.UserID]
		p.UserID = m.UserID
		return !slices.ContainsFunc(p.Words(), func(word string) bool { return strings.HasPrefix(word, f.prefix) })
	}), nil
}
