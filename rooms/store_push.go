package rooms

import (
	"context"
	"time"

	"roomstream/auth"
)

// Subscription is a device of a user that takes push messages: what its browser made of RFC 8030 and RFC 8291.
type Subscription struct {
	ID        string // the same for the same endpoint
	UserID    auth.UserID
	Endpoint  string // a URL, which nobody can guess: who has it can send to the device
	P256dh    []byte // the device's public key, an uncompressed point of P-256
	Auth      []byte // its authentication secret
	Label     string // what the user knows it by, by its browser; empty: not said
	RenewedAt time.Time
}

// Subscriptions keep them, and the key that they are addressed with. What is written is durable on return, all reads are
// of what a majority has; all methods are safe for concurrent use.
type Subscriptions interface {
	// PutSubscription stores one in place of that with its ID, whoever's it was: a browser has one, and shows it to who is
	// signed in. Of the user's others those stay that were renewed last, at most most with this one.
	PutSubscription(ctx context.Context, s Subscription, most int) error

	// Subscriptions returns a user's, those first that were renewed first.
	Subscriptions(ctx context.Context, user auth.UserID) ([]Subscription, error)

	// RemoveSubscription removes a user's. One that is not there, or another's, is left alone.
	RemoveSubscription(ctx context.Context, user auth.UserID, id string) error

	// EraseSubscriptions removes all of a user's.
	EraseSubscriptions(ctx context.Context, user auth.UserID) error

	// PushKey returns the private key that is kept, for all instances the same; where there is none it keeps made.
	PushKey(ctx context.Context, made []byte) ([]byte, error)
}
