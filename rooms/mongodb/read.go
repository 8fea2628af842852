package mongodb

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"golang.org/x/sync/errgroup"

	"roomstream/auth"
	"roomstream/rooms"
)

const (
	// newestAtOnce bounds the reads of one Newest that run at the same time: a join of
	// many rooms must not take every connection.
	newestAtOnce = 8
	// oneBatch is how many events are asked for in one answer of the server; an answer
	// ends at 16 MiB anyway.
	oneBatch = 1000
)

// Since returns a room's numbered events after a number, ascending.
func (l *Log) Since(ctx context.Context, room rooms.RoomID, after int64, page rooms.Page) ([]rooms.Event, error) {
	found, err := l.page(ctx, numbered(room, max(after, 0), rooms.MaxSeq+1), 1, page)
	if err != nil {
		return nil, fail(fmt.Sprintf("read %s after %d", room, after), err)
	}
	return found, nil
}

// Before returns a room's numbered events below a number, descending.
func (l *Log) Before(ctx context.Context, room rooms.RoomID, before int64, page rooms.Page) ([]rooms.Event, error) {
	if before <= 1 {
		return nil, ctx.Err()
	}
	found, err := l.page(ctx, numbered(room, 0, min(before, rooms.MaxSeq+1)), -1, page)
	if err != nil {
		return nil, fail(fmt.Sprintf("read %s before %d", room, before), err)
	}
	return found, nil
}

