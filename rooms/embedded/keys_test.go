package embedded_test

import (
	"testing"

	"roomstream/auth"
	"roomstream/rooms/embedded"
	"roomstream/rooms/storetest"
)

func TestKeys(t *testing.T) {
	storetest.RunKeys(t, func(t *testing.T) (one, another auth.KeyStore) {
		store, err := embedded.Open(embedded.Options{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closeStore(t, store) })
		return store.Keys(), store.Keys()
	})
}
