package push

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"roomstream/rooms"
	"roomstream/rooms/embedded"
	"roomstream/rooms/outward"
)

// What leads inwards is refused when it is dialled, though its address was taken before, and is not tried again.
func TestAServiceInsideIsNotDialled(t *testing.T) {
	var asked atomic.Int64
	inner := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusCreated)
	}))
	defer inner.Close()
	for _, private := range []bool{false, true} {
		got := sendTo(t, inner.URL+"/secret", private)
		switch {
		case private && (got != outcome{said: answered} || asked.Load() != 1):
			t.Errorf("where it is allowed: %+v, asked %d times", got, asked.Load())
		case !private && (got.again || !errors.Is(got.err, outward.ErrRefused) || asked.Load() != 0):
			t.Errorf("it is dialled: %+v, asked %d times", got, asked.Load())
		case !private && (!strings.Contains(got.err.Error(), "-push-allow-private") || strings.Contains(got.err.Error(), "secret")):
			t.Errorf("the log would say %q", got.err)
		}
	}
}

// A service that begins to answer and does not end it keeps its place as long as one that says nothing, and earns no more trust.
// What it says of the message holds.
func TestWhoDoesNotEndHisAnswerHasNotAnswered(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "2")
		w.WriteHeader(http.StatusCreated)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler) // ends the connection
	}))
	defer service.Close()
	if got := sendTo(t, service.URL, true); got != (outcome{said: silent}) {
		t.Errorf("the outcome is %+v", got)
	}
}

// sendTo tries a message to a device at an endpoint once.
func sendTo(t *testing.T, endpoint string, private bool) outcome {
	t.Helper()
	store, err := embedded.Open(embedded.Options{Dir: t.TempDir(), NoSearch: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close(context.Background())
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(t.Context(), nil, store.Rooms().Subscriptions, Options{Subject: "mailto:admin@example.com", AllowPrivate: private})
	if err != nil {
		t.Fatal(err)
	}
	defer s.client.CloseIdleConnections()
	return s.send(t.Context(), &delivery{
		device: rooms.Subscription{ID: "x", UserID: "bob", Endpoint: endpoint, P256dh: key.PublicKey().Bytes(), Auth: make([]byte, authBytes)},
		missed: missedOf("bob", "ann", "general", 1),
	})
}
