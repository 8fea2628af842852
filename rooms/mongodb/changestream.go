package mongodb

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// awaitTime is how long the server holds an empty answer back: it says nothing of how soon
// an insert arrives, only how often an idle stream asks again.
const awaitTime = time.Second

// changeStream is the driver's, and knows which cursor it last read from.
type changeStream struct {
	*mongo.ChangeStream
	coll   *mongo.Collection
	cursor int64
}

// openStream opens a change stream over a collection, from now on.
func openStream(ctx context.Context, coll *mongo.Collection, pipeline mongo.Pipeline, further ...options.Lister[options.ChangeStreamOptions]) (*changeStream, error) {
	// A deadline would go along to the server, so a timer bounds the opening instead.
	opening, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(opTimeout, func() { cancel(context.DeadlineExceeded) })
	further = append(further, options.ChangeStream().SetMaxAwaitTime(awaitTime))
	stream, err := coll.Watch(opening, pipeline, further...)
	if !timer.Stop() && err != nil {
		return nil, fmt.Errorf("no answer within %v: %w", opTimeout, context.Cause(opening))
	}
	if err != nil {
		return nil, err
	}
	return &changeStream{ChangeStream: stream, coll: coll, cursor: stream.ID()}, nil
}

// Next is the driver's. It may let go of its cursor without a word: the end of ctx it takes
// for a lost connection, and resumes.
func (s *changeStream) Next(ctx context.Context) bool {
	more := s.ChangeStream.Next(ctx)
	if cursor := s.ID(); cursor != 0 {
		s.cursor = cursor
	}
	return more
}

// closeStream gives a change stream back.
func closeStream(ctx context.Context, stream *changeStream) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	// Where either fails, the server forgets the cursor by itself after 10 minutes.
	stream.Close(ctx)
	kill := bson.D{{Key: "killCursors", Value: stream.coll.Name()}, {Key: "cursors", Value: bson.A{stream.cursor}}}
	stream.coll.Database().RunCommand(ctx, kill)
}
