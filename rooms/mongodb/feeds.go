package mongodb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"roomstream/rooms"
	"roomstream/rooms/streams"
)

// Feeds are the databases that declared streams watch. They have connections of their own, because each open cursor
// holds one nearly all the time, and the chat's must not wait for them.
type Feeds struct {
	store    *Store
	client   *mongo.Client
	barrier  *barrier // of client
	database *mongo.Database
	shared   bool // the chat's collections are in the same database
}

var _ streams.Database = (*Feeds)(nil)

// Streams gives what declared streams stand on: the database they watch (empty: the chat's) and the chat's database for
// the declarations. It connects; Close ends that too. It is called at most once.
func (s *Store) Streams(database string) (streams.Database, streams.Store, error) {
	opts, err := clientOptions(s.uri)
	if err != nil {
		return nil, nil, err
	}
	opts.SetMaxPoolSize(0) // as many as there are cursors, and those are bounded above
	barrier := newBarrier()
	opts.SetServerMonitor(barrier.monitor())
	if s.feeds, err = mongo.Connect(opts); err != nil {
		return nil, nil, fmt.Errorf("-mongodb-uri: %w", err)
	}
	chat := s.messages.Database().Name()
	if database == "" {
		database = chat
	}
	db := s.feeds.Database(database, options.Database().SetWriteConcern(writeconcern.Majority()).
		SetReadConcern(readconcern.Majority()).SetReadPreference(readpref.Primary()))
	barrier.probe = s.feeds.Database(chat).Collection(s.messages.Name())
	return &Feeds{store: s, client: s.feeds, barrier: barrier, database: db, shared: database == chat}, &Declarations{s}, nil
}

// grace is how long a call may take to its end once nobody wants it any more. Cut off, it would leave a cursor at the
// server that nobody here knows of, for 10 minutes; feeds come and go all day.
const grace = 3 * time.Second

// unhurried is a context that ends a grace later than another.
func unhurried(ctx context.Context) (context.Context, context.CancelFunc) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return late, func() {
		stop()
		cancel()
	}
}

// ownCollections are those of the chat's database that no feed shows and no collection route writes: what is there
// today, and what the chat's contract has names for.
func ownCollections() []string {
	return []string{
		"messages", "rooms", "members", "users", "meta", "streams", "acl", "signals", "notifications",
		"files", collectionAttachments, "files.files", "files.chunks", "fs.files", "fs.chunks", "reads", "profiles", "search", "invitations",
		"keys", "webhooks", "webhookCursors", collectionPush, collectionThreads, collectionRevocations, collectionSessions, collectionAttempts,
		"bots", "keys", "webhooks", "deliveries", "reports", "audit", "leases", "subscriptions",
	}
}

// Own says whether a collection of the feeds' database is one of the chat's own.
func (f *Feeds) Own(collection string) bool {
	return strings.HasPrefix(collection, "system.") || f.shared && slices.Contains(ownCollections(), collection)
}

// Open opens a change stream.
func (f *Feeds) Open(ctx context.Context, w streams.Watch) (streams.Cursor, error) {
	opts := options.ChangeStream()
	if w.FullDocument {
		opts.SetFullDocument(options.UpdateLookup)
	}
	if w.OneByOne {
		opts.SetBatchSize(1)
	}
	open := f.store.openNow
	if w.After != "" {
		open = f.store.openStream
		opts.SetResumeAfter(field("_data", string(w.After)))
	}
	live, cancel := context.WithCancel(f.store.live)
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()
	stream, err := open(live, f.over(w), f.pipeline(w), opts)
	if err == nil && ctx.Err() != nil {
		closeWithin(ctx, stream, grace)
		err = ctx.Err()
	}
	if err != nil {
		cancel()
		return nil, f.failOpen(ctx, w, err)
	}
	return &feedCursor{stream: stream, live: f.store.live, end: cancel}, nil
}

func (f *Feeds) over(w streams.Watch) watched {
	switch {
	case w.Deployment:
		return f.client
	case w.Collection == "":
		return f.database
	}
	return f.database.Collection(w.Collection)
}

// pipeline cuts the chat's own collections out, before anything that the stream was declared with sees an event.
func (f *Feeds) pipeline(w streams.Watch) mongo.Pipeline {
	var stages mongo.Pipeline
	if w.Collection == "" {
		stages = append(stages, field("$match", f.foreign(w.Deployment)))
	}
	return append(stages, w.Pipeline...)
}

func (f *Feeds) foreign(deployment bool) bson.D {
	chat := f.store.messages.Database().Name()
	if !deployment && !f.shared {
		return bson.D{}
	}
	return field("$nor", bson.A{bson.D{{Key: "ns.db", Value: chat}, {Key: "ns.coll", Value: field("$in", ownCollections())}}})
}

// The server's codes for a change stream that cannot go on from where it was: ChangeStreamFatalError (a token it does
// not find), ChangeStreamHistoryLost, CappedPositionLost, and for one that it cannot read.
const (
	codeStreamFatal = 280
	codeHistoryLost = 286
	codeCappedLost  = 136
	codeBadToken    = 260
	codeTooLarge    = 10334 // BSONObjectTooLarge
)

