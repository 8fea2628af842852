package embedded_test

import (
	"testing"

	"roomstream/rooms/embedded"
	"roomstream/rooms/hooks/hookstest"
)

func TestHooks(t *testing.T) {
	hookstest.Run(t, func(t *testing.T) (one, another hookstest.Store) {
		store, err := embedded.Open(embedded.Options{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closeStore(t, store) })
		return store.Hooks(), store.Hooks()
	})
}
