package rooms

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"roomstream/auth"
)

// MaxProfiles is how many users one question may name.
const MaxProfiles = 100

// UpdateProfileInput changes what is not nil.
type UpdateProfileInput struct {
	Name   *string // set by hand; empty: the token's again
	Avatar *string // an https URL; empty: none
	Status *Status // StatusDND, StatusInvisible; empty or StatusOnline: none
}

// UpdateProfile changes the user's own profile. Errors: BAD_REQUEST, UNAVAILABLE.
func (s *Service) UpdateProfile(ctx context.Context, user auth.User, in UpdateProfileInput) (Profile, error) {
	var change ProfileChange
	if in.Name != nil {
		name := strings.TrimSpace(*in.Name)
		change.Given, change.Release = name != "", name == ""
		if change.Release {
			name = CleanName(user.Name)
		} else if err := checkProfileName(name); err != nil {
			return Profile{}, err
		}
		change.Name = &name
	} else {
		name := CleanName(user.Name) // the profile may be new
		change.Name = &name
	}
	if in.Avatar != nil && *in.Avatar != "" {
		if err := checkAvatar(*in.Avatar); err != nil {
			return Profile{}, err
		}
	}
	change.Avatar = in.Avatar
	if in.Status != nil {
		status := *in.Status
		switch status {
		case StatusOnline:
			status = ""
		case "", StatusDND, StatusInvisible:
		default:
			return Profile{}, BadField("status", "must be %s, %s, %s or null", StatusOnline, StatusDND, StatusInvisible)
		}
		change.Status = &status
	}
	defer s.Doing(user.ID)()
	profile, err := s.store.Profiles.ChangeProfile(ctx, user.ID, change)
	if err != nil {
		return Profile{}, notStored(err)
	}
	s.met.forget(user.ID)
	s.met.keep(user.Name, profile, s.met.generation())
	s.signal(Signal{Kind: SignalProfile, User: user.ID, Ref: string(profile.Status)})
	return profile, nil
}

// profileTold drops what is remembered of a user whose profile changed at another instance.
func (s *Service) profileTold(g Signal) {
	if g.Instance != s.instance {
		s.met.forget(g.User)
		s.presence.setHand(g.User, Status(g.Ref))
	}
}

// Profile returns a user's profile. Errors: BAD_REQUEST naming id, NOT_FOUND, UNAVAILABLE.
func (s *Service) Profile(ctx context.Context, id string) (Profile, error) {
	if auth.CheckUserID(id) != nil {
		return Profile{}, BadField("id", "must be a user's id")
	}
	list, err := s.store.Profiles.Profiles(ctx, []auth.UserID{auth.UserID(id)})
	if err != nil {
		return Profile{}, notStored(err)
	}
	if len(list) == 0 {
		return Profile{}, E(CodeNotFound, "no user of this id was here yet")
	}
	return list[0], nil
}

// Profiles returns those of at most MaxProfiles users that have one, ascending by id. Errors: BAD_REQUEST naming
// userIds, UNAVAILABLE.
func (s *Service) Profiles(ctx context.Context, users []auth.UserID) ([]Profile, error) {
	if len(users) > MaxProfiles {
		return nil, BadField("userIds", "at most %d at once", MaxProfiles)
	}
	list, err := s.store.Profiles.Profiles(ctx, users)
	if err != nil {
		return nil, notStored(err)
	}
	slices.SortFunc(list, func(a, b Profile) int { return cmp.Compare(a.UserID, b.UserID) })
	return list, nil
}

// SearchProfilesInput selects profiles.
type SearchProfilesInput struct {
	Query string // the beginning of a word of the name, or of the id; empty: everybody
	After string // an id: only those above it
	Limit int    // 0: 50; at most 100
}

// SearchProfiles returns profiles ascending by id, and whether there are more. Errors: BAD_REQUEST, UNAVAILABLE.
func (s *Service) SearchProfiles(ctx context.Context, in SearchProfilesInput) ([]Profile, bool, error) {
	limit, err := pageLimit(in.Limit)
	if err != nil {
		return nil, false, err
	}
	prefix, err := profilePrefix(in.Query)
	if err != nil {
		return nil, false, err
	}
	if in.After != "" && auth.CheckUserID(in.After) != nil {
		return nil, false, BadField("after", "must be a user's id")
	}
	list, err := s.store.Profiles.SearchProfiles(ctx, prefix, auth.UserID(in.After), limit+1)
	if err != nil {
		return nil, false, notStored(err)
	}
	return list[:min(len(list), limit)], len(list) > limit, nil
}

// profilesByID reads the profiles of users; who was never here has none.
func profilesByID(ctx context.Context, from Profiles, ids []auth.UserID) (map[auth.UserID]Profile, error) {
	list, err := from.Profiles(ctx, ids)
	if err != nil {
		return nil, err
	}
	profiles := make(map[auth.UserID]Profile, len(list))
	for _, p := range list {
		profiles[p.UserID] = p
	}
	return profiles, nil
}

// profilePrefix gives how a word of a profile must begin that is looked for; empty: anyhow.
func profilePrefix(query string) (string, error) {
	if err := checkLine("query", query, MaxProfileQuery); err != nil {
		return "", err
	}
	prefix := ProfileKey(query)
	if prefix == "" && query != "" {
		return "", BadField("query", "must hold a visible character, or be left out")
	}
	return firstRunes(prefix, MaxProfileQuery), nil // a character may stand for many
}

// AppendJSON appends the profile as one user is shown it: {id, name, avatar?, status?}. That somebody is invisible
// only he himself is told.
func (p *Profile) AppendJSON(b []byte, to auth.UserID) []byte {
	b = AppendJSONString(append(b, `{"id":`...), string(p.UserID))
	b = AppendJSONString(append(b, `,"name":`...), p.Name)
	if p.Avatar != "" {
		b = AppendJSONString(append(b, `,"avatar":`...), p.Avatar)
	}
	if p.Status != "" && (p.Status != StatusInvisible || to == p.UserID) {
		b = AppendJSONString(append(b, `,"status":`...), string(p.Status))
	}
	return append(b, '}')
}

// AppendProfilesJSON appends a JSON array of profiles as one user is shown them.
func AppendProfilesJSON(b []byte, list []Profile, to auth.UserID) []byte {
	b = append(b, '[')
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = list[i].AppendJSON(b, to)
	}
	return append(b, ']')
}

// Met notes that a user is here, so that his profile has his token's name. It only queues.
func (s *Service) Met(user auth.User) { s.met.came(user) }
