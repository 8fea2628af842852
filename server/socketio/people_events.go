package socketio

import (
	"encoding/json"
	"strconv"

	"roomstream/auth"
	"roomstream/rooms"
)

// getUsers gives profiles: {userIds} or {query?, after?, limit?}.
func (s *speaker) getUsers(args []json.RawMessage, a answer) {
	p := readPayload(args)
	if p.field("userIds") != nil {
		s.getUsersByID(p, a)
		return
	}
	in := rooms.SearchProfilesInput{Query: p.textOrEmpty("query"), After: p.textOrEmpty("after"), Limit: int(p.optionalPositive("limit"))}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	list, more, err := s.chat.service.SearchProfiles(ctx, in)
	if err != nil {
		a.fail(err)
		return
	}
	a.ok(s.usersMembers(list, more))
}

func (s *speaker) getUsersByID(p *payload, a answer) {
	ids := p.users("userIds")
	for _, name := range []string{"query", "after", "limit"} {
		if p.field(name) != nil {
			p.refuse(name, "does not go with userIds: leave one of them out")
		}
	}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	list, err := s.chat.service.Profiles(ctx, ids)
	if err != nil {
		a.fail(err)
		return
	}
	a.ok(s.usersMembers(list, false))
}

func (s *speaker) usersMembers(list []rooms.Profile, more bool) []byte {
	b := rooms.AppendProfilesJSON([]byte(`,"users":`), list, s.user.ID)
	return strconv.AppendBool(append(b, `,"more":`...), more)
}

// updateProfile changes the user's own profile: {name?, avatar?, status?}, each a string or null.
func (s *speaker) updateProfile(args []json.RawMessage, a answer) {
	p := readPayload(args)
	in := rooms.UpdateProfileInput{Name: p.clearable("name"), Avatar: p.clearable("avatar")}
	if status := p.clearable("status"); status != nil {
		in.Status = (*rooms.Status)(status)
	}
	if p.err != nil {
		a.fail(p.err)
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	profile, err := s.chat.service.UpdateProfile(ctx, s.user, in)
	if err != nil {
		a.fail(err)
		return
	}
	a.ok(profile.AppendJSON([]byte(`,"user":`), s.user.ID))
}

// clearable reads a string that may be absent (nil), or null, which takes the value away and
// is given as the empty string. An empty one is refused.
func (p *payload) clearable(name string) *string {
	raw := p.field(name)
	if raw == nil {
		return nil
	}
	var text string
	if string(raw) != "null" {
		if text = p.string(name, raw); text == "" {
			p.refuse(name, "must not be empty: give null to take it away")
		}
	}
	return &text
}

// meeting is verify, and has the Service meet whoever shows a good token: there may be another name in it by now.
func meeting(service *rooms.Service, verify func(token string) (auth.Session, error)) func(token string) (auth.Session, error) {
	return func(token string) (auth.Session, error) {
		granted, err := verify(token)
		if err == nil {
			service.Met(granted.User)
		}
		return granted, err
	}
}
