package mongodb

import (
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/auth"
	"roomstream/rooms/hooks"
	"roomstream/rooms/mongodb/mongotest"
)

// Whatever the store makes is the chat's own: no feed shows it. Keys and webhooks are written first, which have no document
// when a store is new.
func TestAllCollectionsOfTheChatAreItsOwn(t *testing.T) {
	server := mongotest.Shared(t)
	store, err := Open(t.Context(), Options{URI: server.URI, Database: server.Database(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close(t.Context())
	for name, err := range map[string]error{
		"key":    store.Keys().CreateKey(t.Context(), auth.Key{ID: "b:1", Kind: auth.KindBot}),
		"hook":   store.Hooks().CreateHook(t.Context(), hooks.Hook{ID: "w_1"}),
		"cursor": store.Hooks().PutCursors(t.Context(), []hooks.Cursor{{Hook: "w_1", Room: "a"}}),
	} {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	names, err := store.messages.Database().ListCollectionNames(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"messages", "keys", "webhooks", "webhookCursors"} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no %s among %v", want, names)
		}
	}
	for _, name := range names {
		if !slices.Contains(ownCollections(), name) && !strings.HasPrefix(name, "system.") {
			t.Errorf("a feed may show %s", name)
		}
	}
}
