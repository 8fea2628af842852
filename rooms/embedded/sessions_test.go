package embedded_test

import (
	"testing"

	"roomstream/auth"
	"roomstream/rooms/embedded"
	"roomstream/rooms/storetest"
)

func TestSessionsAndAttempts(t *testing.T) {
	store, err := embedded.Open(embedded.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, store) })
	storetest.RunSessions(t, func(*testing.T) (auth.SessionStore, auth.SessionStore) { return store.Sessions(), store.Sessions() })
	storetest.RunAttempts(t, func(*testing.T) (auth.AttemptStore, auth.AttemptStore) { return store.Attempts(), store.Attempts() })
	storetest.RunReturnedWaits(t, store.Attempts())
}
