package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
)

// collection is the driver's, with reads that show what was acked before they were begun. They may be sent more than
// once, so they are not for transactions.
type collection struct {
	*mongo.Collection
	barrier *barrier
}

// newCollection gives one whose writes wait for a majority and whose reads are of what one has. What the URI says of
// concerns and preferences must not hold: the promises stand on these.
func newCollection(db *mongo.Database, name string, b *barrier) *collection {
	safe := options.Collection().SetWriteConcern(writeconcern.Majority()).
		SetReadConcern(readconcern.Majority()).SetReadPreference(readpref.Primary())
	return &collection{db.Collection(name, safe), b}
}

// collection gives the one of a name in the chat's database.
func (s *Store) collection(name string) *collection {
	return newCollection(s.messages.Database(), name, s.barrier)
}

// Find is the driver's.
func (c *collection) Find(ctx context.Context, filter any, opts ...options.Lister[options.FindOptions]) (*mongo.Cursor, error) {
	return openCursor(ctx, c.barrier, func() (*mongo.Cursor, error) { return c.Collection.Find(ctx, filter, opts...) })
}

// Aggregate is the driver's.
func (c *collection) Aggregate(ctx context.Context, pipeline any, opts ...options.Lister[options.AggregateOptions]) (*mongo.Cursor, error) {
	return openCursor(ctx, c.barrier, func() (*mongo.Cursor, error) { return c.Collection.Aggregate(ctx, pipeline, opts...) })
}

// openCursor opens one through the barrier. What it reads later is never older than its beginning.
func openCursor(ctx context.Context, b *barrier, open func() (*mongo.Cursor, error)) (*mongo.Cursor, error) {
	return throughBarrier(ctx, b, open, func(stale *mongo.Cursor) { closeCursor(ctx, stale) })
}

// FindOne is the driver's.
func (c *collection) FindOne(ctx context.Context, filter any, opts ...options.Lister[options.FindOneOptions]) *mongo.SingleResult {
	found, err := throughBarrier(ctx, c.barrier, func() (*mongo.SingleResult, error) {
		found := c.Collection.FindOne(ctx, filter, opts...)
		if err := found.Err(); err != nil && !isNotFound(err) { // that there is none is an answer like any other
			return nil, err
		}
		return found, nil
	}, func(*mongo.SingleResult) {})
	if err != nil {
		return mongo.NewSingleResultFromDocument(struct{}{}, err, nil)
	}
	return found
}

// CountDocuments is the driver's.
func (c *collection) CountDocuments(ctx context.Context, filter any, opts ...options.Lister[options.CountOptions]) (int64, error) {
	return throughBarrier(ctx, c.barrier, func() (int64, error) { return c.Collection.CountDocuments(ctx, filter, opts...) }, func(int64) {})
}

// Distinct gives the texts that a field has.
func (c *collection) Distinct(ctx context.Context, name string, filter any) ([]string, error) {
	return throughBarrier(ctx, c.barrier, func() (values []string, err error) {
		err = c.Collection.Distinct(ctx, name, filter).Decode(&values)
		return values, err
	}, func([]string) {})
}
