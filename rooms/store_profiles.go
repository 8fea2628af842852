package rooms

import (
	"context"
	"time"

	"roomstream/auth"
)

// Profile is what a user is called, and what he has set by hand.
type Profile struct {
	UserID auth.UserID
	Name   string // as others see it; empty: he has none. See CleanName
	Given  bool   // Name was set by hand: no token changes it
	Avatar string // an https URL; empty: none
	Status Status // set by hand; empty: none was
	SeenAt time.Time
}

// Status is how present somebody is. StatusDND and StatusInvisible are set by hand and kept.
type Status string

// The statuses of web/docs/protocol.md.
const (
	StatusOnline    Status = "online"
	StatusIdle      Status = "idle"
	StatusDND       Status = "dnd"
	StatusInvisible Status = "invisible" // others are told StatusOffline
	StatusOffline   Status = "offline"
)

// ProfileChange is what changes of a profile; nil: stays as it is.
type ProfileChange struct {
	Name *string
	// Given says that Name is set by hand. Without it a name that was set by hand stays, unless
	// Release is set: then Name takes its place, and is not set by hand.
	Given   bool
	Release bool
	Avatar  *string
	Status  *Status
}

// Named is what a user's token calls him.
type Named struct {
	UserID auth.UserID
	Name   string // see CleanName
}

// Seen is when a user was last here.
type Seen struct {
	UserID auth.UserID
	At     time.Time // to the millisecond
}

// Profiles keeps them. All reads are of what a majority has, what is written is durable on return; all methods are safe
// for concurrent use.
type Profiles interface {
	// Profiles returns those of the users that have one, in any order.
	Profiles(ctx context.Context, users []auth.UserID) ([]Profile, error)

	// SearchProfiles returns at most limit profiles whose UserID is above after, ascending by
	// it, one of whose Words begins with prefix; empty: all.
	SearchProfiles(ctx context.Context, prefix string, after auth.UserID, limit int) ([]Profile, error)

	// NamedProfiles returns profiles whose Key is one of keys, at most most of each, those with
	// the least UserIDs, in any order. among: of these users only; nil: of all.
	NamedProfiles(ctx context.Context, keys []string, among []auth.UserID, most int) ([]Profile, error)

	// ChangeProfile changes a user's profile, which is made if it is not there, and returns it
	// as it is then. It leaves SeenAt as it is.
	ChangeProfile(ctx context.Context, user auth.UserID, c ProfileChange) (Profile, error)

	// NameProfiles gives each user, who is named once, the name of his token, as ChangeProfile does with nothing but a name,
	// and returns the profiles as they are then, in any order. Who is left out was not given his: others changed his profile
	// meanwhile.
	NameProfiles(ctx context.Context, named []Named) ([]Profile, error)

	// SeeProfiles raises SeenAt of profiles, never lowers it. Users without a profile are
	// passed over.
	SeeProfiles(ctx context.Context, seen []Seen) error
}
