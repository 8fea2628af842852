package app_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/server/app/apptest"
)

// healthOf is what admins are told.
type healthOf struct {
	Store     struct{ Kind string }
	Instances []struct {
		Instance    string
		Self        bool
		Version     *string
		Ready       bool
		Connections int
	}
}

func askHealth(t *testing.T, running *apptest.App) healthOf {
	t.Helper()
	token := running.TokenFor(auth.User{ID: "root", Name: "Root", Roles: []string{auth.RoleAdmin}}, time.Hour)
	status, body := request(t, "GET", running.URL+"/api/admin/health", token, "")
	var h healthOf
	if err := json.Unmarshal([]byte(body), &h); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s %v", status, body, err)
	}
	return h
}

// TestEveryInstanceTellsOfTheOthers connects two people to one instance and one to the other, and asks both.
func TestEveryInstanceTellsOfTheOthers(t *testing.T) {
	first, second := twoInstances(t)
	for _, who := range []string{"ann", "bo"} {
		apptest.Dial(t, first.URL, first.Token(who))
	}
	apptest.Dial(t, second.URL, second.Token("cleo"))
	const pause = 50 * time.Millisecond
	for asked, want := range map[*apptest.App][2]int{first: {2, 1}, second: {1, 2}} {
		tick, deadline := time.NewTicker(pause), time.After(apptest.Patience)
		for {
			h := askHealth(t, asked)
			if h.Store.Kind != "mongodb" || len(h.Instances) == 0 || !h.Instances[0].Self {
				t.Fatalf("%+v", h)
			}
			// The other one says how it is with its next lease.
			if len(h.Instances) == 2 && h.Instances[0].Connections == want[0] && h.Instances[1].Connections == want[1] && h.Instances[1].Version != nil && h.Instances[1].Ready {
				break
			}
			select {
			case <-tick.C:
			case <-deadline:
				t.Fatalf("within %s it did not tell of %v: %+v", apptest.Patience, want, h)
			}
		}
		tick.Stop()
	}
}
