package mongodb

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"roomstream/rooms"
)

const (
	// scanTimeout bounds a search of the whole collection for what nobody numbered:
	// tens of millions of documents.
	scanTimeout = 10 * time.Minute
	// scanBatch is how many documents such a search takes at once.
	scanBatch = 1000
)

// Foreign numbers what other programs insert.
type Foreign struct{ *Store }

var _ rooms.Foreign = (*Foreign)(nil)

// Numbered returns the seq of those events that have one on the primary.
func (f *Foreign) Numbered(ctx context.Context, ids []rooms.EventID) (map[rooms.EventID]int64, error) {
	if len(ids) == 0 {
		return nil, ctx.Err()
	}
	ctx, cancel := f.reading(ctx)
	defer cancel()
	list := make(bson.A, len(ids))
	for i, id := range ids {
		list[i] = objectID(id)
	}
	filter := bson.D{
		{Key: "_id", Value: field("$in", list)},
		{Key: "seq", Value: integers(bson.E{Key: "$gt", Value: 0}, bson.E{Key: "$lte", Value: int64(rooms.MaxSeq)})},
	}
	cursor, err := f.local.Find(ctx, filter, options.Find().SetProjection(field("seq", 1)))
	var found []rooms.Event
	if err == nil {
		found, err = collect(ctx, cursor, rooms.Page{})
	}
	if err != nil {
		return nil, fail(fmt.Sprintf("read the numbers of %d events", len(ids)), err)
	}
	seqs := make(map[rooms.EventID]int64, len(found))
	for _, e := range found {
		seqs[e.ID] = e.Seq
	}
	return seqs, nil
}

// Adopt sets each event's Seq on its document, in order, where that has none. It does
// not end with ctx.
func (f *Foreign) Adopt(ctx context.Context, events []*rooms.Event) (int, error) {
	if len(events) == 0 {
		return 0, nil
	}
	fence, err := f.mayAppend(ctx)
	if err != nil {
		return 0, err
	}
	opts, err := fence.bulkOptions()
	if err != nil {
		return 0, err
	}
	models := make([]mongo.WriteModel, len(events))
	for i, e := range events {
		if err := checkNumbered(e); err != nil {
			return 0, fmt.Errorf("adopt event %d: %w", i, err)
		}
		filter := bson.D{
			{Key: "_id", Value: objectID(e.ID)}, {Key: "seq", Value: field("$exists", false)},
			{Key: "badSeq", Value: field("$exists", false)},
		}
		models[i] = mongo.NewUpdateOneModel().SetFilter(filter).SetUpdate(field("$set", field("seq", e.Seq)))
	}
	ctx, cancel := f.writing(ctx)
	defer cancel()
	result, err := f.messages.BulkWrite(ctx, models, opts)
	set := 0
	if result != nil {
		set = int(result.ModifiedCount)
	}
	if err == nil {
		return set, nil
	}
	if dup := duplicateOf(err); dup != nil {
		return set, dup
	}
	if forbidden := forbiddenOf(err); forbidden != nil {
		return set, forbidden
	}
	return set, fail(fmt.Sprintf("number %d events", len(events)), err)
}

// Orphans returns valid documents without a seq, in the order of their ids. It reads
// every document after the given id until it has enough. Documents whose seq is bad it
// quarantines on the way: nobody watched when they were inserted, and a bad seq can
// occupy a number.
func (f *Foreign) Orphans(ctx context.Context, after rooms.EventID, limit int) ([]rooms.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, scanTimeout)
	defer cancel()
	opts := options.Find().SetSort(field("_id", 1)).SetProjection(projection).SetBatchSize(scanBatch)
	cursor, err := f.messages.Find(ctx, unnumberedAfter(after), opts)
	if err != nil {
		return nil, fail("look for events without a number", err)
	}
	defer cursor.Close(context.WithoutCancel(ctx))
	var found []rooms.Event
	for len(found) < limit && cursor.Next(ctx) {
		d := readDocument(cursor.Current)
		if d.badSeq || d.seq > 0 {
			f.takeSeqAway(ctx, d.id)
			continue
		}
		if e, malformed := d.unnumbered(); malformed == "" {
			found = append(found, e)
		}
	}
	if err := cursor.Err(); err != nil {
		return nil, fail("look for events without a number", err)
	}
	return found, nil
}

// unnumberedAfter matches what has no seq, or a bad one, and is small enough to be
// numbered.
func unnumberedAfter(after rooms.EventID) bson.D {
	noSeq := bson.A{
		field("seq", field("$not", field("$type", bson.A{"int", "long"}))), // none, too
		field("seq", field("$type", "array")),                              // of integers it passes for one
		field("seq", field("$lt", 1)),
		field("seq", field("$gt", int64(rooms.MaxSeq))),
	}
	small := field("$lte", bson.A{field("$bsonSize", "$$ROOT"), maxDocument})
	large := field("seq", field("$exists", true))
	return bson.D{
		{Key: "_id", Value: field("$gt", objectID(after))},
		{Key: "badSeq", Value: field("$exists", false)}, {Key: "heartbeat", Value: field("$exists", false)},
		{Key: "$and", Value: bson.A{field("$or", noSeq), field("$or", bson.A{large, field("$expr", small)})}},
	}
}

// Quarantine renames a bad seq to badSeq, with a majority.
func (f *Foreign) Quarantine(ctx context.Context, id rooms.EventID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return f.quarantine(ctx, objectID(id))
}

func (s *Store) quarantine(ctx context.Context, id any) error {
	ctx, cancel := s.writing(ctx)
	defer cancel()
	filter := bson.D{{Key: "_id", Value: id}, {Key: "seq", Value: field("$exists", true)}}
	_, err := s.messages.UpdateOne(ctx, filter, field("$rename", field("seq", "badSeq")))
	return fail("take a bad seq away", err)
}

// takeSeqAway quarantines a document that nobody else can name or sees. Failing, it
// leaves it to the next search.
func (s *Store) takeSeqAway(ctx context.Context, id bsoncore.Value) {
	value := bson.RawValue{Type: bson.Type(id.Type), Value: append([]byte(nil), id.Data...)}
	if err := s.quarantine(ctx, value); err != nil {
		s.logger.Error("a bad seq could not be taken away", "id", value.String(), "error", err)
		return
	}
	s.logger.Warn("a bad seq was taken away", "id", value.String())
}
