// Package streams is what declared streams are: an operator declares filtered live streams of any collection, and
// clients open them by name and nothing else.
package streams

import (
	"context"
	"log/slog"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

// Options are a Service's settings.
type Options struct {
	Database Database // nil: there is no MongoDB, and no stream
	Store    Store    // nil as Database is
	// MaxCursors is how many change streams may be open at once; 0: 50.
	MaxCursors int
	Now        func() time.Time // nil: time.Now
	Logger     *slog.Logger     // nil: none
}

// Service keeps the declarations and shares cursors among those who open them. It is safe for concurrent use, and
// serves while Run runs.
type Service struct{}

// New makes a Service.
func New(o Options) *Service { return &Service{} }

// Run serves until ctx is done: it follows the declarations and pushes what is declared to be pushed. It returns nil when
// all has ended.
func (s *Service) Run(ctx context.Context, to rooms.Teller) error { <-ctx.Done(); return nil }

// Subscribe opens a stream for a caller. What the sink gets begins with the first change after Subscribe has begun, or
// behind Request.After; events may come before Subscribe returns. Errors: NOT_FOUND; UNAUTHENTICATED or FORBIDDEN;
// BAD_REQUEST for variables (Reason ReasonVariable where one is missing) and for a forged After; GONE where After lies
// too far back or is of an earlier declaration; OVERLOADED where no cursor is to be had; UNAVAILABLE.
func (s *Service) Subscribe(ctx context.Context, caller Caller, r Request, to Sink) (*Subscription, error) {
	return nil, errNoDatabase
}

// Visible returns the streams the caller may open, by name, ascending. To an admin that is all.
func (s *Service) Visible(caller Caller) []*Declaration { return nil }

// Put declares a stream. It is known to this instance on return, to all others a moment later. The pipeline is tried
// against the database; its error is BAD_REQUEST. A declaration that is declared as it stands changes nothing.
func (s *Service) Put(ctx context.Context, d *Declaration) (created bool, err error) {
	return false, errNoDatabase
}

// Delete takes a declaration back; NOT_FOUND where there is none.
func (s *Service) Delete(ctx context.Context, name Name) error { return errNoDatabase }

// Replace makes these the declarations of a collection, all of it: others of the collection go.
func (s *Service) Replace(ctx context.Context, collection string, to []*Declaration) error {
	return errNoDatabase
}

// Insert inserts a document, given as JSON, into a collection that a declaration opens to the caller. It returns the _id.
// Errors: NOT_FOUND for a collection without declarations, FORBIDDEN, BAD_REQUEST with the field that the schema refuses.
func (s *Service) Insert(ctx context.Context, caller Caller, collection string, document []byte) (bson.RawValue, error) {
	return bson.RawValue{}, errNoDatabase
}

// PutRule adds a rule of access, given as JSON: {_id, predicate: "path-prefix('/posts/_streams/all')", priority, roles}.
func (s *Service) PutRule(ctx context.Context, rule []byte) error { return errNoDatabase }
