package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
	"unicode/utf8"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/streams"
)

// Streams are the declared streams. All methods are safe for concurrent use.
type Streams interface {
	// Ready says why Visible cannot be asked yet.
	Ready() error
	// Visible gives the streams a caller may open, by name; an admin, all.
	Visible(caller streams.Caller) []*streams.Declaration
	Put(ctx context.Context, by auth.UserID, d *streams.Declaration) (created bool, err error)
	Delete(ctx context.Context, by auth.UserID, name streams.Name) error
}

var _ Streams = (*streams.Service)(nil)

// declareTimeout is how long a declaration may take: its stages are tried against the database, which may be electing.
const declareTimeout = 20 * time.Second

// listStreams answers {streams:[{name, …}]}: those the caller may open, without stages, access and create for all but
// admins.
func (s *Server) listStreams(c call) (reply, error) {
	body := []byte(`{"streams":[`)
	visible, err := s.visible(c)
	if err != nil {
		return reply{}, err
	}
	for i, d := range visible {
		if i > 0 {
			body = append(body, ',')
		}
		entry, err := listed(c.user, d)
		if err != nil {
			return reply{}, err
		}
		body = append(body, entry...)
	}
	return reply{http.StatusOK, append(body, `]}`...)}, nil
}

// visible gives the streams that the caller may open.
func (s *Server) visible(c call) ([]*streams.Declaration, error) {
	if s.streams == nil {
		return nil, nil
	}
	if err := s.streams.Ready(); err != nil {
		return nil, err
	}
	return s.streams.Visible(streams.Caller{User: c.user, Known: c.user.ID != ""}), nil
}

// listed is a declaration in a list: with its name, and with the variables that it has without saying so.
func listed(to auth.User, d *streams.Declaration) ([]byte, error) {
	whole, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(whole, &members); err != nil {
		return nil, err
	}
	if members["vars"] == nil {
		if members["vars"], err = json.Marshal(unsaid(d)); err != nil {
			return nil, err
		}
	}
	b := rooms.AppendJSONString([]byte(`{"name":`), d.Name.String())
	for _, name := range listedTo(to) {
		if value, there := members[name]; there {
			b = rooms.AppendJSONString(append(b, ','), name)
			b = append(append(b, ':'), value...)
		}
	}
	return append(b, '}'), nil
}

// listedTo are the members of a declaration that a user sees in lists. Who may open the stream needs to know how, and what
// comes; the rest is an admin's.
func listedTo(user auth.User) []string {
	names := []string{"uri", "watch", "operations", "vars", "events"}
	if user.Has(auth.RoleAdmin) {
		names = append(names, "stages", "access", "create", "room", "fullDocument")
	}
	return names
}

// variable is one that a declaration has because its stages use it.
type variable struct {
	Type     streams.VarType `json:"type"`
	Required bool            `json:"required"`
}

func unsaid(d *streams.Declaration) map[string]variable {
	vars := map[string]variable{}
	for name, v := range d.Variables() {
		vars[name] = variable{v.Type, v.Required}
	}
	return vars
}

// getStream answers a declaration as it is given to putStream.
func (s *Server) getStream(c call) (reply, error) {
	name, err := streamOf(c)
	if err != nil {
		return reply{}, err
	}
	visible, err := s.visible(c)
	if err != nil {
		return reply{}, err
	}
	for _, d := range visible {
		if d.Name == name {
			return answer(http.StatusOK, d)
		}
	}
	return reply{}, rooms.E(rooms.CodeNotFound, "no stream %q is declared", name.String())
}

// putStream declares a stream and answers the declaration: 201 when it is new, 200 when it was there.
func (s *Server) putStream(c call) (reply, error) {
	name, err := streamOf(c)
	if err != nil {
		return reply{}, err
	}
	if err := checkMedia(c); err != nil {
		return reply{}, err
	}
	body := c.Request().Body()
	if !utf8.Valid(body) {
		return reply{}, rooms.BadField("body", "must be valid UTF-8")
	}
	if s.streams == nil {
		return reply{}, errNoStreams
	}
	d, err := streams.ParseDeclaration(name, body)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), declareTimeout)
	defer cancel()
	created, err := s.streams.Put(ctx, c.user.ID, d)
	if err != nil {
		return reply{}, err
	}
	if created {
		return answer(http.StatusCreated, d)
	}
	return answer(http.StatusOK, d)
}

// deleteStream takes a declaration back and answers 204.
func (s *Server) deleteStream(c call) (reply, error) {
	name, err := streamOf(c)
	if err != nil {
		return reply{}, err
	}
	if s.streams == nil {
		return reply{}, errNoStreams
	}
	ctx, cancel := context.WithTimeout(context.Background(), declareTimeout)
	defer cancel()
	return reply{status: http.StatusNoContent}, s.streams.Delete(ctx, c.user.ID, name)
}

var errNoStreams = rooms.E(rooms.CodeNotFound, "this server has no declared streams")

// streamOf reads the name that the path holds, with a collection or without.
func streamOf(c call) (streams.Name, error) {
	collection, err := url.PathUnescape(c.Params("collection"))
	if err != nil {
		return streams.Name{}, rooms.BadField("collection", "must be escaped as in a URL")
	}
	uri, err := url.PathUnescape(c.Params("uri"))
	if err != nil {
		return streams.Name{}, rooms.BadField("uri", "must be escaped as in a URL")
	}
	return streams.ParseName(streams.Name{Collection: collection, URI: uri}.String())
}
