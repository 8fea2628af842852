package mongodb

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms"
)

const (
	// beatLife is how long a heartbeat stays that a crash left behind, in seconds.
	beatLife = 60

	// signalLife is how long a signal stays, in seconds: its stream has told it by then.
	signalLife = 60

	// indexTimeout bounds the building of missing indexes over a large collection.
	indexTimeout = 10 * time.Minute
)

// index is an index that must be there as it stands here.
type index struct {
	name    string
	key     bson.D
	unique  bool
	partial bson.D // nil: over all documents
	expire  int32  // seconds; 0: never
	former  bson.D // the key an earlier version gave it; nil: none did
}

func field(name string, value any) bson.D { return bson.D{{Key: name, Value: value}} }

func exists(name string) bson.D { return field(name, field("$exists", true)) }

func keys(names ...string) bson.D {
	var d bson.D
	for _, name := range names {
		d = append(d, bson.E{Key: name, Value: int32(1)})
	}
	return d
}

// messageIndexes are those of messages. The first two are what keeps numbers and
// sends single, between all instances; they are partial because a document that awaits
// its number, and one without a clientId, are no duplicates of another such. The next two
// are for reading: the type spares a search for deletes all the reactions.
func messageIndexes() []index {
	return []index{
		{name: string(rooms.UniqueSeq), key: keys("roomId", "seq"), unique: true, partial: field("seq", field("$gt", int32(0)))},
		{name: string(rooms.UniqueClientID), key: keys("roomId", "author", "clientId"), unique: true, partial: exists("clientId")},
		{
			name: "room_target", key: keys("roomId", "target", "type", "seq"), partial: exists("target"),
			former: keys("roomId", "target"),
		},
		{name: indexAttached, key: keys("roomId", "seq"), partial: exists("attachments")},
		{name: "room_parent", key: keys("roomId", "parent", "seq"), partial: exists("parent")},
		{name: "heartbeat", key: keys("heartbeat"), partial: exists("heartbeat"), expire: beatLife},
	}
}

// signalIndexes are those of signals.
func signalIndexes() []index {
	return []index{{name: "sent", key: keys("sent"), expire: signalLife}}
}

// userIndexes are those of users.
func userIndexes() []index {
	return []index{{name: "user_name", key: keys("nameKey"), unique: true}}
}

// ensureIndexes verifies that the indexes are there as they must be, makes those that are
// missing, and waits for those that somebody else is making: until then they refuse nothing.
// One of the same name and another shape is refused, not changed: whoever made it had a reason.
func ensureIndexes(ctx context.Context, coll *collection, want []index) error {
	have, _, err := listIndexes(ctx, coll)
	if err != nil {
		return fail("list the indexes of "+coll.Name(), err)
	}
	var missing []mongo.IndexModel
	for _, w := range want {
		spec, there := have[w.name]
		if !there {
			missing = append(missing, w.model())
			continue
		}
		if w.isFormer(spec) {
			if err := dropIndex(ctx, coll, w.name); err != nil {
				return fail("replace the index "+w.name, err)
			}
			missing = append(missing, w.model())
			continue
		}
		if !w.matches(spec) {
			return fmt.Errorf("the index %s of %s is not the one this program needs (%s): drop it, it is made anew at the next start",
				w.name, coll.Name(), spec)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, indexTimeout)
	defer cancel()
	if _, err := coll.Indexes().CreateMany(ctx, missing); err != nil {
		return failIndex(coll.Name(), err)
	}
	return nil
}

// listIndexes gives the specifications by name, of the indexes that are in force and of those
// that are being made. A collection that is not there has none.
func listIndexes(ctx context.Context, coll *collection) (have, making map[string]bson.Raw, err error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	have, making = map[string]bson.Raw{}, map[string]bson.Raw{}
	specs, err := indexSpecs(ctx, coll)
	if err != nil && ctx.Err() == nil {
		specs, err = indexSpecs(ctx, coll) // as the driver does with reads that it knows
	}
	if err != nil {
		return nil, nil, err
	}
	for _, spec := range specs {
		into := have
		if unready, yes := spec.Lookup("spec").DocumentOK(); yes {
			spec, into = unready, making
		}
		name, _ := spec.Lookup("name").StringValueOK()
		into[name] = spec
	}
	return have, making, nil
}

// indexSpecs lists the indexes of a collection. Without includeBuildUUIDs, which the driver does not
// know, those that are being made look like the others.
func indexSpecs(ctx context.Context, coll *collection) ([]bson.Raw, error) {
	cursor, err := coll.Database().RunCommandCursor(ctx, bson.D{{Key: "listIndexes", Value: coll.Name()}, {Key: "includeBuildUUIDs", Value: true}})
	if hasCode(err, codeNamespaceNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var specs []bson.Raw
	err = cursor.All(ctx, &specs)
	return specs, err
}

func (i index) model() mongo.IndexModel {
	opts := options.Index().SetName(i.name)
	if i.unique {
		opts.SetUnique(true)
	}
	if i.partial != nil {
		opts.SetPartialFilterExpression(i.partial)
	}
	if i.expire > 0 {
		opts.SetExpireAfterSeconds(i.expire)
	}
	return mongo.IndexModel{Keys: i.key, Options: opts}
}

// matches says whether an index that is there does what this one does.
func (i index) matches(spec bson.Raw) bool {
	unique, _ := spec.Lookup("unique").BooleanOK()
	expire, _ := spec.Lookup("expireAfterSeconds").AsInt64OK()
	_, sparse := spec.Lookup("sparse").BooleanOK()
	_, collation := spec.Lookup("collation").DocumentOK()
	return unique == i.unique && expire == int64(i.expire) && !sparse && !collation &&
		sameDocument(spec.Lookup("key"), i.key) && sameDocument(spec.Lookup("partialFilterExpression"), i.partial)
}

// isFormer says whether an index that is there is this one as an earlier version made it.
func (i index) isFormer(spec bson.Raw) bool {
	if i.former == nil {
		return false
	}
	i.key = i.former
	return i.matches(spec)
}

// dropIndex drops an index that another instance may be dropping, too.
func dropIndex(ctx context.Context, coll *collection, name string) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	err := coll.Indexes().DropOne(ctx, name)
	if hasCode(err, codeIndexNotFound) {
		return nil
	}
	return err
}

// sameDocument compares a stored document with a wanted one, nil being none. Numbers
// are compared by value: shells store them as doubles.
func sameDocument(have bson.RawValue, want bson.D) bool {
	doc, ok := have.DocumentOK()
	if !ok || want == nil {
		return !ok && want == nil
	}
	return bytes.Equal(canonical(doc), canonical(mustMarshal(want)))
}

// canonical writes a document with all numbers as 64-bit integers.
func canonical(doc bson.Raw) []byte {
	elements, err := doc.Elements()
	if err != nil {
		return nil
	}
	var out bson.D
	for _, e := range elements {
		value := e.Value()
		if n, ok := value.AsInt64OK(); ok {
			out = append(out, bson.E{Key: e.Key(), Value: n})
		} else if sub, ok := value.DocumentOK(); ok {
			out = append(out, bson.E{Key: e.Key(), Value: bson.Raw(canonical(sub))})
		} else {
			out = append(out, bson.E{Key: e.Key(), Value: value})
		}
	}
	return mustMarshal(out)
}

// mustMarshal encodes documents of this package's own making, which cannot fail.
func mustMarshal(d bson.D) bson.Raw {
	b, err := bson.Marshal(d)
	if err != nil {
		panic(err)
	}
	return b
}
