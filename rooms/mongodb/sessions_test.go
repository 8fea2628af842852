package mongodb_test

import (
	"testing"

	"roomstream/auth"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/storetest"
)

func TestSessionsAndAttempts(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	one, another := open(t, server, database), open(t, server, database)
	storetest.RunSessions(t, func(*testing.T) (auth.SessionStore, auth.SessionStore) { return one.Sessions(), another.Sessions() })
	storetest.RunAttempts(t, func(*testing.T) (auth.AttemptStore, auth.AttemptStore) { return one.Attempts(), another.Attempts() })
	storetest.RunReturnedWaits(t, one.Attempts())
}
