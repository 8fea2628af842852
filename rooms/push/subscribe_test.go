package push

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/embedded"
)

// doing counts what a user's erasure would wait for.
type doing struct {
	Chat
	underway int
}

func (d *doing) Doing(auth.UserID) func() {
	d.underway++
	return func() { d.underway-- }
}

// subscriptions is the interface by a name that is none of its methods'.
type subscriptions interface{ rooms.Subscriptions }

// watchedStore notes how much is under way when a device is stored.
type watchedStore struct {
	subscriptions
	chat *doing
	seen int
}

func (w *watchedStore) PutSubscription(ctx context.Context, s rooms.Subscription, most int) error {
	w.seen = w.chat.underway
	return w.subscriptions.PutSubscription(ctx, s, most)
}

// Without that an erasure would leave the device of a user who subscribes meanwhile.
func TestAnErasureWaitsForADevice(t *testing.T) {
	opened, err := embedded.Open(embedded.Options{Dir: t.TempDir(), NoSearch: true})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close(context.Background())
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	chat := &doing{}
	store := &watchedStore{subscriptions: opened.Rooms().Subscriptions, chat: chat}
	s, err := New(t.Context(), chat, store, Options{Subject: "mailto:admin@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	in := Input{Endpoint: "https://push.example/x", P256dh: encode(key.PublicKey().Bytes()), Auth: encode(make([]byte, authBytes))}
	if _, err := s.Subscribe(t.Context(), auth.User{ID: "bob"}, in); err != nil {
		t.Fatal(err)
	}
	if store.seen != 1 || chat.underway != 0 {
		t.Errorf("%d are under way while it is stored, %d then", store.seen, chat.underway)
	}
}
