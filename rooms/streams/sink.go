package streams

import (
	"context"

	"roomstream/rooms"
)

// Request asks for a declared stream.
type Request struct {
	Name
	// Vars are the client's, each one JSON value. Where a number, bool, date or objectId is declared, a string that
	// spells it is taken as well, since a URL has nothing else.
	Vars map[string]Value
	// After is what an event carried as its after: what came later is made up for. Empty: from now on.
	After string
	// Initial asks for the documents that match now, before anything else. Not together with After.
	Initial bool
}

// Value is a variable's value as JSON.
type Value []byte

// Sink takes what a subscription brings. Its methods are called one at a time.
type Sink interface {
	// Event queues one event; it must not block. Whoever cannot take any more ends the connection, not the stream.
	Event(e Event)

	// Wait returns when the queue has room again for an event: it is called before those that are read for this sink
	// alone, which come as fast as the database gives them. Its error ends the subscription.
	Wait(ctx context.Context) error

	// Closed is the last call. It may come from any goroutine.
	Closed(reason Reason)
}

// Reason says why a subscription ended without being asked to.
type Reason string

// The reasons of stream_closed.
const (
	ReasonChanged     Reason = "changed"      // the declaration was changed
	ReasonRemoved     Reason = "removed"      // the declaration was removed
	ReasonDropped     Reason = "dropped"      // the collection was dropped or renamed
	ReasonForbidden   Reason = "forbidden"    // the access was taken away
	ReasonHistoryLost Reason = "history_lost" // the database no longer has all that came since: read anew
	ReasonFailed      Reason = "failed"       // the database refuses the pipeline now
	ReasonSlow        Reason = "slow"         // the reader does not follow
	ReasonDraining    Reason = "draining"     // this instance stops
)

// Event is one event of a subscription. It is shared by many: nothing of it may be changed.
type Event struct {
	change *change
	after  *after
}

// JSON is the change as one JSON document in relaxed, or in canonical, extended JSON. It is made once for all who ask.
func (e Event) JSON(canonical bool) []byte { return e.change.json(canonical) }

// After is where to go on behind this event. It is empty for what has no place in the stream: the initial documents.
func (e Event) After() string { return e.after.text() }

// Operation is the kind of the change; empty where the declaration took it out.
func (e Event) Operation() Operation { return e.change.operation }

// Ready says that the event is not a change but the mark behind the initial documents: {"ready":true}.
func (e Event) Ready() bool { return e.change.ready }

// Subscription is an open stream.
type Subscription struct {
	feed   *feed
	member *member
}

// Close ends it. When it has returned, the sink is not called any more; it may be called from anywhere but the sink's own methods.
func (s *Subscription) Close() { s.feed.leave(s.member) }

// errNoDatabase answers everything where there is no MongoDB.
var errNoDatabase = rooms.E(rooms.CodeNotFound, "declared streams need MongoDB: start the server with -mongodb-uri")
