package rooms

import (
	"cmp"
	"slices"
	"time"

	"roomstream/auth"
)

// proposal is a change of a room's state on its way into the log. Exactly one of create,
// settings, pin and member is set. What may be depends on all that the log holds, so it is judged
// in the lane, by the room as it is then.
type proposal struct {
	actor    auth.User
	create   *creation
	settings *UpdateRoomInput
	pin      *pinProposal
	member   *memberProposal
}

// creation is a room that is to be made, with those who are in it from the start.
type creation struct {
	room    Room
	members []Member // UserID and Role
}

// memberProposal is what somebody is to be.
type memberProposal struct {
	subject auth.UserID
	role    Role
	until   time.Time // banned until then; zero: not banned
	keep    bool      // role is not said: see roleFor
	// invitation is his right: nil without one. Who left as a reader comes back as one.
	invitation *Invitation
}

// roomState is what proposals are judged by and what they make of it: a room, and those of its
// members whom they concern.
type roomState struct {
	room    Room
	there   bool  // the room is
	last    int64 // seq of its log
	members map[auth.UserID]Member
	owners  []auth.UserID // ascending; at least two of them where there are so many
	changed map[auth.UserID]bool
	now     time.Time
}

// errNoChange says that everything is as it is wanted already.
var errNoChange = E(CodeConflict, "nothing changes")

// judge says whether a proposal may be, and completes its events. Sent comes with errNoChange:
// where it came to be as it is.
func (p *proposal) judge(s *roomState, e *Event) (Sent, error) {
	switch {
	case p.create != nil:
		return p.judgeCreation(s)
	case !s.there:
		return Sent{}, noSuchRoom()
	}
	role, err := judge(s.room, s.members[p.actor.ID], p.actor, s.now)
	if p.member != nil && p.member.invitation != nil {
		role, err = RoleNone, p.member.invitation.judge(s.room, s.members[p.member.invitation.CreatedBy], s.now)
	}
	switch {
	case err != nil:
		return Sent{}, err
	case p.pin != nil:
		return p.judgePin(s, e, role)
	case s.room.Type == TypeDirect:
		return Sent{}, forbidden("direct", "a direct room stays as it is")
	case p.settings != nil:
		return p.judgeSettings(s, e, role)
	}
	return p.judgeMember(s, e, role)
}

// judgeCreation takes a room that the same proposal made before for what is wanted.
func (p *proposal) judgeCreation(s *roomState) (Sent, error) {
	if !s.there && s.last == 0 {
		return Sent{}, nil
	}
	want := &p.create.room
	again := want.CreateKey != "" && s.room.CreateKey == want.CreateKey && s.room.CreatedBy == want.CreatedBy
	if again || want.Type == TypeDirect && s.room.Type == TypeDirect && s.room.Direct == want.Direct {
		return Sent{Seq: s.room.StateSeq, Duplicate: true}, errNoChange
	}
	// Or by what other programs said there without a room: that is not for who names it first.
	return Sent{}, &Error{Code: CodeConflict, Message: "id: is taken by another room", Field: "id"}
}

func (p *proposal) judgeSettings(s *roomState, e *Event, role Role) (Sent, error) {
	in := p.settings
	onlyPace := in.SlowMode != nil && in.Name == nil && in.Topic == nil && in.ReadOnly == nil && in.Archived == nil && in.Receipts == nil
	if !role.AtLeast(RoleOwner) && !(onlyPace && role.AtLeast(RoleModerator)) {
		return Sent{}, forbidden("role", "only owners of the room may change this")
	}
	want := in.over(s.room.Settings())
	if err := want.check(); err != nil {
		return Sent{}, err
	}
	if want == s.room.Settings() {
		return Sent{Seq: s.room.StateSeq}, errNoChange
	}
	e.Settings = want.JSON()
	return Sent{}, nil
}

// over gives settings with what the input changes.
func (in *UpdateRoomInput) over(s Settings) Settings {
	set(&s.Name, in.Name)
	set(&s.Topic, in.Topic)
	set(&s.ReadOnly, in.ReadOnly)
	set(&s.SlowMode, in.SlowMode)
	set(&s.Archived, in.Archived)
	set(&s.Receipts, in.Receipts)
	return s
}

func set[T any](field *T, to *T) {
	if to != nil {
		*field = *to
	}
}

func (p *proposal) judgeMember(s *roomState, e *Event, role Role) (Sent, error) {
	in := p.member
	is := s.members[in.subject]
	to := in.roleFor(s.room, is, s.now)
	if err := p.mayMake(s, is, to, role); err != nil {
		return Sent{}, err
	}
	if in.keep && in.isSo(is, s.now) {
		return Sent{Seq: is.Seq}, errNoChange
	}
	e.Role, e.Was = to, is.Role
	if e.Role == RoleNone && is.Role == RoleNone {
		e.Was = is.LeftAs
	}
	want := MemberOf(e)
	if in.subject == p.actor.ID && to == RoleNone && is.Role == RoleNone {
		return Sent{Seq: is.Seq}, errNoChange // he was never more than a reader of a public room
	}
	if is.Seq > 0 && is.Role == want.Role && is.Removed == want.Removed && is.BannedUntil.Equal(want.BannedUntil) {
		return Sent{Seq: is.Seq}, errNoChange
	}
	if in.invitation != nil && is.Role != RoleNone { // a reader, too: an invitation does not undo what a moderator did
		return Sent{Seq: is.Seq}, errNoChange
	}
	active := want.Role == RoleOwner && !want.banned(s.now)
	if is.Role == RoleOwner && !active && len(s.owners) == 1 && s.owners[0] == in.subject {
		return Sent{}, &Error{Code: CodeConflict, Message: "the last owner of a room cannot leave it or be less: make another one owner first", Reason: "last_owner"}
	}
	return Sent{}, nil
}

