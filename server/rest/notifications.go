package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"roomstream/rooms"
)

// notifications answers {notifications:[{id, userId, kind, read, ...}], unread, more}.
func (s *Server) notifications(c call) (reply, error) {
	q := readQuery(c)
	in := rooms.NotificationsInput{Before: q.text("before"), Unread: q.optionalFlag("unread"), Limit: q.optionalLimit()}
	if q.values.Has("before") && in.Before == "" {
		q.refuse("before", "must not be empty: leave it out instead")
	}
	if q.err != nil {
		return reply{}, q.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	page, err := s.service.Notifications(ctx, c.user, in)
	if err != nil {
		return reply{}, err
	}
	body := []byte(`{"notifications":[`)
	for i := range page.Notifications {
		if i > 0 {
			body = append(body, ',')
		}
		body = page.Notifications[i].AppendListJSON(body)
	}
	body = strconv.AppendInt(append(body, `],"unread":`...), int64(page.Unread), 10)
	body = strconv.AppendBool(append(body, `,"more":`...), page.More)
	return reply{http.StatusOK, append(body, '}')}, nil
}

// markNotifications answers {unread}.
func (s *Server) markNotifications(c call) (reply, error) {
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	ids, read := f.texts("ids", rooms.MaxMarked), f.flag("read")
	if f.err != nil {
		return reply{}, f.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	unread, err := s.service.MarkNotifications(ctx, c.user, ids, read)
	if err != nil {
		return reply{}, err
	}
	return answer(http.StatusOK, struct {
		Unread int `json:"unread"`
	}{unread})
}

// texts reads a list of at most most strings that must be there.
func (f *fields) texts(name string, most int) []string {
	raw, present := f.members[name]
	if !present {
		f.refuse(name, "is required")
		return nil
	}
	var elements []*string
	if json.Unmarshal(raw, &elements) != nil || elements == nil {
		f.refuse(name, "must be an array of strings")
		return nil
	}
	if len(elements) > most {
		f.refuse(name, "must be at most "+strconv.Itoa(most)+" at once")
		return nil
	}
	list := make([]string, len(elements))
	for i, element := range elements {
		if element == nil {
			f.refuse(name, "must be an array of strings")
			return nil
		}
		list[i] = *element
	}
	return list
}

// flag reads true or false that must be there.
func (f *fields) flag(name string) bool {
	raw, present := f.members[name]
	switch given := string(raw); {
	case !present:
		f.refuse(name, "is required")
	case given != "true" && given != "false":
		f.refuse(name, "must be true or false")
	}
	return string(raw) == "true"
}

// optionalFlag reads true or false; absent is false.
func (q *query) optionalFlag(name string) bool {
	switch given := q.values.Get(name); {
	case given == "true":
		return true
	case given != "false" && q.values.Has(name):
		q.refuse(name, "must be true or false")
	}
	return false
}
