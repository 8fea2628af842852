package mongodb

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
)

// revokedLife is how long a key stays that was revoked, in seconds.
const revokedLife = 3600

// keyIndexes are those of keys.
func keyIndexes() []index {
	return []index{
		{name: "key_hash", key: keys("hash"), unique: true},
		{name: "key_kind", key: keys("kind", "_id")},
		{name: "key_room", key: keys("kind", "rooms", "_id")},
		{name: "key_revoked", key: keys("revokedAt"), partial: exists("revokedAt"), expire: revokedLife},
	}
}

// Keys gives the store of bots' keys.
func (s *Store) Keys() auth.KeyStore { return &Keys{s, s.collection("keys")} }

// Keys keeps the keys of bots and hooks in the collection keys.
type Keys struct {
	*Store
	keys *collection
}

var _ auth.KeyStore = (*Keys)(nil)

// storedKey is a key as it is stored.
type storedKey struct {
	ID         string    `bson:"_id"`
	Kind       string    `bson:"kind"`
	Hash       []byte    `bson:"hash"`
	Name       string    `bson:"name"`
	Rooms      []string  `bson:"rooms,omitempty"`
	Everywhere bool      `bson:"everywhere,omitempty"`
	PostOnly   bool      `bson:"postOnly,omitempty"`
	CreatedBy  string    `bson:"createdBy"`
	CreatedAt  time.Time `bson:"createdAt"`
	RevokedAt  time.Time `bson:"revokedAt,omitempty"`
}

func storeKey(k *auth.Key) storedKey {
	return storedKey{
		ID: string(k.ID), Kind: string(k.Kind), Hash: k.Hash[:], Name: k.Name, Rooms: k.Rooms, Everywhere: k.Rooms == nil,
		PostOnly: k.PostOnly, CreatedBy: string(k.CreatedBy), CreatedAt: k.CreatedAt, RevokedAt: k.RevokedAt,
	}
}

func (s *storedKey) key() auth.Key {
	k := auth.Key{
		ID: auth.UserID(s.ID), Kind: auth.Kind(s.Kind), Name: s.Name, Rooms: s.Rooms, PostOnly: s.PostOnly,
		CreatedBy: auth.UserID(s.CreatedBy), CreatedAt: s.CreatedAt.UTC(),
	}
	copy(k.Hash[:], s.Hash)
	switch {
	case s.Everywhere:
		k.Rooms = nil
	case k.Rooms == nil:
		k.Rooms = []string{} // nowhere, which is not everywhere
	}
	if !s.RevokedAt.IsZero() {
		k.RevokedAt = s.RevokedAt.UTC()
	}
	return k
}

// CreateKey stores a new one.
func (k *Keys) CreateKey(ctx context.Context, key auth.Key) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := k.writing(ctx)
	defer cancel()
	_, err := k.keys.InsertOne(ctx, storeKey(&key))
	return fail("create key", err)
}

// inForce matches keys that were not revoked.
func inForce(fields ...bson.E) bson.D { return append(fields, bson.E{Key: "revokedAt", Value: nil}) }

// KeyByHash returns auth.ErrNoKey when no key in force has the hash.
func (k *Keys) KeyByHash(ctx context.Context, hash [32]byte) (auth.Key, error) {
	ctx, cancel := k.reading(ctx)
	defer cancel()
	var found storedKey
	err := k.keys.FindOne(ctx, inForce(bson.E{Key: "hash", Value: hash[:]})).Decode(&found)
	if isNotFound(err) {
		return auth.Key{}, fmt.Errorf("read key: %w", auth.ErrNoKey)
	}
	if err != nil {
		return auth.Key{}, fail("read key", err)
	}
	return found.key(), nil
}

// Keys returns keys in force, ascending by id.
func (k *Keys) Keys(ctx context.Context, q auth.KeyQuery) ([]auth.Key, error) {
	filter := inForce(bson.E{Key: "kind", Value: string(q.Kind)}, bson.E{Key: "_id", Value: field("$gt", string(q.After))})
	if q.Room != "" {
		filter = append(filter, bson.E{Key: "rooms", Value: q.Room})
	}
	found, err := k.find(ctx, filter, options.Find().SetSort(field("_id", 1)).SetLimit(int64(q.Limit)))
	if err != nil {
		return nil, fail("list keys", err)
	}
	list := make([]auth.Key, len(found))
	for i := range found {
		list[i] = found[i].key()
	}
	return list, nil
}

func (k *Keys) find(ctx context.Context, filter bson.D, opts *options.FindOptionsBuilder) ([]storedKey, error) {
	ctx, cancel := k.reading(ctx)
	defer cancel()
	cursor, err := k.keys.Find(ctx, filter, opts)
	if err != nil {
		return nil, err
	}
	var found []storedKey
	return found, cursor.All(ctx, &found)
}

// RevokeKey takes a key out of force; the index removes it later.
func (k *Keys) RevokeKey(ctx context.Context, which auth.KeyRef, at time.Time) (auth.Key, error) {
	if err := ctx.Err(); err != nil {
		return auth.Key{}, err
	}
	ctx, cancel := k.writing(ctx)
	defer cancel()
	filter := inForce(bson.E{Key: "_id", Value: string(which.ID)}, bson.E{Key: "kind", Value: string(which.Kind)})
	if which.Room != "" {
		filter = append(filter, bson.E{Key: "rooms", Value: bson.A{which.Room}})
	}
	var was storedKey
	err := k.keys.FindOneAndUpdate(ctx, filter, field("$set", field("revokedAt", at))).Decode(&was)
	if isNotFound(err) {
		return auth.Key{}, fmt.Errorf("revoke key: %w", auth.ErrNoKey)
	}
	if err != nil {
		return auth.Key{}, fail("revoke key", err)
	}
	return was.key(), nil
}

// RevokedKeys gives whom the keys revoked after a time spoke for.
func (k *Keys) RevokedKeys(ctx context.Context, after time.Time) ([]auth.UserID, error) {
	found, err := k.find(ctx, field("revokedAt", field("$gt", after)), options.Find().SetProjection(field("_id", 1)))
	if err != nil {
		return nil, fail("read revoked keys", err)
	}
	ids := make([]auth.UserID, len(found))
	for i := range found {
		ids[i] = auth.UserID(found[i].ID)
	}
	return ids, nil
}