// Newest returns the newest events of rooms, newest first.
func (l *Log) Newest(ctx context.Context, ids []rooms.RoomID, n int) (map[rooms.RoomID][]rooms.Event, error) {
	newest := make(map[rooms.RoomID][]rooms.Event, len(ids))
	if n < 1 || len(ids) == 0 {
		return newest, ctx.Err()
	}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(newestAtOnce)
	for _, room := range ids {
		group.Go(func() error {
			found, err := l.page(ctx, numbered(room, 0, rooms.MaxSeq+1), -1, rooms.Page{Events: n})
			if err != nil || len(found) == 0 {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			newest[room] = found
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fail(fmt.Sprintf("read the newest of %d rooms", len(ids)), err)
	}
	return newest, nil
}

// Highest returns the highest seq that the primary has in a room.
func (l *Log) Highest(ctx context.Context, room rooms.RoomID) (int64, error) {
	ctx, cancel := l.reading(ctx)
	defer cancel()
	opts := options.FindOne().SetSort(bson.D{{Key: "roomId", Value: -1}, {Key: "seq", Value: -1}}).SetProjection(bson.D{{Key: "_id", Value: 0}, {Key: "seq", Value: 1}})
	var newest struct {
		Seq int64 `bson:"seq"`
	}
	err := l.local.FindOne(ctx, numbered(room, 0, rooms.MaxSeq+1), opts).Decode(&newest)
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return 0, fail("read the highest seq of "+string(room), err)
	}
	return newest.Seq, nil
}

// Find returns those events that are in the log. One that another program inserted
// and that awaits its number has seq 0; one that never gets a number is a void with
// seq 0.
func (l *Log) Find(ctx context.Context, events []*rooms.Event) ([]rooms.Event, error) {
	if len(events) == 0 {
		return nil, ctx.Err()
	}
	ctx, cancel := l.reading(ctx)
	defer cancel()
	cursor, err := l.messages.Find(ctx, anyOf(events), options.Find().SetProjection(projection))
	var found []rooms.Event
	if err == nil {
		found, err = collect(ctx, cursor, rooms.Page{})
	}
	if err != nil {
		return nil, fail(fmt.Sprintf("find %d events", len(events)), err)
	}
	return found, nil
}

// anyOf matches events by id and by clientId. One branch for each author and room
// keeps the query short: a batch is mostly of few.
func anyOf(events []*rooms.Event) bson.D {
	type sender struct {
		room   rooms.RoomID
		author auth.UserID
	}
	ids := make(bson.A, len(events))
	clientIDs := map[sender]bson.A{}
	for i, e := range events {
		ids[i] = objectID(e.ID)
		if e.ClientID != "" {
			s := sender{e.RoomID, e.Author}
			clientIDs[s] = append(clientIDs[s], e.ClientID)
		}
	}
	branches := bson.A{field("_id", field("$in", ids))}
	for s, list := range clientIDs {
		branches = append(branches, bson.D{
			{Key: "roomId", Value: string(s.room)}, {Key: "author", Value: string(s.author)},
			{Key: "clientId", Value: field("$in", list)},
		})
	}
	return field("$or", branches)
}

// projection is what an event is read from: another program's document may hold much
// besides.
var projection = bson.D{
	{Key: "roomId", Value: 1}, {Key: "seq", Value: 1}, {Key: "type", Value: 1}, {Key: "author", Value: 1},
	{Key: "authorName", Value: 1}, {Key: "timestamp", Value: 1}, {Key: "clientId", Value: 1}, {Key: "text", Value: 1},
	{Key: "parent", Value: 1}, {Key: "data", Value: 1}, {Key: "badSeq", Value: 1}, {Key: "target", Value: 1},
	{Key: "emoji", Value: 1}, {Key: "on", Value: 1}, {Key: "counts", Value: 1}, {Key: "erased", Value: 1},
	{Key: "mentions", Value: 1}, {Key: "attachments", Value: 1}, {Key: "subject", Value: 1}, {Key: "role", Value: 1},
	{Key: "was", Value: 1}, {Key: "bannedUntil", Value: 1}, {Key: "settings", Value: 1},
}

// integers are the types of a seq. The bound above 0 lets the server use the partial
// index.
func integers(bounds ...bson.E) bson.D {
	return append(bounds, bson.E{Key: "$type", Value: bson.A{"int", "long"}}, bson.E{Key: "$not", Value: field("$type", "array")})
}

// numbered matches a room's events with after < seq < before.
func numbered(room rooms.RoomID, after, before int64) bson.D {
	return bson.D{
		{Key: "roomId", Value: string(room)},
		{Key: "seq", Value: integers(bson.E{Key: "$gt", Value: after}, bson.E{Key: "$lt", Value: before})},
	}
}

// page reads one page in the order of the seq: 1 ascending, -1 descending.
func (l *Log) page(ctx context.Context, filter bson.D, order int, page rooms.Page) ([]rooms.Event, error) {
	return l.sorted(ctx, filter, bson.D{{Key: "roomId", Value: order}, {Key: "seq", Value: order}}, page)
}

// sorted reads one page in the order of an index.
func (s *Store) sorted(ctx context.Context, filter, order bson.D, page rooms.Page) ([]rooms.Event, error) {
	return s.sortedBy(ctx, nil, filter, order, page)
}

// sortedBy is sorted by the index of a name, where the server would choose between several; nil: by which it likes.
func (s *Store) sortedBy(ctx context.Context, by any, filter, order bson.D, page rooms.Page) ([]rooms.Event, error) {
	ctx, cancel := s.reading(ctx)
	defer cancel()
	opts := options.Find().SetSort(order).SetProjection(projection).SetHint(by)
	if page.Events > 0 {
		opts.SetLimit(int64(page.Events)).SetBatchSize(int32(min(page.Events, oneBatch)))
	}
	cursor, err := s.messages.Find(ctx, filter, opts)
	if err != nil {
		return nil, err
	}
	return collect(ctx, cursor, page)
}

// closeTimeout bounds giving back a cursor that was not read to its end.
const closeTimeout = time.Second

// closeCursor gives a cursor back.
func closeCursor(ctx context.Context, cursor *mongo.Cursor) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	cursor.Close(ctx) // the server forgets it by itself after 10 minutes
}

// collect decodes events until the page is full, and closes the cursor.
func collect(ctx context.Context, cursor *mongo.Cursor, page rooms.Page) ([]rooms.Event, error) {
	defer closeCursor(ctx, cursor)
	var found []rooms.Event
	size := 0
	for cursor.Next(ctx) {
		d := readDocument(cursor.Current)
		e := d.stored()
		size += e.Size()
		if page.Bytes > 0 && size > page.Bytes && len(found) > 0 {
			return found, nil
		}
		found = append(found, e)
	}
	return found, cursor.Err()
}
