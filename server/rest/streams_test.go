package rest_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

const (
	streamsRoute          = "/api/streams"
	streamRoute           = "/api/streams/{uri}"
	collectionStreamRoute = "/api/streams/{collection}/{uri}"
)

func onMongoDB(t *testing.T) *caller {
	t.Helper()
	server := mongotest.Shared(t)
	return newCaller(t, apptest.Options{MongoDBURI: server.URI, Database: server.Database(t)})
}

// tokenOf makes a token with roles.
func (c *caller) tokenOf(sub string, roles ...string) string {
	c.t.Helper()
	return c.TokenFor(auth.User{ID: auth.UserID(sub), Name: sub, Roles: roles}, time.Hour)
}

// stream calls the route of one stream.
func (c *caller) stream(method, name, token, body string) answer {
	c.t.Helper()
	route := streamRoute
	if strings.Contains(name, "/") {
		route = collectionStreamRoute
	}
	return c.call(method, route, "/api/streams/"+name, token, []byte(body))
}

// listed gives the list that a caller sees, by name.
func (c *caller) listed(token string) map[string]object {
	c.t.Helper()
	a := c.get(streamsRoute, "/api/streams", token)
	// A server that has just begun has not read the declarations yet, and says so.
	for give := time.Now().Add(apptest.Patience); a.status == http.StatusServiceUnavailable && time.Now().Before(give); {
		a = c.get(streamsRoute, "/api/streams", token)
	}
	a.want(c.t, http.StatusOK)
	list := map[string]object{}
	for _, entry := range a.object["streams"].([]any) {
		list[entry.(object)["name"].(string)] = entry.(object)
	}
	return list
}

func TestStreamsAreDeclaredReadAndTakenBack(t *testing.T) {
	c := onMongoDB(t)
	admin := c.tokenOf("root", auth.RoleAdmin)
	const body = `{"operations":["insert"],"stages":[{"$match":{"fullDocument.n":{"$var":"n"}}}],"vars":{"n":{"type":"int"}},"access":{"roles":["staff"]}}`
	c.stream("PUT", "posts/mine", admin, body).want(t, http.StatusCreated)
	c.stream("PUT", "posts/mine", admin, body).want(t, http.StatusOK)
	c.stream("PUT", "all", admin, `{"watch":{"database":true}}`).want(t, http.StatusCreated)
	c.stream("PUT", "everything", admin, `{"watch":{"deployment":true}}`).want(t, http.StatusCreated)

	got := c.stream("GET", "posts/mine", admin, "")
	got.want(t, http.StatusOK)
	if !reflect.DeepEqual(got.object["watch"], object{"collection": "posts"}) || got.object["uri"] != "mine" {
		t.Errorf("it watches %v as %v", got.object["watch"], got.object["uri"])
	}
	again := c.stream("PUT", "posts/mine", admin, string(got.body))
	again.want(t, http.StatusOK)
	if !reflect.DeepEqual(again.object, got.object) {
		t.Errorf("what GET answers is declared as %s", again.body)
	}
	if whole := c.stream("GET", "all", admin, ""); !reflect.DeepEqual(whole.object["watch"], object{"database": true}) {
		t.Errorf("all is %s", whole.body)
	}
	if c.stream("DELETE", "posts/mine", admin, "").want(t, http.StatusNoContent); len(c.listed(admin)) != 2 {
		t.Errorf("left are %v", c.listed(admin))
	}
	c.stream("DELETE", "posts/mine", admin, "").refused(t, http.StatusNotFound, "NOT_FOUND", "")
	c.stream("GET", "posts/mine", admin, "").refused(t, http.StatusNotFound, "NOT_FOUND", "")
}

func TestWhoSeesWhichStreams(t *testing.T) {
	c := onMongoDB(t)
	admin := c.tokenOf("root", auth.RoleAdmin)
	const stages = `"stages":[{"$match":{"fullDocument.n":{"$var":"n"}}}],"create":{"roles":["staff"]}`
	c.stream("PUT", "posts/open", admin, `{`+stages+`,"access":{"public":true}}`).want(t, http.StatusCreated)
	c.stream("PUT", "posts/staff", admin, `{`+stages+`,"access":{"roles":["staff"]}}`).want(t, http.StatusCreated)
	c.stream("PUT", "posts/closed", admin, `{`+stages+`}`).want(t, http.StatusCreated)

	for who, tt := range map[string]struct {
		token string
		sees  []string
	}{
		"nobody":    {"", []string{"posts/open"}},
		"a user":    {c.tokenOf("alice"), []string{"posts/open"}},
		"the staff": {c.tokenOf("bob", "staff"), []string{"posts/open", "posts/staff"}},
		"an admin":  {admin, []string{"posts/open", "posts/staff", "posts/closed"}},
	} {
		list := c.listed(tt.token)
		if len(list) != len(tt.sees) {
			t.Errorf("%s sees %v, want %v", who, list, tt.sees)
		}
		for _, name := range tt.sees {
			entry := list[name]
			for member := range entry {
				if secret := member == "stages" || member == "access" || member == "create"; secret && who != "an admin" {
					t.Errorf("%s sees %s of %s", who, member, name)
				}
			}
			if entry["uri"] == nil || entry["watch"] == nil || entry["operations"] == nil {
				t.Errorf("%s cannot open %s by %v", who, name, entry)
			}
			if vars := (object{"n": object{"type": "string", "required": true}}); !reflect.DeepEqual(entry["vars"], vars) {
				t.Errorf("%s is shown the variables %v of %s", who, entry["vars"], name)
			}
			if _, all := entry["stages"]; all != (who == "an admin") {
				t.Errorf("%s sees %v of %s", who, entry, name)
			}
		}
	}
	c.get(streamsRoute, "/api/streams", "forged").refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
}

