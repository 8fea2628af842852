package streams

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Database is where the watched collections are. All methods are safe for concurrent use. Their errors are of
// package rooms: BAD_REQUEST with the database's own words for a pipeline it refuses, GONE where a position has left
// the oplog, UNAVAILABLE for what passes.
type Database interface {
	// Open opens a change stream, from now on or behind a position. ctx bounds the opening only.
	Open(ctx context.Context, w Watch) (Cursor, error)

	// Find gives each document that an aggregation over a collection yields. An error of each ends it.
	Find(ctx context.Context, collection string, pipeline []bson.D, each func(bson.Raw) error) error

	// Insert inserts a document and returns its _id. It is durable for a majority on return. A key that is taken is
	// CONFLICT, a validator's refusal BAD_REQUEST.
	Insert(ctx context.Context, collection string, document bson.D) (id bson.RawValue, err error)

	// Own says whether a collection of the watched database is one of the chat's own, which nobody may watch or write.
	Own(collection string) bool
}

// Watch is a change stream to be opened.
type Watch struct {
	Collection   string // empty: the whole database
	Deployment   bool   // all databases; then Collection is empty
	Pipeline     []bson.D
	FullDocument bool     // look up the documents of updates
	After        Position // empty: from now on
	OneByOne     bool     // each event in an answer of its own
}

// Position is the data of a resume token. Positions of one oplog compare as strings: a later event has a greater one.
type Position string

// Cursor is an open change stream. It is used from one goroutine at a time.
type Cursor interface {
	// Next returns the next event, which is the caller's to keep. Without an event for about a second it returns nil and
	// no error, and Position may have gone on. It ends with ErrDropped, ErrTooLarge, GONE, ctx's error or any other; a
	// passing failure is bridged as far as the driver does.
	Next(ctx context.Context) (bson.Raw, error)

	// Position is behind the last event returned, or where an idle stream has got to. It is empty until then where the
	// stream was opened from now on and has events already.
	Position() Position

	// Close gives the cursor back to the server.
	Close()
}

// The ends of a Cursor that callers act on.
var (
	ErrDropped  = errors.New("the watched collection was dropped or renamed")
	ErrTooLarge = errors.New("an event is larger than the database can send")
)

// Store keeps the declarations and what goes with them. All methods are safe for concurrent use.
type Store interface {
	// Declarations returns all, as they are stored, each by whoever wrote it.
	Declarations(ctx context.Context) ([]bson.Raw, error)

	// Put writes a declaration in place of the one of that name, or as a new one: created.
	Put(ctx context.Context, name Name, declaration bson.D) (created bool, err error)

	// Delete removes a declaration and says whether it was there.
	Delete(ctx context.Context, name Name) (bool, error)

	// Rules returns all rules, as they are stored; PutRule writes one in place of the one with its _id.
	Rules(ctx context.Context) ([]bson.Raw, error)
	PutRule(ctx context.Context, rule bson.D) error

	// Key is random, made once, and the same for all instances and all times: it signs the clients' positions.
	Key(ctx context.Context) ([]byte, error)

	// Watch calls opened once it is certain that later changes are told, then changed after every change of a declaration
	// or rule, from one goroutine, until ctx is done or the stream is lost; it always returns an error.
	Watch(ctx context.Context, opened, changed func()) error
}
