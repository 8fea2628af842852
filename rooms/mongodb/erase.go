package mongodb

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms"
)

// eraseBatch is how many events are read at once, or blanked in one command.
const eraseBatch = 1000

// Eraser takes what one user wrote out of the database. No index has the author first,
// so it reads every document: it is done seldom, and an index would cost every insert.
type Eraser struct{ *Store }

var _ rooms.Eraser = (*Eraser)(nil)

// ByAuthor gives each event of an author that is not erased. It looks through the
// collection for the rooms, and then through those, in the order of their numbers: no
// cursor waits while each works.
func (r *Eraser) ByAuthor(ctx context.Context, author auth.UserID, each func(rooms.Event) error) error {
	ids, err := r.roomsOf(ctx, author)
	if err != nil {
		return fail("look for the rooms of a user", err)
	}
	for _, room := range ids {
		if err := r.inRoom(ctx, room, author, each); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// roomsOf gives the rooms whose log has an event of an author, ascending.
func (r *Eraser) roomsOf(ctx context.Context, author auth.UserID) ([]rooms.RoomID, error) {
	ctx, cancel := context.WithTimeout(ctx, scanTimeout)
	defer cancel()
	filter := bson.D{{Key: "author", Value: string(author)}, {Key: "seq", Value: anySeq()}}
	cursor, err := r.messages.Aggregate(ctx, mongo.Pipeline{
		field("$match", filter), field("$group", field("_id", "$roomId")),
	}, options.Aggregate().SetAllowDiskUse(true))
	if err != nil {
		return nil, err
	}
	var groups []struct {
		Room any `bson:"_id"`
	}
	if err := cursor.All(ctx, &groups); err != nil {
		return nil, err
	}
	var ids []rooms.RoomID
	for _, g := range groups {
		if room, ok := g.Room.(string); ok {
			ids = append(ids, rooms.RoomID(room))
		}
	}
	slices.Sort(ids)
	return ids, nil
}

func (r *Eraser) inRoom(ctx context.Context, room rooms.RoomID, author auth.UserID, each func(rooms.Event) error) error {
	for after := int64(0); ; {
		events, err := r.page(ctx, room, author, after)
		if err != nil {
			return fail(fmt.Sprintf("read what a user wrote in %s", room), err)
		}
		for _, e := range events {
			if after = e.Seq; e.Erased {
				continue
			}
			if err := each(e); err != nil {
				return err
			}
		}
		if len(events) < eraseBatch {
			return nil
		}
	}
}

// page reads an author's next events of a room. It may have to pass over all the others.
func (r *Eraser) page(ctx context.Context, room rooms.RoomID, author auth.UserID, after int64) ([]rooms.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, scanTimeout)
	defer cancel()
	filter := append(numbered(room, after, rooms.MaxSeq+1), bson.E{Key: "author", Value: string(author)})
	opts := options.Find().SetSort(keys("roomId", "seq")).SetLimit(eraseBatch).SetBatchSize(eraseBatch).SetProjection(projection)
	cursor, err := r.messages.Find(ctx, filter, opts)
	if err != nil {
		return nil, err
	}
	return collect(ctx, cursor, rooms.Page{})
}

// Erase blanks every document of an author, some with each command, in one pass through
// the collection.
func (r *Eraser) Erase(ctx context.Context, author auth.UserID) (int, error) {
	filter := bson.D{{Key: "author", Value: string(author)}, holding("text", "data", "mentions", "attachments", "authorName")}
	total := 0
	var ids bson.A
	strip := func() error {
		n, err := r.strip(ctx, ids, remaining("emoji", "counts"))
		total += n
		ids = ids[:0]
		return err
	}
	err := r.scan(ctx, filter, field("_id", 1), func(doc bson.Raw) error {
		id := doc.Lookup("_id")
		id.Value = slices.Clone(id.Value) // the cursor's bytes are used again
		if ids = append(ids, id); len(ids) < eraseBatch {
			return nil
		}
		return strip()
	})
	if err == nil && len(ids) > 0 {
		err = strip()
	}
	return total, fail("blank what a user wrote", err)
}

// scan reads every matching document of the collection, in no order. Each batch of it may
// take scanTimeout.
func (s *Store) scan(ctx context.Context, filter, fields bson.D, each func(bson.Raw) error) error {
	opening, cancel := context.WithTimeout(ctx, scanTimeout)
	cursor, err := s.messages.Find(opening, filter, options.Find().SetProjection(fields).SetBatchSize(scanBatch))
	cancel()
	if err != nil {
		return err
	}
	defer closeCursor(ctx, cursor)
	for nextInTime(ctx, cursor) {
		if err := each(cursor.Current); err != nil {
			return err
		}
	}
	return cursor.Err()
}

func nextInTime(ctx context.Context, cursor *mongo.Cursor) bool {
	if cursor.RemainingBatchLength() == 0 {
		step, cancel := context.WithTimeout(ctx, scanTimeout)
		defer cancel()
		ctx = step
	}
	return cursor.Next(ctx)
}
