package mongodb_test

import (
	"testing"

	"roomstream/rooms/hooks/hookstest"
	"roomstream/rooms/mongodb/mongotest"
)

func TestHooks(t *testing.T) {
	hookstest.Run(t, func(t *testing.T) (one, another hookstest.Store) {
		server := mongotest.Shared(t)
		database := server.Database(t)
		return open(t, server, database).Hooks(), open(t, server, database).Hooks()
	})
}
