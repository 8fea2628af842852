package mongodb_test

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/rooms/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(mongotest.Main(m)) }

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Opened {
		server := mongotest.Shared(t)
		return opened(t, server, server.Database(t))
	})
}

// opened gives a store as the suite wants it.
func opened(t *testing.T, server *mongotest.Server, database string) storetest.Opened {
	t.Helper()
	store := open(t, server, database)
	o := storetest.Opened{Store: store.Rooms(), Accounts: store.Accounts(), Close: store.Close}
	o.Another = func(t *testing.T) storetest.Opened { return opened(t, server, database) }
	o.Reopen = func(t *testing.T) storetest.Opened {
		closeStore(t, store)
		return opened(t, server, database)
	}
	return o
}

func open(t *testing.T, server *mongotest.Server, database string) *mongodb.Store {
	t.Helper()
	store, err := mongodb.Open(context.Background(), mongodb.Options{URI: server.URI, Database: database})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, store) })
	return store
}

func closeStore(t *testing.T, store *mongodb.Store) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := store.Close(ctx); err != nil {
		t.Errorf("close: %v", err)
	}
}

func BenchmarkAppend(b *testing.B) {
	server := mongotest.Shared(b)
	store, err := mongodb.Open(b.Context(), mongodb.Options{URI: server.URI, Database: server.Database(b)})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close(context.Background())
	storetest.BenchmarkAppend(b, store.Rooms())
}
