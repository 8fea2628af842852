package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"roomstream/server/app/apptest"
)

// refused is a connect_error's payload.
type refused struct {
	Message string `json:"message"`
	Data    struct {
		Code      string `json:"code"`
		Retryable bool   `json:"retryable"`
		Details   struct{ Field string }
	} `json:"data"`
}

func TestConnectIsRefusedWithACode(t *testing.T) {
	app := apptest.Start(t, apptest.Options{})
	for name, tc := range map[string]struct{ auth, code, field string }{
		"no payload":        {``, "UNAUTHENTICATED", "token"},
		"no token":          {`{}`, "UNAUTHENTICATED", "token"},
		"garbage":           {`{"token":"x.y.z"}`, "UNAUTHENTICATED", ""},
		"token is a number": {`{"token":1}`, "UNAUTHENTICATED", "token"},
		"expired":           {fmt.Sprintf(`{"token":%q}`, tokenFor(t, "alice", -time.Hour)), "TOKEN_EXPIRED", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, payload := apptest.Connect(t, app.URL, tc.auth, nil)
			var got refused
			if err := json.Unmarshal(payload, &got); err != nil {
				t.Fatalf("accepted, or refused with %s: %v", payload, err)
			}
			if got.Data.Code != tc.code || got.Data.Details.Field != tc.field || got.Message == "" || got.Data.Retryable {
				t.Fatalf("refused with %s, want %s", payload, tc.code)
			}
		})
	}
}

func TestATokenInTheHeaderServesToo(t *testing.T) {
	app := apptest.Start(t, apptest.Options{})
	c, refusal := apptest.Connect(t, app.URL, "", http.Header{"Authorization": {"Bearer " + app.Token("alice")}})
	if refusal != nil {
		t.Fatalf("refused: %s", refusal)
	}
	if body := c.WaitFor("ready", 1)[0].Body; !strings.Contains(string(body), `"id":"alice"`) {
		t.Fatalf("ready is %s", body)
	}
}

func TestATokenInTheURLDoesNotServe(t *testing.T) {
	app := apptest.Start(t, apptest.Options{})
	c := apptest.OpenPath(t, app.URL, "/socket.io/?EIO=4&transport=websocket&token="+app.Token("alice"), nil)
	c.Write("40")
	if payload := c.Refusal(); !strings.Contains(string(payload), "UNAUTHENTICATED") {
		t.Fatalf("answered %s", payload)
	}
}

func TestReadyIsTheFirstEventOverTheWire(t *testing.T) {
	app := apptest.Start(t, apptest.Options{})
	before := time.Now().Truncate(time.Millisecond)
	c := apptest.Dial(t, app.URL, app.Token("alice"))
	first := c.Events()[0]
	var ready struct {
		User struct {
			ID    string
			Roles []string
		}
		LogID         string
		Rooms         []any
		Notifications struct{ Unread *int }
		Limits        map[string]int
		ServerTime    time.Time
	}
	if err := json.Unmarshal(first.Body, &ready); err != nil || first.Name != "ready" {
		t.Fatalf("the first event is %s %s: %v", first.Name, first.Body, err)
	}
	if ready.User.ID != "alice" || ready.User.Roles == nil || ready.LogID == "" || ready.Rooms == nil || ready.Notifications.Unread == nil {
		t.Fatalf("ready is %s", first.Body)
	}
	want := map[string]int{"maxTextLength": 8000, "maxDataBytes": 8192, "maxPayload": 1_000_000, "maxPageEvents": 200, "maxFileSize": 25 << 20}
	for name, limit := range want {
		if ready.Limits[name] != limit {
			t.Errorf("%s is %d, want %d", name, ready.Limits[name], limit)
		}
	}
	if ready.ServerTime.Before(before) || ready.ServerTime.After(time.Now()) {
		t.Errorf("serverTime is %s, not between %s and now", ready.ServerTime, before)
	}
	again := apptest.Dial(t, app.URL, app.Token("bob"))
	if !strings.Contains(string(again.Events()[0].Body), `"logId":"`+ready.LogID+`"`) {
		t.Error("two clients are told of different logs")
	}
}

func TestAnExpiredTokenClosesWith4001(t *testing.T) {
	t.Parallel() // it mostly waits
	app := apptest.Start(t, apptest.Options{})
	token := tokenFor(t, "alice", 2*time.Second)
	c := apptest.Dial(t, app.URL, token)
	var expiring struct{ ExpiresAt time.Time }
	if err := json.Unmarshal(c.WaitFor("auth_expiring", 1)[0].Body, &expiring); err != nil {
		t.Fatal(err)
	}
	code, _ := c.Closed()
	if now := time.Now(); code != 4001 || now.Before(expiring.ExpiresAt) {
		t.Fatalf("closed with %d at %s, of a token good until %s", code, now, expiring.ExpiresAt)
	}
	closing := c.Named("closing")
	if len(closing) != 1 || string(closing[0].Body) != `{"reason":"token_expired"}` {
		t.Fatalf("closing was said as %v", closing)
	}
}

func TestRefreshAuthKeepsTheSocketOverTheWire(t *testing.T) {
	t.Parallel() // it mostly waits
	app := apptest.Start(t, apptest.Options{})
	c := apptest.Dial(t, app.URL, tokenFor(t, "alice", 2*time.Second))
	other := apptest.Dial(t, app.URL, tokenFor(t, "alice", 2*time.Second))
	var answer struct{ ExpiresAt time.Time }
	c.Must("refresh_auth", fmt.Sprintf(`{"token":%q}`, app.Token("alice")), &answer)
	if time.Until(answer.ExpiresAt) < time.Minute {
		t.Fatalf("expires at %s", answer.ExpiresAt)
	}
	wantCode(t, other, "refresh_auth", fmt.Sprintf(`{"token":%q}`, app.Token("bob")), "FORBIDDEN")
	if code, _ := other.Closed(); code != 4001 { // by now the first token is over as well
		t.Fatalf("the socket that was not refreshed is closed with %d", code)
	}
	c.Must("join_room", `"general"`, nil)
}

func TestUnknownAndMalformedEventsAreAckedAndHarmNothing(t *testing.T) {
	app := apptest.Start(t, apptest.Options{})
	c := apptest.Dial(t, app.URL, app.Token("alice"))
	wantCode(t, c, "no_such_event", `{}`, "UNKNOWN_EVENT")
	wantCode(t, c, "send_message", `null`, "BAD_REQUEST")
	wantCode(t, c, "send_message", `{"roomId":"general","text":7}`, "BAD_REQUEST")
	wantCode(t, c, "sync", `{"rooms":[]}`, "BAD_REQUEST")
	c.Emit("send_message", `{"roomId":7}`)
	c.Emit("nonsense", `[]`)
	c.Must("join_room", `"general"`, nil)
}

func TestAnEventWithoutAnAckCallbackWorks(t *testing.T) {
	app := apptest.Start(t, apptest.Options{})
	c := apptest.Dial(t, app.URL, app.Token("alice"))
	c.Emit("join_room", `"general"`)
	c.Emit("send_message", `{"roomId":"general","text":"no ack wanted"}`)
	if body := c.WaitFor("new_message", 1)[0].Body; !strings.Contains(string(body), "no ack wanted") {
		t.Fatalf("heard %s", body)
	}
}
