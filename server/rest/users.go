package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"roomstream/rooms"
)

// users answers {users:[{id, name, avatar?, status?, disabled?}], more}.
func (s *Server) users(c call) (reply, error) {
	q := readQuery(c)
	in := rooms.SearchProfilesInput{Query: q.text("query"), After: q.text("after"), Limit: q.optionalLimit()}
	if q.err != nil {
		return reply{}, q.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	list, more, err := s.service.SearchProfiles(ctx, in)
	if err != nil {
		return reply{}, err
	}
	body := []byte(`{"users":[`)
	for i := range list {
		if i > 0 {
			body = append(body, ',')
		}
		body = s.appendUser(body, c, &list[i])
	}
	body = strconv.AppendBool(append(body, `],"more":`...), more)
	return reply{http.StatusOK, append(body, '}')}, nil
}

// user answers {user}.
func (s *Server) user(c call) (reply, error) {
	id, err := userParam(c)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	profile, err := s.service.Profile(ctx, id)
	if err != nil {
		return reply{}, err
	}
	return s.answerUser(c, profile), nil
}

// updateMe changes the caller's own profile and answers {user}.
func (s *Server) updateMe(c call) (reply, error) {
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	in := rooms.UpdateProfileInput{Name: f.clearable("name"), Avatar: f.clearable("avatar")}
	if status := f.clearable("status"); status != nil {
		in.Status = (*rooms.Status)(status)
	}
	if f.err != nil {
		return reply{}, f.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	profile, err := s.service.UpdateProfile(ctx, c.user, in)
	if err != nil {
		return reply{}, err
	}
	return s.answerUser(c, profile), nil
}

func (s *Server) answerUser(c call, profile rooms.Profile) reply {
	return reply{http.StatusOK, append(s.appendUser([]byte(`{"user":`), c, &profile), '}')}
}

// clearable reads a string that may be absent (nil), or null, which takes the value away and is
// given as the empty string. An empty one is refused.
func (f *fields) clearable(name string) *string {
	raw, present := f.members[name]
	if !present {
		return nil
	}
	var text *string
	if json.Unmarshal(raw, &text) != nil {
		f.refuse(name, "must be a string or null")
		return nil
	}
	if text == nil {
		return new(string)
	}
	if *text == "" {
		f.refuse(name, "must not be empty: give null to take it away")
	}
	return text
}
