package feed

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/streams"
)

// catalog is what the routes of collections ask of the Service.
type catalog interface {
	Ready() error
	Visible(caller streams.Caller) []*streams.Declaration
	Replace(ctx context.Context, by auth.UserID, collection string, to []*streams.Declaration) error
	Insert(ctx context.Context, caller streams.Caller, collection string, document []byte) (bson.RawValue, error)
	PutRule(ctx context.Context, by auth.UserID, rule []byte) error
}

// collectionTimeout bounds a request: declaring tries each pipeline against the database.
const collectionTimeout = 30 * time.Second

// serveCollection answers PUT, POST and GET on a collection, and POST /acl.
func (s *Server) serveCollection(w http.ResponseWriter, r *http.Request, to address) {
	route, ok := s.routes(to)[r.Method]
	if !ok {
		allowed := "GET, POST, PUT"
		if to.kind == rulesAddress {
			allowed = http.MethodPost
		}
		w.Header().Set("Allow", allowed)
		s.refuse(w, r, rooms.E(rooms.CodeMethodNotAllowed, "this path knows other methods only: %s", allowed))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), collectionTimeout)
	defer cancel()
	a, err := s.call(ctx, w, r, to, route)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	if a.location != "" {
		w.Header().Set("Location", a.location)
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	writeJSON(w, a.status, a.body)
}

// answer is a good one.
type answer struct {
	status   int
	location string // empty: none
	body     []byte // JSON; nil: none
}

// collectionRoute is one row of the table.
type collectionRoute struct {
	admin  bool // for admins only
	body   bool // with a body, of JSON
	handle func(ctx context.Context, who streams.Caller, to address, body []byte) (answer, error)
}

func (s *Server) routes(to address) map[string]collectionRoute {
	if to.kind == rulesAddress {
		return map[string]collectionRoute{http.MethodPost: {admin: true, body: true, handle: s.putRule}}
	}
	return map[string]collectionRoute{
		http.MethodGet:  {handle: s.links},
		http.MethodPut:  {admin: true, body: true, handle: s.declare},
		http.MethodPost: {body: true, handle: s.insert},
	}
}

func (s *Server) call(ctx context.Context, w http.ResponseWriter, r *http.Request, to address, route collectionRoute) (answer, error) {
	if to.database != "" && to.database != s.options.Database {
		return answer{}, rooms.E(rooms.CodeNotFound, "there is no such database here")
	}
	who, err := s.counted(ctx, r)
	if err != nil {
		return answer{}, err
	}
	if route.admin {
		if err := requireAdmin(who.Caller); err != nil {
			return answer{}, err
		}
	}
	var body []byte
	if route.body {
		if body, err = s.readBody(w, r); err != nil {
			return answer{}, err
		}
	}
	return route.handle(ctx, who.Caller, to, body)
}

func requireAdmin(c streams.Caller) error {
	switch {
	case !c.Known:
		return needsCaller()
	case !c.User.Has(auth.RoleAdmin):
		return rooms.E(rooms.CodeForbidden, "only the role admin may do this")
	}
	return nil
}

func needsCaller() error {
	return rooms.E(rooms.CodeUnauthenticated, "a token or the name and password of an account are needed")
}

// readBody reads JSON, at most MaxBody bytes.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return nil, rooms.E(rooms.CodeUnsupportedMedia, "Content-Type: must be application/json")
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, rooms.E(rooms.CodeUnsupportedMedia, "Content-Encoding: must be absent")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.options.MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		e := rooms.E(rooms.CodeTooLarge, "body: must be at most %d bytes", s.options.MaxBody)
		e.Field = "body"
		return nil, e
	case err != nil:
		return nil, rooms.BadField("body", "did not arrive whole")
	case !utf8.Valid(body):
		return nil, rooms.BadField("body", "must be valid UTF-8")
	}
	return body, nil
}

// link is where a stream is, as HAL writes it.
type link struct {
	Href string `json:"href"`
}

// links lists the streams of a collection that the caller may open.
func (s *Server) links(_ context.Context, who streams.Caller, to address, _ []byte) (answer, error) {
	if err := s.catalog.Ready(); err != nil {
		return answer{}, err
	}
	var names []streams.Name
	for _, d := range s.catalog.Visible(who) {
		if d.Collection == to.name.Collection {
			names = append(names, d.Name)
		}
	}
	switch {
	case len(names) > 0:
		return linksTo(to, names)
	case !who.Known:
		return answer{}, needsCaller()
	}
	return answer{}, rooms.E(rooms.CodeNotFound, "no stream of this collection is declared for you")
}

func linksTo(to address, names []streams.Name) (answer, error) {
	links := make(map[string]link, len(names)+1)
	for _, name := range names {
		links[name.URI] = link{to.path() + "/" + streamsSegment + "/" + url.PathEscape(name.URI)}
	}
	links["self"] = link{to.path()}
	body, err := json.Marshal(map[string]any{"_links": links})
	return answer{status: http.StatusOK, body: body}, err
}

// declare makes a set of declarations all that the collection has.
func (s *Server) declare(ctx context.Context, who streams.Caller, to address, body []byte) (answer, error) {
	list, err := streams.ParseDeclarations(to.name.Collection, body)
	if err != nil {
		return answer{}, err
	}
	if err := s.catalog.Replace(ctx, who.User.ID, to.name.Collection, list); err != nil {
		return answer{}, err
	}
	names := make([]streams.Name, len(list))
	for i, d := range list {
		names[i] = d.Name
	}
	return linksTo(to, names)
}

// insert creates a document.
func (s *Server) insert(ctx context.Context, who streams.Caller, to address, body []byte) (answer, error) {
	id, err := s.catalog.Insert(ctx, who, to.name.Collection, body)
	if err != nil {
		return answer{}, err
	}
	shown, err := bson.MarshalExtJSON(bson.D{{Key: "_id", Value: id}}, false, false)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusCreated, location: to.path() + "/" + url.PathEscape(segmentOf(id)), body: shown}, nil
}

// segmentOf writes an _id as a part of a path.
func segmentOf(id bson.RawValue) string {
	if oid, ok := id.ObjectIDOK(); ok {
		return oid.Hex()
	}
	if text, ok := id.StringValueOK(); ok {
		return text
	}
	return id.String()
}

// putRule lets roles open streams besides what their declarations say.
func (s *Server) putRule(ctx context.Context, who streams.Caller, _ address, body []byte) (answer, error) {
	return answer{status: http.StatusNoContent}, s.catalog.PutRule(ctx, who.User.ID, body)
}
