package mongodb

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms"
)

// Trimmer takes a room's oldest events away.
type Trimmer struct{ *Store }

var _ rooms.Trimmer = (*Trimmer)(nil)

// SetRetention returns CodeNotFound when there is no such room.
func (t *Trimmer) SetRetention(ctx context.Context, room rooms.RoomID, keep time.Duration) error {
	update := field("$set", field("retention", retentionMillis(keep)))
	if keep == 0 {
		update = field("$unset", field("retention", ""))
	}
	return t.changeRoom(ctx, room, update)
}

// Fence raises a room's MinSeq and plans what is removed.
func (t *Trimmer) Fence(ctx context.Context, room rooms.RoomID, minSeq, removeBelow int64, removeAt time.Time) error {
	update := field("$max", field("minSeq", minSeq))
	if !removeAt.IsZero() {
		plan := bson.D{{Key: "removeBelow", Value: removeBelow}, {Key: "removeAt", Value: removeAt}}
		update = append(update, bson.E{Key: "$set", Value: plan})
	}
	return t.changeRoom(ctx, room, update)
}

// changeRoom changes a room that must be there.
func (s *Store) changeRoom(ctx context.Context, room rooms.RoomID, update bson.D) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := s.writing(ctx)
	defer cancel()
	result, err := s.rooms.UpdateOne(ctx, field("_id", string(room)), update)
	if err != nil {
		return fail(fmt.Sprintf("change room %s", room), err)
	}
	if result.MatchedCount == 0 {
		return rooms.E(rooms.CodeNotFound, "no such room")
	}
	return nil
}

// kept are the fields that stay of an event whose content goes. All others go: another
// program's document may hold content in fields of its own.
func kept(names ...string) mongo.Pipeline {
	doc := bson.D{{Key: "erased", Value: true}}
	for _, name := range append(names, "_id", "roomId", "seq", "type", "author", "timestamp", "clientId", "parent", "target", "on", "badSeq") {
		doc = append(doc, bson.E{Key: name, Value: "$" + name})
	}
	return mongo.Pipeline{field("$replaceWith", doc)}
}

// below matches a room's numbered events under a number.
func below(room rooms.RoomID, seq int64) bson.D { return numbered(room, 0, min(seq, rooms.MaxSeq+1)) }

// Blank takes the content of a room's oldest events.
func (t *Trimmer) Blank(ctx context.Context, room rooms.RoomID, seq int64, limit int) (int, error) {
	filter := append(below(room, seq), bson.E{Key: "erased", Value: field("$ne", true)})
	ids, err := t.oldest(ctx, filter, limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	ctx, cancel := t.writing(ctx)
	defer cancel()
	result, err := t.messages.UpdateMany(ctx, field("_id", field("$in", ids)), kept())
	if err != nil {
		return 0, fail(fmt.Sprintf("blank the oldest events of %s", room), err)
	}
	return int(result.ModifiedCount), nil
}

// Remove removes a room's oldest events.
func (t *Trimmer) Remove(ctx context.Context, room rooms.RoomID, seq int64, limit int) (int, error) {
	ids, err := t.oldest(ctx, below(room, seq), limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	ctx, cancel := t.writing(ctx)
	defer cancel()
	result, err := t.messages.DeleteMany(ctx, field("_id", field("$in", ids)))
	if err != nil {
		return 0, fail(fmt.Sprintf("remove the oldest events of %s", room), err)
	}
	return int(result.DeletedCount), nil
}

// oldest gives the _ids of the first matching events by number.
func (t *Trimmer) oldest(ctx context.Context, filter bson.D, limit int) (bson.A, error) {
	ctx, cancel := t.reading(ctx)
	defer cancel()
	opts := options.Find().SetSort(keys("roomId", "seq")).SetLimit(int64(limit)).SetProjection(field("_id", 1))
	cursor, err := t.messages.Find(ctx, filter, opts)
	var found []struct {
		ID any `bson:"_id"`
	}
	if err == nil {
		err = cursor.All(ctx, &found)
	}
	if err != nil {
		return nil, fail("read the oldest events", err)
	}
	ids := make(bson.A, len(found))
	for i := range found {
		ids[i] = found[i].ID
	}
	return ids, nil
}
