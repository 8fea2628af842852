package mongodb_test

import (
	"testing"

	"roomstream/auth"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/storetest"
)

func TestKeys(t *testing.T) {
	storetest.RunKeys(t, func(t *testing.T) (one, another auth.KeyStore) {
		server := mongotest.Shared(t)
		database := server.Database(t)
		return open(t, server, database).Keys(), open(t, server, database).Keys()
	})
}
