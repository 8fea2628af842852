package feed

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/streams"
)

// shelf is a catalog that notes what it is told and fails where a test wants.
type shelf struct {
	visible  map[bool][]*streams.Declaration // by whether the caller is known
	inserted []string
	rules    []string
	id       any // of what is inserted
	err      error
}

func (s *shelf) Ready() error                                    { return s.err }
func (s *shelf) Visible(c streams.Caller) []*streams.Declaration { return s.visible[c.Known] }
func (s *shelf) Replace(context.Context, auth.UserID, string, []*streams.Declaration) error {
	return s.err
}
func (s *shelf) Insert(_ context.Context, _ streams.Caller, collection string, document []byte) (bson.RawValue, error) {
	if s.err != nil {
		return bson.RawValue{}, s.err
	}
	s.inserted = append(s.inserted, collection+" "+string(document))
	kind, value, err := bson.MarshalValue(s.id)
	return bson.RawValue{Type: kind, Value: value}, err
}
func (s *shelf) PutRule(_ context.Context, _ auth.UserID, rule []byte) error {
	s.rules = append(s.rules, string(rule))
	return s.err
}

func newShelf(t *testing.T, o Options) (*stage, *shelf) {
	s, kept := newStage(t, o), &shelf{visible: map[bool][]*streams.Declaration{}}
	s.catalog = kept
	return s, kept
}

func (s *stage) admin() http.Header {
	s.t.Helper()
	token, err := s.tokens.Issue(auth.User{ID: "root", Roles: []string{auth.RoleAdmin}}, time.Hour)
	if err != nil {
		s.t.Fatal(err)
	}
	return http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}
}

func TestADocumentIsInserted(t *testing.T) {
	s, kept := newShelf(t, Options{Database: "shop"})
	oid := bson.NewObjectID()
	for _, tt := range []struct {
		path           string
		id             any
		location, body string
	}{
		{"/posts", oid, "/posts/" + oid.Hex(), `{"_id":{"$oid":"` + oid.Hex() + `"}}`},
		{"/shop/posts", "a/b", "/shop/posts/a%2Fb", `{"_id":"a/b"}`},
		{"/posts", int32(7), "/posts/%7B%22$numberInt%22:%227%22%7D", `{"_id":7}`},
	} {
		kept.id = tt.id
		a := s.ask(http.MethodPost, tt.path, http.Header{"Content-Type": {"application/json; charset=utf-8"}}, `{"author":"ann"}`)
		if a.status != 201 || a.header.Get("Location") != tt.location || a.body != tt.body {
			t.Errorf("%s: %d %s at %s", tt.path, a.status, a.body, a.header.Get("Location"))
		}
	}
	if len(kept.inserted) != 3 || kept.inserted[1] != `posts {"author":"ann"}` {
		t.Errorf("inserted %q", kept.inserted)
	}
}

