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
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"roomstream/rooms"
)

const (
	// tellAtOnce bounds one Arrived, so that what was read is not held back by decoding
	// the rest of a large answer.
	tellAtOnce = 1000
	// maxKey is the longest _id, roomId or seq, in bytes, that is carried of a document
	// over maxDocument; a room id takes 128.
	maxKey = 512
)

// Stream tells of every insert.
type Stream struct {
	store    *Store
	expanded bool // the server tells of dropped indexes; fixed by Open

	mu    sync.Mutex
	beats map[string]bson.ObjectID // the newest heartbeat of each instance
}

var _ rooms.Stream = (*Stream)(nil)

// Watch opens one change stream and tells of its inserts. The driver resumes it after
// elections and lost connections by itself; it ends when that fails, when the place to
// resume from has left the oplog, and when the collection is dropped or renamed, or an
// index of it dropped (which MongoDB 5.0 does not tell). From then on nothing can be
// appended until a Watch has opened again and seen to the indexes.
func (s *Stream) Watch(ctx context.Context, sink rooms.Sink) error {
	return s.store.whileOpen(ctx, func(ctx context.Context) error {
		err := s.watch(ctx, sink)
		if ctx.Err() == nil {
			s.store.fence.Store(nil)
		}
		return err
	})
}

func (s *Stream) watch(ctx context.Context, sink rooms.Sink) error {
	stream, err := s.store.openNow(ctx, s.store.messages.Collection, pipeline(), s.expansion()...)
	if err != nil {
		return fail("open the change stream", err)
	}
	defer closeStream(ctx, stream)
	// After the opening: a collection dropped from here on ends the stream.
	if err := s.store.raise(ctx); err != nil {
		return err
	}
	sink.Opened()
	return s.follow(ctx, stream, sink)
}

// expansion asks for all kinds of events where the server knows them.
func (s *Stream) expansion() []options.Lister[options.ChangeStreamOptions] {
	if !s.expanded {
		return nil
	}
	return []options.Lister[options.ChangeStreamOptions]{options.ChangeStream().SetShowExpandedEvents(true)}
}

// follow tells of inserts until the stream ends.
func (s *Stream) follow(ctx context.Context, stream *changeStream, sink rooms.Sink) error {
	var batch []rooms.Arrival
	for stream.Next(ctx) {
		doc := routed(stream.Current)
		if len(doc) <= noDocument {
			return fmt.Errorf("follow the change stream: %w", errUnfenced)
		}
		d := readDocument(doc)
		if d.oddlyNumbered() {
			s.store.takeSeqAway(ctx, d.id)
		}
		batch = append(batch, d.arrival())
		if stream.RemainingBatchLength() > 0 && len(batch) < tellAtOnce {
			continue
		}
		sink.Arrived(batch)
		clear(batch) // else the last burst's texts would stay
		batch = batch[:0]
	}
	if err := stream.Err(); err != nil {
		return fail("follow the change stream", err)
	}
	return fmt.Errorf("follow the change stream: %w", errInvalidated)
}

// noDocument is the length of an empty one: what pipeline makes of an event that is no
// insert. What is inserted has an _id.
const noDocument = 5

var errUnfenced = errors.New("an index of the collection messages was dropped")

var errInvalidated = errors.New("it has ended: the collection messages was dropped or renamed")

// routed finds the document that pipeline made in a change event.
func routed(event []byte) []byte {
	_, rest, _ := bsoncore.ReadLength(event)
	for len(rest) > 1 {
		element, after, ok := bsoncore.ReadElement(rest)
		if !ok {
			return nil
		}
		if element.CompareKey([]byte("doc")) {
			doc, _ := element.Value().DocumentOK()
			return doc
		}
		rest = after
	}
	return nil
}

// pipeline lets through that an index was dropped, and inserts, of which only what is
// routed: the known fields, and of a document over maxDocument no more than its key. The rest is read
// from the log by whoever wants it.
func pipeline() mongo.Pipeline {
	whole := bson.D{}
	for _, name := range []string{
		"_id", "roomId", "seq", "type", "author", "authorName", "timestamp", "clientId", "text", "parent", "data",
		"target", "emoji", "on", "counts", "erased", "badSeq", "heartbeat", "instance",
		"mentions", "attachments", "subject", "role", "was", "bannedUntil", "settings",
	} {
		whole = append(whole, bson.E{Key: name, Value: "$fullDocument." + name})
	}
	key := bson.D{
		{Key: "_id", Value: short("_id", "$$REMOVE")},
		{Key: "roomId", Value: short("roomId", "$$REMOVE")},
		{Key: "seq", Value: short("seq", "large")}, // a string is a bad seq, whatever was in it
		{Key: "large", Value: true},
	}
	fits := field("$lte", bson.A{field("$bsonSize", "$fullDocument"), maxDocument})
	return mongo.Pipeline{
		field("$match", field("operationType", field("$in", bson.A{"insert", "dropIndexes"}))),
		field("$project", field("doc", field("$cond", bson.A{fits, whole, key}))),
	}
}

// short gives a field if it is at most maxKey bytes long.
func short(name, otherwise string) bson.D {
	value := "$fullDocument." + name
	size := field("$bsonSize", field("v", value)) // a value has a size only in a document
	return field("$cond", bson.A{field("$lte", bson.A{size, maxKey}), value, otherwise})
}

// Beat inserts a heartbeat. What a crash leaves of them the server removes after
// beatLife.
func (s *Stream) Beat(ctx context.Context, instance string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if instance == "" {
		return rooms.BadField("instance", "must be set")
	}
	ctx, cancel := s.store.writing(ctx)
	defer cancel()
	id := bson.NewObjectID()
	_, err := s.store.messages.InsertOne(ctx, bson.D{
		{Key: "_id", Value: id}, {Key: "heartbeat", Value: time.Now()}, {Key: "instance", Value: instance},
	})
	if err != nil {
		return fail("beat", err)
	}
	s.mu.Lock()
	previous, had := s.beats[instance]
	s.beats[instance] = id
	s.mu.Unlock()
	if !had {
		return nil
	}
	_, err = s.store.messages.DeleteOne(ctx, field("_id", previous))
	return fail("remove the last heartbeat", err)
}
