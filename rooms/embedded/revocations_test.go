package embedded_test

import (
	"testing"

	"roomstream/auth"
	"roomstream/rooms/embedded"
	"roomstream/rooms/storetest"
)

func TestRevocations(t *testing.T) {
	storetest.RunRevocations(t, func(t *testing.T) (one, another auth.RevocationStore) {
		store, err := embedded.Open(embedded.Options{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closeStore(t, store) })
		return store.Revocations(), store.Revocations()
	})
}
