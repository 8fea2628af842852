package mongodb_test

import (
	"testing"
	"time"

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

// An import runs beside those who serve: it takes nothing back that they saved meanwhile.
func TestAnImportTakesNoRevocationBack(t *testing.T) {
	server := mongotest.Shared(t)
	store := open(t, server, server.Database(t))
	at := time.Now().UTC().Truncate(time.Millisecond)
	newer := auth.Revocation{User: "ann", At: at}
	if err := store.Revocations().SaveRevocation(t.Context(), newer); err != nil {
		t.Fatal(err)
	}
	token := auth.Revocation{TokenID: "t", At: at, Until: at.Add(time.Hour)}
	if err := store.Kept().Revocations.Put(t.Context(), []auth.Revocation{{User: "ann", At: at.Add(-time.Minute)}, token}); err != nil {
		t.Fatal(err)
	}
	list, _, err := store.Revocations().Revocations(t.Context(), time.Time{})
	if err != nil || len(list) != 2 {
		t.Fatalf("there are %+v, %v", list, err)
	}
	for _, r := range list {
		if r != newer && r != token {
			t.Errorf("there is %+v", r)
		}
	}
}
