package attacks

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms/limits"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// freed is what no limit counts: it ends what another counted when it began, and costs no more than its refusal would.
const freed = ""

// eventLimits says which limit bounds each event that clients send. One that is added is put here, and under a limit.
var eventLimits = map[string]string{
	"send_message": "room_sends", "edit_message": "room_sends", "delete_message": "room_sends", "set_reaction": "room_sends",
	"join_room": "joins", "create_room": "joins", "open_direct": "joins", "accept_invitation": "joins",
	"get_history": "reads", "search": "reads", "sync": "reads", "mark_read": "reads", "mark_delivered": "reads", "set_alerts": "reads", "update_room": "reads", "list_rooms": "reads",
	"set_member": "reads", "list_members": "reads", "list_receipts": "reads", "set_pin": "reads", "list_pins": "reads", "set_thread": "reads",
	"list_threads": "reads", "create_invitation": "reads", "list_invitations": "reads", "remove_invitation": "reads", "report_message": "reads",
	"typing": "reads", "set_presence": "reads", "get_presence": "reads", "get_users": "reads", "update_profile": "reads", "mark_notifications": "reads",
	"subscribe_stream": "reads", "refresh_auth": "reads",
	"leave_room": freed, "unsubscribe_stream": freed,
}

// routeLimits are those of a user that bound routes: reads, but for these, which are counted as the event is that does the
// same.
var routeLimits = map[string]string{
	"POST /api/rooms": "joins", "POST /api/direct": "joins", "POST /api/invitations": "joins",
	"POST /api/rooms/{id}/messages": "room_sends", "DELETE /api/rooms/{id}/messages/{seq}": "room_sends",
}

// ofRequests are routes that are counted as requests alone: what a file costs is its bytes.
var ofRequests = []string{
	"GET /api/rooms/{id}/files", "POST /api/rooms/{id}/files", "GET /api/rooms/{id}/files/{fileId}",
	"GET /api/rooms/{id}/files/{fileId}/thumbnail", "GET /api/rooms/{id}/files/{fileId}/url",
}

// ofNobody are routes that are called by no user: an address is counted.
var ofNobody = []string{
	"GET /api/openapi.json", "GET /api/asyncapi.json", "GET /api/auth/methods", "POST /api/auth/register", "POST /api/auth/login", "POST /api/auth/guest",
	"POST /api/hooks/{id}/{secret}",
}

// ofHealth are routes for who watches the server: they say yes or no, and hang on nothing that many ask.
var ofHealth = []string{"GET /healthz", "GET /readyz"}

// limitedTo runs the program with these limits and no others.
func limitedTo(t *testing.T, l app.Limits) *stage {
	t.Helper()
	s := &stage{t: t, App: apptest.Start(t, apptest.Options{Configure: func(c *app.Config) { c.Limits, c.PushSubject = l, "mailto:ops@example.com" }})}
	s.ann = s.admin("ann")
	return s
}

func (s *stage) admin(name string) string {
	s.t.Helper()
	return s.TokenFor(auth.User{ID: auth.UserID(name), Name: name, Roles: []string{auth.RoleAdmin}}, time.Hour)
}

// once allows one at once, and the next one an hour later.
var once = limits.Rate{Every: time.Hour, Burst: 1}

// limitOf is which limit an answer names; empty: it is no RATE_LIMITED.
func limitOf(body []byte) string {
	var failure struct {
		Error struct {
			Code    string
			Details struct{ Reason string }
		}
	}
	if json.Unmarshal(body, &failure) != nil || failure.Error.Code != "RATE_LIMITED" {
		return ""
	}
	return failure.Error.Details.Reason
}

func TestEveryEventIsUnderALimit(t *testing.T) {
	d := events(t)
	payloads := d.clientEvents()
	if documented, known := slices.Sorted(maps.Keys(payloads)), slices.Sorted(maps.Keys(eventLimits)); !slices.Equal(documented, known) {
		t.Fatalf("the document has the events %q, and limits are named for %q", documented, known)
	}
	s := limitedTo(t, app.Limits{RoomSends: once, Joins: once, Reads: once})
	for event, limit := range eventLimits {
		client := apptest.Dial(t, s.URL, s.admin("of "+event))
		payload := write(d.sample("", payloads[event], samples()))
		ask := func(event, payload string) string {
			t.Helper()
			ack, err := client.Call(event, payload)
			if err != nil {
				t.Fatalf("%s %s: %v", event, payload, err)
			}
			return limitOf(ack)
		}
		if limit == freed {
			ask("list_rooms", `{}`)
			ask("join_room", `"den"`)
			if got := ask("list_rooms", `{}`); got != "reads" {
				t.Fatalf("the limits are not used up: list_rooms is refused by %q", got)
			}
		}
		for i := range 2 {
			want := limit
			if i == 0 {
				want = ""
			}
			if got := ask(event, payload); got != want {
				t.Errorf("%s %s, time %d: refused by %q, want %q", event, payload, i+1, got, want)
			}
		}
		client.Drop()
	}
}

// Whoever calls, and whether he may, an address is counted, before anything else is looked at.
func TestEveryRouteIsUnderTheLimitOfAnAddress(t *testing.T) {
	s := limitedTo(t, app.Limits{AddressRequests: once})
	for _, o := range s.routes().operations() { // to ask for them was the one
		a, want := s.call(o.method, o.target(given()), "", ""), "address_requests"
		if slices.Contains(ofHealth, o.name()) {
			want = ""
		}
		if got := limitOf(a.body); got != want || (want != "") != (a.status == http.StatusTooManyRequests) {
			t.Errorf("%s: %d, refused by %q, want %q", o.name(), a.status, got, want)
		}
	}
	if a := s.call(http.MethodGet, "/_streams/room-den", "", ""); limitOf(a.body) != "address_requests" {
		t.Errorf("a feed: %d %s", a.status, a.body)
	}
}

func TestEveryRouteIsUnderTheLimitsOfAUser(t *testing.T) {
	d := limitedTo(t, app.Limits{}).routes()
	for name, run := range map[string]struct {
		limits app.Limits
		want   func(route string) string
	}{
		"requests": {app.Limits{Requests: once}, func(string) string { return "requests" }},
		"others": {app.Limits{RoomSends: once, Joins: once, Reads: once}, func(route string) string {
			if limit, ok := routeLimits[route]; ok {
				return limit
			}
			if slices.Contains(ofRequests, route) {
				return ""
			}
			return "reads"
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := limitedTo(t, run.limits)
			tried := 0
			for _, o := range d.operations() {
				if slices.Contains(ofHealth, o.name()) || slices.Contains(ofNobody, o.name()) {
					continue
				}
				body := ""
				if o.body != nil {
					body = write(d.sample("", o.body, samples()))
				}
				token := s.admin("of " + o.name())
				if a := s.call(o.method, o.target(given()), token, body); limitOf(a.body) != "" {
					t.Errorf("%s, the first time: %s", o.name(), a.body)
				}
				if a := s.call(o.method, o.target(given()), token, body); limitOf(a.body) != run.want(o.name()) {
					t.Errorf("%s, the second time: %d %s, want it refused by %q", o.name(), a.status, a.body, run.want(o.name()))
				}
				tried++
			}
			if tried < len(d.operations())-len(ofHealth)-len(ofNobody) {
				t.Errorf("only %d routes were tried", tried)
			}
		})
	}
}

// name is the method and the path, as the tables have them.
func (o operation) name() string { return o.method + " " + o.path }
