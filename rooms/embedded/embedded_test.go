package embedded_test

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"roomstream/rooms/embedded"
	"roomstream/rooms/storetest"
)

func TestMain(m *testing.M) {
	childMain()
	goleak.VerifyTestMain(m)
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Opened { return open(t, t.TempDir()) })
}

func open(t *testing.T, dir string) storetest.Opened {
	t.Helper()
	store, err := embedded.Open(embedded.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, store) })
	o := storetest.Opened{Store: store.Rooms(), Accounts: store.Accounts(), Close: store.Close}
	o.Another = func(*testing.T) storetest.Opened { return o }
	o.Reopen = func(t *testing.T) storetest.Opened {
		closeStore(t, store)
		return open(t, dir)
	}
	return o
}

func closeStore(t *testing.T, store *embedded.Store) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := store.Close(ctx); err != nil {
		t.Errorf("close: %v", err)
	}
}

func BenchmarkAppend(b *testing.B) {
	store, err := embedded.Open(embedded.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close(context.Background())
	storetest.BenchmarkAppend(b, store.Rooms())
}
