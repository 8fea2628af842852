package mongodb

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// awaitTime is how long the server holds an empty answer back: it says nothing of how soon
// an insert arrives, only how often an idle stream asks again.
const awaitTime = time.Second

// noCollection is where the cursor of a stream over more than one collection lives.
const noCollection = "$cmd.aggregate"

// watched is what a change stream is opened over: a *mongo.Collection, *mongo.Database or *mongo.Client.
type watched interface {
	Watch(ctx context.Context, pipeline any, opts ...options.Lister[options.ChangeStreamOptions]) (*mongo.ChangeStream, error)
}

// changeStream is the driver's, and knows which cursor it last read from.
type changeStream struct {
	*mongo.ChangeStream
	home   *mongo.Database // the cursor's
	name   string          // of the cursor's collection there
	open   *atomic.Int64   // counts the streams that are
	cursor int64
}

// openNow opens a change stream that tells of whatever a majority has later than now: all that is read afterwards is
// what the stream does not tell, or what it does. Left to itself the server begins behind what it took last, and what no
// majority had by then would be in neither: not in the stream, and not yet in what is read.
func (s *Store) openNow(ctx context.Context, over watched, pipeline mongo.Pipeline, further ...options.Lister[options.ChangeStreamOptions]) (*changeStream, error) {
	since, err := s.committed(ctx)
	if err != nil {
		return nil, err
	}
	if since != nil {
		further = append(further, options.ChangeStream().SetStartAtOperationTime(since))
	}
	return s.openStream(ctx, over, pipeline, further...)
}

// committed gives the moment behind the last that a majority has; nil where the server does not tell.
func (s *Store) committed(ctx context.Context) (*bson.Timestamp, error) {
	ctx, cancel := s.reading(ctx)
	defer cancel()
	last, err := timeOf(ctx, s.messages.Collection, field("level", "majority"))
	if err != nil || last == nil {
		return nil, fail("ask for the time of the database", err)
	}
	return &bson.Timestamp{T: last.T, I: last.I + 1}, nil
}

// openStream opens a change stream, where the options say.
func (s *Store) openStream(ctx context.Context, over watched, pipeline mongo.Pipeline, further ...options.Lister[options.ChangeStreamOptions]) (*changeStream, error) {
	// A deadline would go along to the server, so a timer bounds the opening instead.
	opening, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(opTimeout, func() { cancel(context.DeadlineExceeded) })
	further = append(further, options.ChangeStream().SetMaxAwaitTime(awaitTime))
	stream, err := over.Watch(opening, pipeline, further...)
	if !timer.Stop() && err != nil {
		return nil, fmt.Errorf("no answer within %v: %w", opTimeout, context.Cause(opening))
	}
	if err != nil {
		return nil, err
	}
	home, name := homeOf(over)
	s.changeStreams.Add(1)
	return &changeStream{ChangeStream: stream, home: home, name: name, open: &s.changeStreams, cursor: stream.ID()}, nil
}

func homeOf(over watched) (*mongo.Database, string) {
	switch over := over.(type) {
	case *mongo.Collection:
		return over.Database(), over.Name()
	case *mongo.Database:
		return over, noCollection
	}
	return over.(*mongo.Client).Database("admin"), noCollection
}

// Next is the driver's. It may let go of its cursor without a word: the end of ctx it takes
// for a lost connection, and resumes.
func (s *changeStream) Next(ctx context.Context) bool {
	more := s.ChangeStream.Next(ctx)
	s.note(ctx)
	return more
}

// TryNext is the driver's, which asks the server once.
func (s *changeStream) TryNext(ctx context.Context) bool {
	more := s.ChangeStream.TryNext(ctx)
	s.note(ctx)
	return more
}

// note remembers the cursor, and ends the one before: when a connection broke, the driver
// could not say to the server that it resumes with another.
func (s *changeStream) note(ctx context.Context) {
	cursor := s.ID()
	if cursor == 0 || cursor == s.cursor {
		return
	}
	left := s.cursor
	s.cursor = cursor
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	s.kill(ctx, left)
}

// kill ends a cursor. Where that fails, the server forgets it by itself after 10 minutes.
func (s *changeStream) kill(ctx context.Context, cursor int64) {
	s.home.RunCommand(ctx, bson.D{{Key: "killCursors", Value: s.name}, {Key: "cursors", Value: bson.A{cursor}}})
}

// whileOpen runs a watch that ends with ctx or the store, and says which of the two ended it.
func (s *Store) whileOpen(ctx context.Context, watch func(ctx context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	live, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.live, cancel)()
	err := watch(live)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case live.Err() != nil:
		return errClosed
	}
	return err
}

// closeStream gives a change stream back.
func closeStream(ctx context.Context, stream *changeStream) { closeWithin(ctx, stream, closeTimeout) }

func closeWithin(ctx context.Context, stream *changeStream, timeout time.Duration) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	stream.Close(ctx)
	stream.kill(ctx, stream.cursor)
	stream.open.Add(-1)
}