func TestOnlyAdminsDeclare(t *testing.T) {
	c := onMongoDB(t)
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		for _, name := range []string{"posts/all", "all"} {
			c.stream(method, name, "", `{}`).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
			c.stream(method, name, c.tokenOf("alice", "staff"), `{}`).refused(t, http.StatusForbidden, "FORBIDDEN", "")
		}
	}
	if list := c.listed(c.tokenOf("root", auth.RoleAdmin)); len(list) != 0 {
		t.Errorf("declared are %v", list)
	}
}

// TestBadDeclarations: each is refused with what is wrong, and nothing is written.
func TestBadDeclarations(t *testing.T) {
	c := onMongoDB(t)
	admin := c.tokenOf("root", auth.RoleAdmin)
	for _, tt := range []struct {
		name, body string
		status     int
		code       string
	}{
		{"posts/all", ``, http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA"},
		{"posts/all", `[]`, http.StatusBadRequest, "BAD_REQUEST"},
		{"posts/all", `{`, http.StatusBadRequest, "BAD_REQUEST"},
		{"posts/all", "{\"room\":\"\xff\"}", http.StatusBadRequest, "BAD_REQUEST"},
		{"posts/all", `{"uri":"other"}`, http.StatusBadRequest, "BAD_REQUEST"},
		{"posts/all", `{"watch":{"collection":"other"}}`, http.StatusBadRequest, "BAD_REQUEST"},
		{"posts/all", `{"watch":{"database":true}}`, http.StatusBadRequest, "BAD_REQUEST"},
		{"posts/a%20b", `{}`, http.StatusBadRequest, "BAD_REQUEST"},
		{"posts/all", `{"operations":["drop"]}`, http.StatusBadRequest, "BAD_REQUEST"},
		{"posts/all", `{"stages":[{"$out":"x"}]}`, http.StatusBadRequest, "BAD_REQUEST"},
		{"posts/all", `{"stages":[{"$lookup":{"from":"users"}}]}`, http.StatusBadRequest, "BAD_REQUEST"},
		{"posts/all", `{"stages":[{"$group":{"_id":null}}]}`, http.StatusBadRequest, "BAD_REQUEST"},
		{"posts/all", `{"stages":[{"$match":{"$where":"true"}}]}`, http.StatusBadRequest, "BAD_REQUEST"},
		{"posts/all", `{"stages":[{"$addFields":{"x":{"$function":{"body":"f","args":[],"lang":"js"}}}}]}`, http.StatusBadRequest, "BAD_REQUEST"},
		{"posts/all", `{"stages":[{"$unset":"_id"}]}`, http.StatusBadRequest, "BAD_REQUEST"},
		{"posts/all", `{"stages":[{"$match":{"fullDocument.n":{"$nonsense":1}}}]}`, http.StatusBadRequest, "BAD_REQUEST"},
		{"posts/all", `{"vars":{"n":{"type":"float"}}}`, http.StatusBadRequest, "BAD_REQUEST"},
		{"posts/all", `{"access":"everybody"}`, http.StatusBadRequest, "BAD_REQUEST"},
		{"posts/all", `{"unknown":1}`, http.StatusBadRequest, "BAD_REQUEST"},
		{"messages/all", `{}`, http.StatusForbidden, "FORBIDDEN"},
		{"streams/all", `{}`, http.StatusForbidden, "FORBIDDEN"},
	} {
		a := c.stream("PUT", tt.name, admin, tt.body)
		failure, _ := a.object["error"].(object)
		if a.status != tt.status || failure["code"] != tt.code {
			t.Errorf("PUT %s %s: answered %d %s, want %d %s", tt.name, tt.body, a.status, a.body, tt.status, tt.code)
		}
	}
	if list := c.listed(admin); len(list) != 0 {
		t.Errorf("declared are %v", list)
	}
	long := `{"room":"` + strings.Repeat("x", 64<<10) + `"}`
	c.stream("PUT", "posts/all", admin, long).refused(t, http.StatusRequestEntityTooLarge, "TOO_LARGE", "body")
}

func TestWithoutMongoDBThereAreNoStreams(t *testing.T) {
	c := newCaller(t, apptest.Options{})
	admin := c.tokenOf("root", auth.RoleAdmin)
	if list := c.listed(admin); len(list) != 0 {
		t.Errorf("declared are %v", list)
	}
	for _, method := range []string{"PUT", "DELETE"} {
		a := c.stream(method, "posts/all", admin, `{}`)
		a.refused(t, http.StatusNotFound, "NOT_FOUND", "")
		if !strings.Contains(string(a.body), "MongoDB") {
			t.Errorf("%s does not say why: %s", method, a.body)
		}
	}
}

// What every list is made of must be what the document of the routes says, down to the names.
func TestListsAreJSON(t *testing.T) {
	c := onMongoDB(t)
	admin := c.tokenOf("root", auth.RoleAdmin)
	const body = `{"events":{"insert":"post_added"},"room":"room-{fullDocument.roomId}","fullDocument":"updateLookup","access":{"public":true}}`
	c.stream("PUT", "posts/told", admin, body).want(t, http.StatusCreated)
	for _, token := range []string{"", admin} {
		entry, err := json.Marshal(c.listed(token)["posts/told"])
		if err != nil || !strings.Contains(string(entry), `"insert":"post_added"`) {
			t.Errorf("listed is %s, %v", entry, err)
		}
	}
}
