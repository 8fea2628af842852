package attacks

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"roomstream/server/app/apptest"
)

// operators are what MongoDB would take for a condition instead of a value.
var operators = []string{`{"$ne":null}`, `{"$gt":""}`, `[{"$ne":null}]`, `{"$where":"sleep(1)"}`}

// Operators of the database in place of values: in each field of each JSON body and event, in path and query of each route, and in the
// variables of declared streams. Each is refused by the name of the field that holds it, or is text.
func TestNoSQLInjection(t *testing.T) {
	s := onMongoDB(t)
	s.must(http.MethodPost, "/api/rooms/den/messages", `{"text":"a secret of the den"}`)
	s.must(http.MethodPut, "/api/streams/posts/mine", `{"access":{"public":true},"stages":[{"$match":{"fullDocument.n":{"$var":"n"}}}]}`)
	s.run("bodies", (*stage).operatorsInBodies)
	s.run("addresses", (*stage).operatorsInAddresses)
	s.run("events", (*stage).operatorsInEvents)
	s.run("feeds", (*stage).operatorsInFeeds)
	s.run("data is text", (*stage).operatorsInData)
}

// samples are values that the documents' schemas do not tell.
func samples() map[string]any {
	return map[string]any{
		"roomId": "den", "userId": "bob", "seq": 2, "parent": 2, "thread": 2, "url": "https://example.com/in", "endpoint": "https://example.com/push",
		"p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", "auth": "BTBZMqHH6r4Tts7J_aSIgg",
		"expiresAt": "2100-01-01T00:00:00.000Z", "bannedUntil": "2100-01-01T00:00:00.000Z", "mutedUntil": "2100-01-01T00:00:00.000Z",
		"events": []any{"new_message"}, "ids": []any{strings.Repeat("0", 24)}, "attachments": []any{strings.Repeat("A", 26)}, "rooms": []any{"den"}, "data": object{},
		"avatar": "https://example.com/a.png", "uri": "posts/mine", "emoji": "👍",
	}
}

// given is what stands in paths.
func given() map[string]string {
	return map[string]string{"id": "den", "userId": "bob", "seq": "2", "collection": "posts", "uri": "mine"}
}

// freeObjects hold whatever a client puts in: it is kept as text.
var freeObjects = []string{"data"}

// onlyAlone do not go with another field of their body.
var onlyAlone = []string{"userIds", "initial"}

func (s *stage) operatorsInBodies() {
	d := s.routes()
	hook := s.hook()
	tried := 0
	for _, o := range d.operations() {
		if o.body == nil || strings.HasPrefix(o.path, "/api/streams") {
			continue // declarations have operators, and are admins': TestWhatADeclarationMayNotSay
		}
		target := o.target(given())
		if strings.HasPrefix(o.path, "/api/hooks/") {
			target = hook
		}
		for name, body := range d.attacks(o.body) {
			a := s.call(o.method, target, s.ann, body)
			if tried++; a.status != http.StatusBadRequest || !names(a.field(), name) {
				s.t.Errorf("%s %s %s: %d %s", o.method, target, body, a.status, a.body)
			}
		}
	}
	wantMany(s.t, tried)
}

// attacks yields bodies that are good but for one field, with its name.
func (d document) attacks(schema any) func(yield func(name, body string) bool) {
	return func(yield func(name, body string) bool) {
		good, _ := d.sample("", schema, samples()).(object)
		alone := map[string]any{}
		for _, name := range onlyAlone {
			if value, ok := good[name]; ok {
				alone[name] = value
				delete(good, name)
			}
		}
		for _, name := range slices.Concat(slices.Sorted(maps.Keys(good)), slices.Sorted(maps.Keys(alone))) {
			if slices.Contains(freeObjects, name) {
				continue
			}
			for _, operator := range operators {
				bad := maps.Clone(good)
				bad[name] = json.RawMessage(operator)
				if !yield(name, write(bad)) {
					return
				}
				inner, _ := good[name].(object)
				for member := range inner {
					part := maps.Clone(inner)
					part[member] = json.RawMessage(operator)
					bad[name] = part
					if !yield(name+"."+member, write(bad)) {
						return
					}
				}
			}
		}
	}
}

// names says whether an error's field is the attacked one, or a part of it.
func names(field, name string) bool {
	return field == name || strings.HasPrefix(field, name+".") || strings.HasPrefix(field, name+"[")
}

func write(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // what was decoded from JSON and what this test writes has a form
	}
	return string(text)
}

// wantMany fails where a walk found nothing to attack.
func wantMany(t *testing.T, tried int) {
	t.Helper()
	const least = 100
	if tried < least {
		t.Errorf("only %d attacks were tried", tried)
	}
}

