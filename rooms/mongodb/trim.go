package mongodb

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms"
)

// Trimmer takes a room's oldest events away.
type Trimmer struct {
	*Store

	mu sync.Mutex
	// blank is the number below which a room's events were found without content: a
	// room is not read from its first event on for each batch.
	blank map[rooms.RoomID]int64
}

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

// remaining are the fields that stay of an event whose content goes. All others go: another
// program's document may hold content in fields of its own.
func remaining(names ...string) mongo.Pipeline {
	doc := bson.D{{Key: "erased", Value: true}}
	for _, name := range append(names, "_id", "roomId", "seq", "type", "author", "timestamp", "clientId", "parent", "target", "on", "badSeq") {
		doc = append(doc, bson.E{Key: name, Value: "$" + name})
	}
	// What an event made of the room is no content; in a message the names are another's.
	stated := field("$in", bson.A{"$type", bson.A{string(rooms.TypeMember), string(rooms.TypeRoom)}})
	for _, name := range []string{"subject", "role", "was", "bannedUntil", "settings"} {
		doc = append(doc, bson.E{Key: name, Value: field("$cond", bson.A{stated, "$" + name, "$$REMOVE"})})
	}
	return mongo.Pipeline{field("$replaceWith", doc)}
}

// holding matches documents that have content. Erased alone says nothing: on another
// program's document it may stand beside a text.
func holding(content ...string) bson.E {
	some := bson.A{field("erased", field("$ne", true))}
	for _, name := range content {
		some = append(some, exists(name))
	}
	return bson.E{Key: "$or", Value: some}
}

// Blank takes the content of a room's oldest events.
func (t *Trimmer) Blank(ctx context.Context, room rooms.RoomID, below int64, limit int) (int, error) {
	t.mu.Lock()
	from := t.blank[room]
	t.mu.Unlock()
	filter := append(numbered(room, max(from-1, 0), min(below, rooms.MaxSeq+1)), holding("text", "data", "mentions", "attachments", "authorName", "emoji", "counts"))
	oldest, err := t.oldest(ctx, filter, limit)
	if err != nil {
		return 0, fail(fmt.Sprintf("read the oldest events of %s", room), err)
	}
	if len(oldest) == 0 {
		return 0, ctx.Err()
	}
	n, err := t.strip(ctx, idsOf(oldest), remaining())
	if err != nil {
		return n, fail(fmt.Sprintf("blank the oldest events of %s", room), err)
	}
	t.mu.Lock()
	t.blank[room] = max(t.blank[room], oldest[len(oldest)-1].Seq+1)
	t.mu.Unlock()
	return n, nil
}

// strip takes the content of documents.
func (s *Store) strip(ctx context.Context, ids bson.A, to mongo.Pipeline) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	ctx, cancel := s.writing(ctx)
	defer cancel()
	result, err := s.messages.UpdateMany(ctx, field("_id", field("$in", ids)), to)
	if result == nil {
		return 0, err
	}
	return int(result.ModifiedCount), err
}

// Remove removes a room's oldest events.
func (t *Trimmer) Remove(ctx context.Context, room rooms.RoomID, below int64, limit int) (int, error) {
	oldest, err := t.oldest(ctx, numbered(room, 0, min(below, rooms.MaxSeq+1)), limit)
	if err != nil {
		return 0, fail(fmt.Sprintf("read the oldest events of %s", room), err)
	}
	if len(oldest) == 0 {
		return 0, ctx.Err()
	}
	ctx, cancel := t.writing(ctx)
	defer cancel()
	result, err := t.messages.DeleteMany(ctx, field("_id", field("$in", idsOf(oldest))))
	if err != nil {
		return 0, fail(fmt.Sprintf("remove the oldest events of %s", room), err)
	}
	return int(result.DeletedCount), nil
}

// place is where an event stands.
type place struct {
	ID  bson.RawValue `bson:"_id"` // whatever another program made it
	Seq int64         `bson:"seq"`
}

func idsOf(places []place) bson.A {
	ids := make(bson.A, len(places))
	for i := range places {
		ids[i] = places[i].ID
	}
	return ids
}

// oldest gives at most limit matching events of a room, the lowest numbers first. It may
// have to pass over a whole room.
func (t *Trimmer) oldest(ctx context.Context, filter bson.D, limit int) ([]place, error) {
	if limit < 1 {
		return nil, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, scanTimeout)
	defer cancel()
	opts := options.Find().SetSort(keys("roomId", "seq")).SetLimit(int64(limit)).
		SetProjection(bson.D{{Key: "_id", Value: 1}, {Key: "seq", Value: 1}})
	cursor, err := t.messages.Find(ctx, filter, opts)
	if err != nil {
		return nil, err
	}
	var found []place
	err = cursor.All(ctx, &found)
	return found, err
}
