package app_test

import (
	"net/http"
	"testing"

	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// An address that has all its connections and goes on asking uses up no handshakes: its own next one, and everybody's, would
// be refused for it.
func TestWhoFindsNoPlaceUsesUpNoHandshake(t *testing.T) {
	for name, l := range map[string]app.Limits{
		"of the address": {AddressConnections: 1, AddressHandshakes: only(8)},
		"of everybody":   {AddressConnections: 1, Handshakes: only(8)},
		"of a user":      {Connections: 1, Handshakes: only(8), AddressHandshakes: only(8)},
	} {
		t.Run(name, func(t *testing.T) {
			a := limited(t, l)
			first := apptest.Dial(t, a.URL, a.Token("alice"))
			call(t, first, "join_room", `"general"`)
			for range 10 {
				limit := "connections"
				if l.AddressConnections > 0 {
					limit = "address_connections"
					if answer := apptest.Refused(t, a.URL, socketPath, nil); answer.StatusCode != http.StatusTooManyRequests {
						t.Errorf("a second WebSocket is answered %s", answer.Status)
					}
					if status, _, _ := route(t, http.MethodGet, a.URL+"/socket.io/?EIO=4&transport=polling", "", "", nil); status != http.StatusTooManyRequests {
						t.Errorf("polling is answered %d", status)
					}
				}
				wantLimitedRoute(t, http.MethodGet, a.URL+feedPath, a.Token("alice"), "", limit, http.Header{"Accept": {"text/event-stream"}})
			}
			first.Drop()
			eventually(t, a, "the place is free", func(s scraped) bool { return s.value("roomstream_connections", "websocket") == 0 })
			comeIn(t, a, "alice")
		})
	}
}

// A connection may leave the namespace and come in again, each time for a look at a token and at the user's rooms: each time
// is a handshake.
func TestConnectingOverAndOverIsLimitedAsHandshakes(t *testing.T) {
	for name, l := range map[string]app.Limits{"address_handshakes": {AddressHandshakes: only(3)}, "handshakes": {Handshakes: only(3)}} {
		t.Run(name, func(t *testing.T) {
			a := limited(t, l)
			c := apptest.Open(t, a.URL, nil)
			connect := `40{"token":"` + a.Token("alice") + `"}`
			c.Write(connect)
			for n := range 2 {
				c.WaitFor("ready", n+1)
				c.Write("41")
				c.Write(connect)
			}
			c.WaitFor("ready", 3)
			c.Write("41")
			c.Write(connect)
			if code, reason := c.Closed(); code != 1013 || reason != "rate_limited" || len(c.Named("ready")) != 3 {
				t.Errorf("the fourth time: closed with %d %q after %d times ready", code, reason, len(c.Named("ready")))
			}
			if got := scrape(t, a).value("roomstream_limits_hit_total", name); got != 1 {
				t.Errorf("%v refusals are counted", got)
			}
		})
	}
}
