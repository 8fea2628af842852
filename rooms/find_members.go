package rooms

import (
	"context"
	"slices"
	"strings"

	"roomstream/auth"
)

const (
	// findMembersAtOnce is how many members are read at once where some are looked for by name.
	findMembersAtOnce = 1000
	// findMembersMost is how many are looked through for one answer.
	findMembersMost = 10_000
)

// FindMembers is ListMembers for those by whose name or id they are looked for: a word of it begins with the query. Of a
// room with more than 10,000 members behind after no more are looked through, and more is true then.
func (s *Service) FindMembers(ctx context.Context, user auth.User, roomID, query, after string, limit int) ([]Member, bool, error) {
	prefix, err := profilePrefix(query)
	if err != nil {
		return nil, false, err
	}
	if prefix == "" {
		return s.ListMembers(ctx, user, roomID, after, limit)
	}
	if limit, err = pageLimit(limit); err != nil {
		return nil, false, err
	}
	if after != "" && auth.CheckUserID(after) != nil {
		return nil, false, BadField("after", "must be the id of a user")
	}
	at, err := s.access(ctx, user, roomID)
	if err != nil {
		return nil, false, notStored(err)
	}
	var found []Member
	q := MemberQuery{After: auth.UserID(after), Limit: findMembersAtOnce}
	for looked := 0; len(found) <= limit; {
		page, err := s.store.Members.Members(ctx, at.room.ID, q)
		if err != nil {
			return nil, false, notStored(err)
		}
		named, err := s.named(ctx, prefix, slices.DeleteFunc(slices.Clone(page), func(m Member) bool { return !s.isListed(&m, at.role) }))
		if err != nil {
			return nil, false, notStored(err)
		}
		found = append(found, named...)
		looked += len(page)
		if len(page) < q.Limit || looked >= findMembersMost {
			more := len(found) > limit || len(page) == q.Limit
			return found[:min(len(found), limit)], more, notStoredOrNil(s.stillMay(ctx, user, at.room))
		}
		q.After = page[len(page)-1].UserID
	}
	return found[:limit], true, notStoredOrNil(s.stillMay(ctx, user, at.room))
}

// isListed says whether a member is shown to somebody of this role.
func (s *Service) isListed(m *Member, to Role) bool {
	if m.banned(s.now()) {
		return to.AtLeast(RoleModerator)
	}
	return m.Role != RoleNone
}

// named keeps the members a word of whose name or id begins so. Who was never here has an id only.
func (s *Service) named(ctx context.Context, prefix string, members []Member) ([]Member, error) {
	if len(members) == 0 {
		return nil, nil
	}
	ids := make([]auth.UserID, len(members))
	for i := range members {
		ids[i] = members[i].UserID
	}
	list, err := s.store.Profiles.Profiles(ctx, ids)
	if err != nil {
		return nil, err
	}
	profiles := make(map[auth.UserID]Profile, len(list))
	for _, p := range list {
		profiles[p.UserID] = p
	}
	return slices.DeleteFunc(members, func(m Member) bool {
		p := profiles[m.UserID]
		p.UserID = m.UserID
		return !slices.ContainsFunc(p.Words(), func(word string) bool { return strings.HasPrefix(word, prefix) })
	}), nil
}