// roleFor gives the role that the subject, who is this, gets. In a public room all are members
// who are nothing else. Who is let in again without a role is what he was: a member, if that was no role.
func (m *memberProposal) roleFor(room Room, is Member, now time.Time) Role {
	switch {
	case m.invitation != nil && is.LeftAs == RoleReader && room.Type != TypePublic:
		return RoleReader
	case !m.keep:
		return m.role
	case is.Role != RoleNone || !m.until.IsZero() || !is.banned(now):
		return is.Role
	case is.LeftAs == RoleReader:
		return RoleReader
	}
	return RoleMember
}

// isSo says of a proposal without a role whether it changes nothing: who was taken out for good is not let in by a ban that
// has an end, and who is not out is not let in.
func (m *memberProposal) isSo(is Member, now time.Time) bool {
	if m.until.IsZero() {
		return !is.banned(now)
	}
	return is.Removed
}

// mayMake says why the actor, who has role, may not make the subject, who is this, what is proposed.
func (p *proposal) mayMake(s *roomState, is Member, to, role Role) error {
	in, self := p.member, p.member.subject == p.actor.ID
	switch {
	case in.invitation != nil && is.banned(s.now):
		return forbidden("banned", "you are banned from this room")
	case in.invitation != nil:
		return nil
	case self && !in.until.IsZero():
		return BadField("bannedUntil", "nobody bans himself")
	case self && to == RoleNone && p.gainsByLeaving(s, is):
		return forbidden("role", "who is a reader here and would be more without that stays one: ask a moderator of the room")
	case self && to == RoleNone:
		return nil
	case self && to == RoleMember && is.Role == RoleNone && role.AtLeast(RoleMember) && s.room.Type == TypePublic:
		return nil
	case role.AtLeast(RoleOwner):
		return nil
	case !role.AtLeast(RoleModerator):
		return forbidden("role", "only moderators and owners of the room may do this")
	case to.AtLeast(RoleModerator):
		return forbidden("role", "only owners of the room make moderators and owners")
	case is.Role.AtLeast(RoleModerator):
		return forbidden("role", "only owners of the room change what a moderator or an owner is")
	}
	return nil
}

// gainsByLeaving says whether the actor, whom somebody made a reader, may do more when he is
// nobody: in a public room, or by his token. Leaving must not end what a moderator did.
func (p *proposal) gainsByLeaving(s *roomState, is Member) bool {
	if is.Role != RoleReader || p.actor.Has(auth.RoleAdmin) {
		return false
	}
	after, err := judge(s.room, Member{}, p.actor, s.now)
	return err == nil && after.AtLeast(RoleMember)
}

// apply makes the change that was judged, with its events numbered.
func (p *proposal) apply(s *roomState, events []*Event) {
	if p.create != nil {
		s.room, s.there = p.create.room, true
	}
	for _, e := range events {
		s.room.StateSeq = e.Seq
		if e.Type == TypeRoom {
			settings, err := ParseSettings(e.Settings)
			if err == nil { // JSON wrote it
				s.room.Set(settings)
			}
			continue
		}
		m := MemberOf(e)
		if m.Role != RoleNone && s.members[e.Subject].Role == RoleNone {
			m.ReadSeq = e.Seq // what stands before he came is not new to him
		}
		s.members[e.Subject] = m
		s.changed[e.Subject] = true
		s.count(m)
	}
}

// count keeps owners true after a member changed.
func (s *roomState) count(m Member) {
	i := slices.Index(s.owners, m.UserID)
	is := m.Role == RoleOwner && !m.banned(s.now)
	switch {
	case is && i < 0:
		s.owners = append(s.owners, m.UserID)
	case !is && i >= 0:
		s.owners = slices.Delete(s.owners, i, i+1)
	}
}

// change gives what the proposals have made of the room.
func (s *roomState) change(base int64, create bool, events []*Event) Change {
	c := Change{Events: events, Base: base, Create: create, Room: s.room}
	for user := range s.changed {
		c.Members = append(c.Members, s.members[user])
	}
	slices.SortFunc(c.Members, func(a, b Member) int { return cmp.Compare(a.UserID, b.UserID) })
	return c
}

// concerns are the users by whom a proposal is judged.
func (p *proposal) concerns() []auth.UserID {
	users := []auth.UserID{p.actor.ID}
	if p.member != nil {
		users = append(users, p.member.subject)
		if p.member.invitation != nil {
			users = append(users, p.member.invitation.CreatedBy)
		}
	}
	return users
}
