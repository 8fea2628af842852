package mongodb

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms"
)

// eraseBatch is how many events are blanked in one command.
const eraseBatch = 1000

// Eraser takes what one user wrote out of the database. No index has the author first,
// so it reads every document: it is done seldom, and an index would cost every insert.
type Eraser struct{ *Store }

var _ rooms.Eraser = (*Eraser)(nil)

// ByAuthor gives each event of an author that is not erased.
func (e *Eraser) ByAuthor(ctx context.Context, author auth.UserID, each func(rooms.Event) error) error {
	ctx, cancel := context.WithTimeout(ctx, scanTimeout)
	defer cancel()
	filter := bson.D{
		{Key: "author", Value: string(author)}, {Key: "erased", Value: field("$ne", true)},
		{Key: "seq", Value: field("$gt", 0)},
	}
	opts := options.Find().SetSort(keys("roomId", "seq")).SetProjection(projection).SetBatchSize(scanBatch).
		SetHint(string(rooms.UniqueSeq)) // the order, without holding all of it in memory
	cursor, err := e.messages.Find(ctx, filter, opts)
	if err != nil {
		return fail("read what a user wrote", err)
	}
	defer cursor.Close(context.WithoutCancel(ctx))
	for cursor.Next(ctx) {
		d := readDocument(cursor.Current)
		if err := each(d.stored()); err != nil {
			return err
		}
	}
	return fail("read what a user wrote", cursor.Err())
}

// Erase blanks every document of an author, some with each command.
func (e *Eraser) Erase(ctx context.Context, author auth.UserID) (int, error) {
	filter := bson.D{{Key: "author", Value: string(author)}, {Key: "erased", Value: field("$ne", true)}}
	total := 0
	for {
		ids, err := e.someIDs(ctx, filter)
		if err != nil || len(ids) == 0 {
			return total, err
		}
		n, err := e.blank(ctx, ids)
		total += n
		if err != nil {
			return total, err
		}
	}
}

func (e *Eraser) someIDs(ctx context.Context, filter bson.D) (bson.A, error) {
	ctx, cancel := context.WithTimeout(ctx, scanTimeout)
	defer cancel()
	cursor, err := e.messages.Find(ctx, filter, options.Find().SetProjection(field("_id", 1)).SetLimit(eraseBatch))
	var found []struct {
		ID any `bson:"_id"`
	}
	if err == nil {
		err = cursor.All(ctx, &found)
	}
	ids := make(bson.A, len(found))
	for i := range found {
		ids[i] = found[i].ID
	}
	return ids, fail("read what a user wrote", err)
}

func (e *Eraser) blank(ctx context.Context, ids bson.A) (int, error) {
	ctx, cancel := e.writing(ctx)
	defer cancel()
	result, err := e.messages.UpdateMany(ctx, field("_id", field("$in", ids)), kept("emoji", "counts"))
	if err != nil {
		return 0, fail(fmt.Sprintf("blank %d documents", len(ids)), err)
	}
	return int(result.ModifiedCount), nil
}
