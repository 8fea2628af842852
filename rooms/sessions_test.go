package rooms_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/embedded"
)

// Who signs in again in the last minute of a session has a second one. The first is listed, and can be ended, for as long as
// its token is good, which others may have; then it is listed no more.
func TestARenewedSessionIsListedAsLongAsItsTokenIsGood(t *testing.T) {
	store, err := embedded.Open(embedded.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close(context.Background()) })
	var c clock
	s := rooms.New(store.Rooms(), rooms.Options{
		Now: c.now, Sessions: store.Sessions(), Revocations: auth.NewRevocations(store.Revocations(), c.now, nil),
	})
	begun := time.Now().UTC().Truncate(time.Millisecond)
	for id, left := range map[string]time.Duration{"old": time.Minute, "new": 24 * time.Hour} {
		session := auth.AccountSession{ID: id, User: "a:ann", CreatedAt: begun, SeenAt: begun, ExpiresAt: begun.Add(left)}
		if err := store.Sessions().CreateSession(t.Context(), session); err != nil {
			t.Fatal(err)
		}
	}
	listed := func(want ...string) {
		t.Helper()
		list, err := s.Sessions(t.Context(), auth.User{ID: "a:ann", Token: &auth.Token{ID: "new"}}, "a:ann")
		var got []string
		for _, session := range list {
			got = append(got, session.ID)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("listed are %q, %v, want %q", got, err, want)
		}
	}
	listed("new", "old") // of the same moment: by their ids
	c.advance(time.Minute)
	listed("new")
}
