package mongodb

import (
	"context"
	"crypto/rand"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms/streams"
)

// Declarations are the collections streams and acl of the chat's database.
type Declarations struct{ *Store }

var _ streams.Store = (*Declarations)(nil)

// declarationIndexes keep a stream's name single. Streams of a database or the deployment have no collection, and share
// their names.
func declarationIndexes() []index {
	return []index{{name: "stream_name", key: keys("watch.collection", "uri"), unique: true}}
}

// Declarations returns the documents of streams.
func (d *Declarations) Declarations(ctx context.Context) ([]bson.Raw, error) {
	return d.all(ctx, d.declared)
}

// Rules returns the documents of acl.
func (d *Declarations) Rules(ctx context.Context) ([]bson.Raw, error) { return d.all(ctx, d.rules) }

func (d *Declarations) all(ctx context.Context, coll *collection) ([]bson.Raw, error) {
	ctx, cancel := d.reading(ctx)
	defer cancel()
	cursor, err := coll.Find(ctx, bson.D{}, options.Find().SetSort(field("_id", 1)))
	if err != nil {
		return nil, fail("read "+coll.Name(), err)
	}
	var documents []bson.Raw
	return documents, fail("read "+coll.Name(), cursor.All(ctx, &documents))
}

// Put writes a declaration.
func (d *Declarations) Put(ctx context.Context, name streams.Name, declaration bson.D) (created bool, err error) {
	if err := ensureIndexes(ctx, d.declared, declarationIndexes()); err != nil {
		return false, err
	}
	ctx, cancel := d.writing(ctx)
	defer cancel()
	put := func() (*mongo.UpdateResult, error) {
		return d.declared.ReplaceOne(ctx, named(name), declaration, options.Replace().SetUpsert(true))
	}
	result, err := put()
	if isDuplicate(err) { // another one made it meanwhile: now it is there
		result, err = put()
	}
	if err != nil {
		return false, fail("declare "+name.String(), err)
	}
	return result.UpsertedCount > 0, nil
}

// named selects a declaration. null selects an absent field, too.
func named(name streams.Name) bson.D {
	var collection any
	if name.Collection != "" {
		collection = name.Collection
	}
	return bson.D{{Key: "watch.collection", Value: collection}, {Key: "uri", Value: name.URI}}
}

// Delete removes a declaration.
func (d *Declarations) Delete(ctx context.Context, name streams.Name) (bool, error) {
	ctx, cancel := d.writing(ctx)
	defer cancel()
	result, err := d.declared.DeleteMany(ctx, named(name))
	if err != nil {
		return false, fail("remove "+name.String(), err)
	}
	return result.DeletedCount > 0, nil
}

// PutRule writes a rule.
func (d *Declarations) PutRule(ctx context.Context, rule bson.D) error {
	ctx, cancel := d.writing(ctx)
	defer cancel()
	for _, e := range rule {
		if e.Key != "_id" {
			continue
		}
		_, err := d.rules.ReplaceOne(ctx, field("_id", e.Value), rule, options.Replace().SetUpsert(true))
		return fail("write a rule", err)
	}
	_, err := d.rules.InsertOne(ctx, rule)
	return fail("write a rule", err)
}

// streamsKey is the _id in meta of what signs the clients' positions.
const streamsKey = "streams"

// keyBytes is the length of an HMAC-SHA-256 key.
const keyBytes = 32

// Key makes the key where it is missing.
func (d *Declarations) Key(ctx context.Context) ([]byte, error) {
	key := make([]byte, keyBytes)
	rand.Read(key) // never fails: crypto/rand ends the process first
	var there struct {
		Key []byte `bson:"key"`
	}
	if err := d.insertOnce(ctx, d.meta, streamsKey, field("key", key), &there); err != nil {
		return nil, fail("make the key of the streams", err)
	}
	return there.Key, nil
}

// Watch tells of every change of the two collections.
func (d *Declarations) Watch(ctx context.Context, opened, changed func()) error {
	return d.whileOpen(ctx, func(ctx context.Context) error { return d.watch(ctx, opened, changed) })
}

func (d *Declarations) watch(ctx context.Context, opened, changed func()) error {
	// Over the database, because a stream over a collection ends with it, and these may come and go.
	stream, err := d.openNow(ctx, d.messages.Database(), mongo.Pipeline{
		field("$match", field("ns.coll", field("$in", bson.A{d.declared.Name(), d.rules.Name()}))),
		field("$project", field("_id", 1)),
	})
	if err != nil {
		return fail("open the stream of declarations", err)
	}
	defer closeStream(ctx, stream)
	opened()
	for stream.Next(ctx) {
		if stream.RemainingBatchLength() == 0 {
			changed()
		}
	}
	if err := stream.Err(); err != nil {
		return fail("follow the stream of declarations", err)
	}
	return errors.New("follow the stream of declarations: it has ended: the database was dropped")
}
