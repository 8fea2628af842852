package feed

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// TestBasicRemembersWhatWasRight counts how often a password is hashed.
func TestBasicRemembersWhatWasRight(t *testing.T) {
	now := time.Now()
	checks := 0
	b := newBasic(func(_ context.Context, _ auth.Client, name, password string) (auth.User, error) {
		checks++
		if password != "right" {
			return auth.User{}, auth.ErrUnauthenticated
		}
		return auth.User{ID: auth.UserID("id-" + name), Name: name}, nil
	}, func() time.Time { return now })
	login := func(name, password string, right bool) {
		t.Helper()
		user, err := b.login(t.Context(), auth.Client{}, name, password)
		if (err == nil) != right || right && user.Name != name {
			t.Fatalf("%s: %+v, %v", name, user, err)
		}
		if !right && rooms.AsError(err).Code != rooms.CodeUnauthenticated {
			t.Fatalf("%s: %v", name, err)
		}
	}
	want := func(n int, why string) {
		t.Helper()
		if checks != n {
			t.Fatalf("%d checks, want %d: %s", checks, n, why)
		}
	}
	login("ann", "right", true)
	login("ann", "right", true)
	want(1, "what was right is remembered")
	login("an", "nright", false)
	login("ann", "wrong", false)
	login("ann", "wrong", false)
	want(4, "what was wrong is not, and a name is not a part of a password")
	now = now.Add(basicTrust - time.Nanosecond)
	login("ann", "right", true)
	want(4, "a minute is not over")
	now = now.Add(time.Nanosecond)
	login("ann", "right", true)
	want(5, "a minute is over, and using it does not prolong it")
	b.forget("id-bob")
	login("ann", "right", true)
	want(5, "another user's password was forgotten")
	b.forget("id-ann")
	login("ann", "right", true)
	want(6, "the user's password was forgotten")
	for i := range basicMost - 1 {
		login(fmt.Sprint("user", i), "right", true)
	}
	checks = 0
	login("ann", "right", true)
	want(0, "as many fit")
	login("bob", "right", true)
	login("ann", "right", true)
	want(1, "ann was used since")
	login("user0", "right", true)
	want(2, "what was used least lately went first")
	if len(b.entries) != basicMost || b.used.Len() != basicMost {
		t.Errorf("%d are remembered", len(b.entries))
	}
}

// TestOneCheckServesAllWhoComeAtOnce: a thousand clients that reconnect must not cost a thousand hashes.
func TestOneCheckServesAllWhoComeAtOnce(t *testing.T) {
	const clients = 100
	begun, release := make(chan struct{}, clients), make(chan struct{})
	b := newBasic(func(_ context.Context, _ auth.Client, name, _ string) (auth.User, error) {
		begun <- struct{}{}
		<-release
		return auth.User{ID: "a:1", Name: name}, nil
	}, time.Now)
	gaveUp, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.login(gaveUp, auth.Client{}, "ann", "right"); err == nil {
		t.Error("who gave up was let in")
	}
	<-begun
	errs := make(chan error, clients)
	for range clients {
		go func() {
			_, err := b.login(t.Context(), auth.Client{}, "ann", "right")
			errs <- err
		}()
	}
	close(release)
	for range clients {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := len(begun); n > 0 {
		t.Errorf("%d checks more", n)
	}
}

// TestARevocationEndsWhatAPasswordOpenedWithoutASignal: the signal may be lost, the sweep and the next opening may not.
func TestARevocationEndsWhatAPasswordOpenedWithoutASignal(t *testing.T) {
	const former, next = "correct horse battery", "battery staple"
	s := newStage(t, Options{})
	ann, err := s.accounts.Register(t.Context(), auth.Client{}, "Ann", former)
	if err != nil {
		t.Fatal(err)
	}
	by := func(password string) http.Header {
		r := &http.Request{Header: http.Header{}}
		r.SetBasicAuth("Ann", password)
		return r.Header
	}
	l := s.dial("/x/_streams/private", by(former))
	s.feed()
	if _, err := s.accounts.ResetPassword(t.Context(), "Ann", next); err != nil {
		t.Fatal(err)
	}
	at := s.revoked.Now()
	if err := s.revoked.Save(t.Context(), auth.Revocation{User: ann.User.ID, At: at}); err != nil {
		t.Fatal(err)
	}
	s.End(s.revoked.Covers)
	l.closed(4003, "revoked")
	s.ask(http.MethodGet, "/x/_streams/private", handshake(by(former)), "").refused(t, 401, rooms.CodeUnauthenticated, "")

	eventually(t, "the clock goes on", func() bool { return s.revoked.Now().After(at) })
	again := s.dial("/x/_streams/private", by(next))
	c := s.feed()
	if here := slices.Collect(s.All()); len(here) != 1 || here[0].ID != ann.User.ID {
		t.Errorf("here are %+v", here)
	}
	s.End(s.revoked.Covers)
	c.put(numbered(1, ""))
	again.hear()
}