func (f *Feeds) failOpen(ctx context.Context, w streams.Watch, err error) error {
	switch {
	case f.store.live.Err() != nil:
		return errClosed
	case ctx.Err() != nil:
		return ctx.Err()
	case isLost(err), w.After != "" && (hasCode(err, codeStreamFatal) || hasCode(err, codeBadToken)):
		return rooms.Wrap(rooms.CodeGone, err, "the database no longer has what came since: read anew")
	case hasCode(err, codeTooLarge):
		return streams.ErrTooLarge // of the first answer's events
	case isRefusal(err):
		return refusedPipeline(err)
	}
	return failFeed("open a feed", err)
}

// isLost tells of a place in the oplog that is no more.
func isLost(err error) bool { return hasCode(err, codeHistoryLost) || hasCode(err, codeCappedLost) }

// isInterrupted tells of what a stream goes on after: a cursor that somebody took away (QueryPlanKilled, CursorKilled,
// Interrupted), and the codes that the drivers' specification of change streams calls resumable.
func isInterrupted(err error) bool {
	return slices.ContainsFunc([]int{
		175, 237, 11601,
		6, 7, 43, 63, 89, 91, 133, 150, 189, 234, 262, 9001, 10107, 11600, 11602, 13388, 13435, 13436,
	}, func(code int) bool { return hasCode(err, code) })
}

// isRefusal tells of an error that comes again however often one tries: of the pipeline.
func isRefusal(err error) bool {
	return isCommandError(err) && !isPassing(err) && !isInterrupted(err) && !refusesUs(err)
}

// failFeed gives an error its code: what was interrupted may be tried again.
func failFeed(doing string, err error) error {
	if isInterrupted(err) {
		return fmt.Errorf("%s: %w", doing, rooms.Wrap(rooms.CodeUnavailable, err, "the database interrupted the stream"))
	}
	return fail(doing, err)
}

// refusedPipeline says it in the server's words.
func refusedPipeline(err error) error {
	text := err.Error()
	var command mongo.CommandError
	if errors.As(err, &command) {
		text = command.Message
	}
	refused := rooms.Wrap(rooms.CodeBadRequest, err, "stages: the database refuses them: %s", text)
	refused.Field = "stages"
	return refused
}

// feedCursor is an open change stream.
type feedCursor struct {
	stream *changeStream
	live   context.Context // the store's
	end    context.CancelFunc
}

// Next asks the server once, which answers after awaitTime at the latest.
func (c *feedCursor) Next(ctx context.Context) (bson.Raw, error) {
	late, cancel := unhurried(ctx)
	defer cancel()
	if c.stream.TryNext(late) {
		return slices.Clone(c.stream.Current), nil
	}
	err := c.stream.Err()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case c.live.Err() != nil:
		return nil, errClosed
	case err == nil && c.stream.ID() == 0:
		return nil, streams.ErrDropped
	case err == nil:
		return nil, nil
	case isLost(err):
		return nil, rooms.Wrap(rooms.CodeGone, err, "the database no longer has what came since: read anew")
	case hasCode(err, codeTooLarge):
		return nil, streams.ErrTooLarge
	case isRefusal(err) && !hasCode(err, codeStreamFatal):
		return nil, refusedPipeline(err)
	}
	return nil, failFeed("follow a feed", err)
}

// Position is the data of the token to resume behind.
func (c *feedCursor) Position() streams.Position {
	data, _ := c.stream.ResumeToken().Lookup("_data").StringValueOK()
	return streams.Position(data)
}

// Close gives the cursor back.
func (c *feedCursor) Close() {
	closeWithin(context.Background(), c.stream, grace)
	c.end()
}

// Find gives the documents that an aggregation yields. It is bounded by its caller.
func (f *Feeds) Find(ctx context.Context, collection string, pipeline []bson.D, each func(bson.Raw) error) error {
	cursor, err := openCursor(ctx, f.barrier, func() (*mongo.Cursor, error) { return f.database.Collection(collection).Aggregate(ctx, pipeline) })
	if err != nil {
		return f.failFind(err)
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
		defer cancel()
		cursor.Close(closing)
	}()
	for cursor.Next(ctx) {
		if err := each(slices.Clone(cursor.Current)); err != nil {
			return err
		}
	}
	if err := cursor.Err(); err != nil {
		return f.failFind(err)
	}
	return nil
}

func (f *Feeds) failFind(err error) error {
	if isRefusal(err) {
		return refusedPipeline(err)
	}
	return failFeed("read what a feed begins with", err)
}

// Insert inserts a document.
func (f *Feeds) Insert(ctx context.Context, collection string, document bson.D) (bson.RawValue, error) {
	ctx, cancel := f.store.writing(ctx)
	defer cancel()
	result, err := f.database.Collection(collection).InsertOne(ctx, document)
	switch {
	case isDuplicate(err):
		return bson.RawValue{}, rooms.Wrap(rooms.CodeConflict, err, "a document with such a unique key is there already")
	case hasCode(err, codeValidationFailure):
		return bson.RawValue{}, rooms.Wrap(rooms.CodeBadRequest, err, "the collection's validator refuses the document")
	case err != nil:
		return bson.RawValue{}, fail("insert into "+collection, err)
	}
	kind, value, err := bson.MarshalValue(result.InsertedID)
	if err != nil {
		return bson.RawValue{}, fmt.Errorf("read the _id of what was inserted: %w", err)
	}
	return bson.RawValue{Type: kind, Value: value}, nil
}