func TestTheRoutesOfCollectionsRefuse(t *testing.T) {
	s, kept := newShelf(t, Options{MaxBody: 100, Database: "shop"})
	kept.id = "x"
	alice, admin := s.bearer("alice"), s.admin()
	alice.Set("Content-Type", "application/json")
	with := func(name, value string) http.Header {
		h := admin.Clone()
		if h.Del(name); value != "" {
			h.Set(name, value)
		}
		return h
	}
	for _, tt := range []struct {
		name, method, path string
		header             http.Header
		body               string
		status             int
		code               rooms.Code
		field              string
	}{
		{"PUT by nobody", "PUT", "/posts", with("Authorization", ""), "{}", 401, rooms.CodeUnauthenticated, ""},
		{"PUT by a user", "PUT", "/posts", alice, "{}", 403, rooms.CodeForbidden, ""},
		{"a rule by a user", "POST", "/acl", alice, "{}", 403, rooms.CodeForbidden, ""},
		{"a wrong token", "POST", "/posts", with("Authorization", "Bearer x"), "{}", 401, rooms.CodeUnauthenticated, ""},
		{"another database", "POST", "/other/posts", admin, "{}", 404, rooms.CodeNotFound, ""},
		{"a form", "POST", "/posts", with("Content-Type", "application/x-www-form-urlencoded"), "a=b", 415, rooms.CodeUnsupportedMedia, ""},
		{"text, as pages of others may send it", "POST", "/posts", with("Content-Type", "text/plain"), "{}", 415, rooms.CodeUnsupportedMedia, ""},
		{"no type", "PUT", "/posts", with("Content-Type", ""), "{}", 415, rooms.CodeUnsupportedMedia, ""},
		{"a compressed body", "POST", "/posts", with("Content-Encoding", "gzip"), "{}", 415, rooms.CodeUnsupportedMedia, ""},
		{"a body too large", "POST", "/posts", admin, `{"a":"` + strings.Repeat("x", 100) + `"}`, 413, rooms.CodeTooLarge, "body"},
		{"no UTF-8", "POST", "/posts", admin, "{\"a\":\"\xff\"}", 400, rooms.CodeBadRequest, "body"},
		{"no streams of a collection", "GET", "/posts?rep=SHAL", with("Content-Type", ""), "", 404, rooms.CodeNotFound, ""},
		{"none for nobody", "GET", "/posts?rep=SHAL", nil, "", 401, rooms.CodeUnauthenticated, ""},
		{"another method", "DELETE", "/posts", admin, "", 405, rooms.CodeMethodNotAllowed, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := s.ask(tt.method, tt.path, tt.header, tt.body)
			a.refused(t, tt.status, tt.code, tt.field)
			if allow := a.header.Get("Allow"); (allow == "GET, POST, PUT") != (tt.status == 405) {
				t.Errorf("Allow is %q", allow)
			}
		})
	}
	kept.err = rooms.BadField("author", "is required")
	s.ask("POST", "/posts", admin, "{}").refused(t, 400, rooms.CodeBadRequest, "author")
	if len(kept.inserted)+len(kept.rules) > 0 {
		t.Errorf("refused, and yet there are %q and %q", kept.inserted, kept.rules)
	}
	if a := s.ask("PUT", "/acl", admin, "{}"); a.status != 405 || a.header.Get("Allow") != "POST" {
		t.Errorf("PUT /acl is answered %d, Allow %q", a.status, a.header.Get("Allow"))
	}
}

func TestWhatNobodyForesawIsNotTold(t *testing.T) {
	s, kept := newShelf(t, Options{})
	kept.err = errors.New("secret of the inside")
	a := s.ask("POST", "/acl", s.admin(), "{}")
	a.refused(t, 500, rooms.CodeInternal, "")
	if strings.Contains(a.body, "secret") || !a.err.Retryable {
		t.Errorf("told %s", a.body)
	}
}

func TestARuleIsPut(t *testing.T) {
	s, kept := newShelf(t, Options{})
	if a := s.ask("POST", "/acl", s.admin(), `{"_id":"x"}`); a.status != 204 || a.body != "" || len(kept.rules) != 1 || kept.rules[0] != `{"_id":"x"}` {
		t.Errorf("answered %d %s, kept %q", a.status, a.body, kept.rules)
	}
}

func TestStreamsAreListedAsLinks(t *testing.T) {
	s, kept := newShelf(t, Options{Database: "shop"})
	named := func(collection, uri string) *streams.Declaration {
		return &streams.Declaration{Name: streams.Name{Collection: collection, URI: uri}}
	}
	kept.visible[false] = []*streams.Declaration{named("posts", "all"), named("orders", "all"), named("", "all")}
	kept.visible[true] = append(kept.visible[false], named("posts", "mine"))
	for _, tt := range []struct {
		path, accept string
		header       http.Header
		want         map[string]string
	}{
		{"/posts?rep=SHAL", "*/*", nil, map[string]string{"self": "/posts", "all": "/posts/_streams/all"}},
		{"/shop/posts?rep=SHAL", "*/*", nil, map[string]string{"self": "/shop/posts", "all": "/shop/posts/_streams/all"}},
		{"/posts", "application/json", s.bearer("alice"), map[string]string{"self": "/posts", "all": "/posts/_streams/all", "mine": "/posts/_streams/mine"}},
	} {
		header := tt.header.Clone()
		if header == nil {
			header = http.Header{}
		}
		header.Set("Accept", tt.accept)
		a := s.ask(http.MethodGet, tt.path, header, "")
		var got struct {
			Links map[string]struct{ Href string } `json:"_links"`
		}
		if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != 200 || len(got.Links) != len(tt.want) {
			t.Fatalf("%s: %d %s", tt.path, a.status, a.body)
		}
		for name, href := range tt.want {
			if got.Links[name].Href != href {
				t.Errorf("%s: %s is at %q, want %q", tt.path, name, got.Links[name].Href, href)
			}
		}
	}
}
