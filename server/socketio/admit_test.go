package socketio

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

func TestRefusedAtConnect(t *testing.T) {
	c, tokens := unserved(t)
	good := quoted(issue(t, tokens, "alice", time.Hour))
	past, err := auth.NewTokens(auth.TokenOptions{Secret: []byte(testSecret), Now: func() time.Time { return time.Now().Add(-2 * time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	expired := issue(t, past, "alice", time.Hour)

	for name, tc := range map[string]struct {
		auth, header string
		code         rooms.Code
		field        string
	}{
		"no token":              {`{}`, "", rooms.CodeUnauthenticated, "token"},
		"null token":            {`{"token":null}`, "", rooms.CodeUnauthenticated, "token"},
		"empty token":           {`{"token":""}`, "", rooms.CodeUnauthenticated, "token"},
		"token is a number":     {`{"token":7}`, "", rooms.CodeUnauthenticated, "token"},
		"token is an object":    {`{"token":{"a":1}}`, "", rooms.CodeUnauthenticated, "token"},
		"TOKEN is another word": {`{"TOKEN":` + good + `}`, "", rooms.CodeUnauthenticated, "token"},
		"auth is a string":      {`"x"`, "", rooms.CodeUnauthenticated, "auth"},
		"auth is an array":      {`[]`, "", rooms.CodeUnauthenticated, "auth"},
		"auth is null":          {`null`, "", rooms.CodeUnauthenticated, "auth"},
		"garbage":               {`{"token":"x.y.z"}`, "", rooms.CodeUnauthenticated, ""},
		"over 4 KiB":            {`{"token":"` + strings.Repeat("x", 5000) + `"}`, "", rooms.CodeUnauthenticated, ""},
		"expired":               {`{"token":"` + expired + `"}`, "", rooms.CodeTokenExpired, ""},
		"expired in the header": {`{}`, "Bearer " + expired, rooms.CodeTokenExpired, ""},
		"basic credentials":     {`{}`, "Basic YTpi", rooms.CodeUnauthenticated, "token"},
		"bare bearer":           {`{}`, "Bearer", rooms.CodeUnauthenticated, "token"},
		"retry is a number":     {`{"token":` + good + `,"retry":1}`, "", rooms.CodeBadRequest, "retry"},
		"retry is unknown":      {`{"token":` + good + `,"retry":"loud"}`, "", rooms.CodeBadRequest, "retry"},
	} {
		t.Run(name, func(t *testing.T) {
			s, refusal := c.admit(handshake{Auth: json.RawMessage(tc.auth), Authorization: tc.header})
			if s != nil || refusal == nil {
				t.Fatalf("admitted %s", tc.auth)
			}
			if refusal.Code != tc.code || refusal.Field != tc.field {
				t.Fatalf("refused as %v, field %q, want %s, field %q", refusal, refusal.Field, tc.code, tc.field)
			}
		})
	}
}

func TestCredentials(t *testing.T) {
	for name, tc := range map[string]struct {
		auth, header string
		want         credentials
	}{
		"auth.token":              {`{"token":"a"}`, "", credentials{token: "a"}},
		"header":                  {`{}`, "Bearer b", credentials{token: "b"}},
		"header, any case":        {`{}`, "bEARER   b ", credentials{token: "b"}},
		"auth.token goes first":   {`{"token":"a"}`, "Bearer b", credentials{token: "a"}},
		"null falls back":         {`{"token":null}`, "Bearer b", credentials{token: "b"}},
		"retry silent":            {`{"token":"a","retry":"silent"}`, "", credentials{token: "a", silent: true}},
		"unknown fields are left": {`{"token":"a","x":[1,{}]}`, "", credentials{token: "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readCredentials(handshake{Auth: json.RawMessage(tc.auth), Authorization: tc.header})
			if err != nil || got != tc.want {
				t.Fatalf("got %+v, %v, want %+v", got, err, tc.want)
			}
		})
	}
}

func TestUnforeseenVerifyErrorTellsNothing(t *testing.T) {
	c, _ := unserved(t)
	c.verify = func(string) (auth.Session, error) { return auth.Session{}, errors.New("the inside") }
	_, refusal := c.admit(handshake{Auth: json.RawMessage(`{"token":"a"}`)})
	if refusal == nil || refusal.Code != rooms.CodeInternal || strings.Contains(string(errorBody(refusal)), "inside") {
		t.Fatalf("refused as %v", refusal)
	}
}

func TestTurnedAwayIsClosedSoThatItComesBack(t *testing.T) {
	l := newRecorder()
	turnedAway{}.connected(l)
	if got := l.told(); len(got) != 1 || got[0].event != "close" || got[0].code != 1013 {
		t.Fatalf("told %v, want one close with 1013", got)
	}
	wantRefusal(t, ask(t, turnedAway{}, "send_message", `{}`), rooms.CodeUnavailable, "")
}
