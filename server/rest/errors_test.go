package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// failing is a Server with one route that fails as a test wants.
func failing(t *testing.T, fail func() error) (http.Handler, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	s := &Server{logger: slog.New(slog.NewTextHandler(&log, nil)), ready: fail}
	s.front = newFront(fiberHandler(s), nil, DefaultMaxBody)
	return s.Handler(), &log
}

func ask(t *testing.T, handler http.Handler) (*http.Response, map[string]any) {
	t.Helper()
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
	response := w.Result()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct{ Error map[string]any }
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return response, answer.Error
}

func TestEachCodeHasItsStatus(t *testing.T) {
	tests := []struct {
		err        error
		status     int
		code       rooms.Code
		retryAfter string
	}{
		{rooms.E(rooms.CodeBadRequest, "x"), 400, "BAD_REQUEST", ""},
		{rooms.E(rooms.CodeUnknownEvent, "x"), 400, "UNKNOWN_EVENT", ""},
		{rooms.E(rooms.CodeForbidden, "x"), 403, "FORBIDDEN", ""},
		{rooms.E(rooms.CodeNotFound, "x"), 404, "NOT_FOUND", ""},
		{rooms.E(rooms.CodeMethodNotAllowed, "x"), 405, "METHOD_NOT_ALLOWED", ""},
		{rooms.E(rooms.CodeConflict, "x"), 409, "CONFLICT", ""},
		{rooms.E(rooms.CodeGone, "x"), 410, "GONE", ""},
		{rooms.E(rooms.CodeTooLarge, "x"), 413, "TOO_LARGE", ""},
		{rooms.E(rooms.CodeUnsupportedMedia, "x"), 415, "UNSUPPORTED_MEDIA", ""},
		{rooms.E(rooms.CodeRateLimited, "x"), 429, "RATE_LIMITED", "1"},
		{rooms.E(rooms.CodeUnavailable, "x"), 503, "UNAVAILABLE", "1"},
		{&rooms.Error{Code: rooms.CodeOverloaded, Message: "x", RetryAfter: 2500 * time.Millisecond}, 503, "OVERLOADED", "3"},
		{rooms.E(rooms.CodeTimeout, "x"), 504, "TIMEOUT", ""},
	}
	for _, tt := range tests {
		handler, _ := failing(t, func() error { return tt.err })
		response, e := ask(t, handler)
		if response.StatusCode != tt.status || e["code"] != string(tt.code) || response.Header.Get("Retry-After") != tt.retryAfter {
			t.Errorf("%s: %d %v, Retry-After %q", tt.code, response.StatusCode, e, response.Header.Get("Retry-After"))
		}
		if _, said := e["retryAfterMs"]; said != (tt.retryAfter != "") {
			t.Errorf("%s: header and body differ on when to retry: %v", tt.code, e)
		}
	}
}

func TestReadinessSaysWhyItIsRed(t *testing.T) {
	handler, _ := failing(t, func() error { return errors.New("the disk is full") })
	response, e := ask(t, handler)
	if response.StatusCode != 503 || e["code"] != "UNAVAILABLE" || !strings.Contains(e["message"].(string), "the disk is full") {
		t.Errorf("%d %v", response.StatusCode, e)
	}
}

func TestPanicsAreInternalAndFoundInTheLogByTheirId(t *testing.T) {
	handler, log := failing(t, func() error { panic("secret of the inside") })
	response, e := ask(t, handler)
	message, _ := e["message"].(string)
	if response.StatusCode != 500 || e["code"] != "INTERNAL" || e["retryable"] != true || strings.Contains(message, "secret") {
		t.Fatalf("%d %v", response.StatusCode, e)
	}
	_, id, _ := strings.Cut(strings.TrimSuffix(message, ")"), "log id ")
	if id == "" || !strings.Contains(log.String(), id) || !strings.Contains(log.String(), "secret of the inside") {
		t.Errorf("id %q is not in the log: %s", id, log)
	}
}

// busyStore is an account store that fails.
type busyStore struct{ err error }

func (s busyStore) CreateAccount(context.Context, auth.Account) error         { return s.err }
func (s busyStore) SetPassword(context.Context, string, string, string) error { return s.err }

func (s busyStore) AccountByName(context.Context, string) (auth.Account, error) {
	return auth.Account{}, s.err
}

func TestFailuresOfTheStoreTellNothingOfTheInside(t *testing.T) {
	const password = "correct horse battery"
	var log bytes.Buffer
	tokens, err := auth.NewTokens(auth.TokenOptions{Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	accounts := auth.NewAccounts(busyStore{errors.New("connection to 10.0.0.7 refused")}, tokens, auth.AccountOptions{})
	s := &Server{logger: slog.New(slog.NewTextHandler(&log, nil)), accounts: accounts, registration: true}
	s.front = newFront(fiberHandler(s), nil, DefaultMaxBody)
	for _, path := range []string{"/api/auth/login", "/api/auth/register"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("POST", path, strings.NewReader(`{"name":"Ann","password":"`+password+`"}`))
		r.Header.Set("Content-Type", "application/json")
		s.Handler().ServeHTTP(w, r)
		if w.Code != 500 || strings.Contains(w.Body.String(), "10.0.0.7") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if !strings.Contains(log.String(), "10.0.0.7") || strings.Contains(log.String(), password) {
		t.Errorf("the log: %s", &log)
	}
}

func TestABodyThatDoesNotArriveWholeIsRefused(t *testing.T) {
	called := false
	f := newFront(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }), nil, DefaultMaxBody)
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/api/auth/guest", io.MultiReader(strings.NewReader("{"), broken{}))
	f.ServeHTTP(w, r)
	if w.Code != 400 || called {
		t.Errorf("a body that did not arrive whole: %d, handled: %v", w.Code, called)
	}
}

// broken is a body whose sender is gone, or too late.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, context.DeadlineExceeded }