// hook is the address of a hook that posts to den.
func (s *stage) hook() string {
	s.t.Helper()
	var made struct{ Path string }
	a := s.must(http.MethodPost, "/api/rooms/den/hooks", `{"name":"hook"}`)
	if err := json.Unmarshal(a.body, &made); err != nil || made.Path == "" {
		s.t.Fatalf("the hook is %s: %v", a.body, err)
	}
	return made.Path
}

func (s *stage) operatorsInAddresses() {
	mallory := s.Token("mallory")
	tried := 0
	try := func(method, target string) {
		a := s.call(method, target, mallory, "")
		if tried++; a.status >= 500 || strings.Contains(string(a.body), "secret of the den") || a.status < 300 && strings.Contains(string(a.body), "Den") {
			s.t.Errorf("%s %s: %d %s", method, target, a.status, a.body)
		}
	}
	for _, o := range s.routes().operations() {
		for _, operator := range []string{`{"$ne":null}`, `{"$gt":""}`, `$where`, `[$ne]`, `{"$regex":".*"}`} {
			if name := between(o.path, "{", "}"); name != "" {
				all := given()
				all[name] = url.PathEscape(operator)
				try(o.method, o.target(all))
			}
			for _, name := range o.query {
				try(o.method, o.target(given())+"?"+url.QueryEscape(name)+"="+url.QueryEscape(operator))
				try(o.method, o.target(given())+"?"+url.QueryEscape(name+"[$ne]")+"=x")
			}
		}
	}
	wantMany(s.t, tried)
}

func between(text, open, end string) string {
	_, rest, _ := strings.Cut(text, open)
	inner, _, _ := strings.Cut(rest, end)
	return inner
}

func (s *stage) operatorsInEvents() {
	d := events(s.t)
	client := apptest.Dial(s.t, s.URL, s.ann)
	tried := 0
	for event, schema := range d.clientEvents() {
		if event == "sync" {
			continue // it is an object of rooms: below
		}
		for name, body := range d.attacks(schema) {
			ack, err := client.Call(event, body)
			if tried++; err != nil || !strings.Contains(string(ack), `"BAD_REQUEST"`) || !names(fieldOf(ack), name) {
				s.t.Errorf("%s %s: %s, %v", event, body, ack, err)
			}
		}
	}
	for _, operator := range operators {
		ack, err := client.Call("sync", fmt.Sprintf(`{"rooms":{"den":%s}}`, operator))
		if err != nil || !names(fieldOf(ack), "rooms") {
			s.t.Errorf("sync %s: %s, %v", operator, ack, err)
		}
	}
	wantMany(s.t, tried)
}

// The variables of a stream: over Socket.IO, in a feed's query by name, and as avars.
func (s *stage) operatorsInFeeds() {
	client := apptest.Dial(s.t, s.URL, s.ann)
	for _, operator := range operators {
		ack, err := client.Call("subscribe_stream", fmt.Sprintf(`{"uri":"posts/mine","vars":{"n":%s}}`, operator))
		if err != nil || fieldOf(ack) != "vars.n" {
			s.t.Errorf("subscribe_stream %s: %s, %v", operator, ack, err)
		}
		avars := url.QueryEscape(fmt.Sprintf(`{"n":%s}`, operator))
		if a := s.call(http.MethodGet, "/posts/_streams/mine?avars="+avars, "", "", "Accept", "text/event-stream"); a.status != http.StatusBadRequest || a.field() != "vars.n" {
			s.t.Errorf("avars %s: %d %s", operator, a.status, a.body)
		}
		if a := s.call(http.MethodGet, "/posts/_streams/mine?n%5B%24ne%5D="+url.QueryEscape(operator), "", "", "Accept", "text/event-stream"); a.status != http.StatusBadRequest {
			s.t.Errorf("n[$ne]=%s: %d %s", operator, a.status, a.body)
		}
	}
}

// What a client may shape as it likes comes back as it was sent, operators and all, and finds nothing.
func (s *stage) operatorsInData() {
	const data = `{"$where":"sleep(1)","a":{"$ne":null},"__proto__":{"admin":true}}`
	s.must(http.MethodPost, "/api/rooms/den/messages", `{"text":"{\"$gt\":\"\"}","data":`+data+`}`)
	if a := s.must(http.MethodGet, "/api/rooms/den/messages?limit=1", ""); !strings.Contains(string(a.body), data) || !strings.Contains(string(a.body), `{\"$gt\":\"\"}`) {
		s.t.Errorf("it comes back as %s", a.body)
	}
}
