package mongodb_test

import (
	"testing"

	"roomstream/auth"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/storetest"
)

func TestRevocations(t *testing.T) {
	storetest.RunRevocations(t, func(t *testing.T) (one, another auth.RevocationStore) {
		server := mongotest.Shared(t)
		database := server.Database(t)
		return open(t, server, database).Revocations(), open(t, server, database).Revocations()
	})
}
