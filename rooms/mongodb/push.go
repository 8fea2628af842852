package mongodb

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms"
)

// collectionPush holds the devices that take push messages.
const collectionPush = "pushSubscriptions"

// pushKeyID is the _id of the document in meta that holds the push key.
const pushKeyID = "pushKey"

// pushIndexes find a user's devices, those first that were renewed first.
func pushIndexes() []index {
	return []index{{name: "push_user", key: keys("userId", "renewedAt", "_id")}}
}

func (s *Store) pushes() *Subscriptions { return &Subscriptions{s, s.collection(collectionPush)} }

// Subscriptions are the documents of the collection pushSubscriptions.
type Subscriptions struct {
	*Store
	devices *collection
}

var _ rooms.Subscriptions = (*Subscriptions)(nil)

// storedSubscription is a device as it is stored.
type storedSubscription struct {
	ID        string    `bson:"_id"`
	UserID    string    `bson:"userId"`
	Endpoint  string    `bson:"endpoint"`
	P256dh    []byte    `bson:"p256dh"`
	Auth      []byte    `bson:"auth"`
	Label     string    `bson:"label,omitempty"`
	RenewedAt time.Time `bson:"renewedAt"`
}

// PutSubscription replaces the document, then removes those that are too many. Where it ends in between, the next one does.
func (p *Subscriptions) PutSubscription(ctx context.Context, s rooms.Subscription, most int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := p.writing(ctx)
	defer cancel()
	doc := storedSubscription{s.ID, string(s.UserID), s.Endpoint, s.P256dh, s.Auth, s.Label, s.RenewedAt}
	put := func() error {
		_, err := p.devices.ReplaceOne(ctx, field("_id", s.ID), doc, options.Replace().SetUpsert(true))
		return err
	}
	err := put()
	if isDuplicate(err) { // another one was faster: now it is there
		err = put()
	}
	if err != nil {
		return fail("store push subscription", err)
	}
	newestFirst := bson.D{{Key: "renewedAt", Value: -1}, {Key: "_id", Value: -1}}
	others := bson.D{{Key: "userId", Value: string(s.UserID)}, {Key: "_id", Value: field("$ne", s.ID)}}
	cursor, err := p.devices.Find(ctx, others, options.Find().SetSort(newestFirst).SetSkip(int64(most-1)).SetProjection(field("_id", 1)))
	var old []struct {
		ID string `bson:"_id"`
	}
	if err == nil {
		err = cursor.All(ctx, &old)
	}
	if err != nil || len(old) == 0 {
		return fail("look for old push subscriptions", err)
	}
	ids := make([]string, len(old))
	for i := range old {
		ids[i] = old[i].ID
	}
	_, err = p.devices.DeleteMany(ctx, bson.D{{Key: "userId", Value: string(s.UserID)}, {Key: "_id", Value: field("$in", texts(ids))}})
	return fail("remove old push subscriptions", err)
}

// Subscriptions reads a user's by the index.
func (p *Subscriptions) Subscriptions(ctx context.Context, user auth.UserID) ([]rooms.Subscription, error) {
	ctx, cancel := p.reading(ctx)
	defer cancel()
	cursor, err := p.devices.Find(ctx, field("userId", string(user)), options.Find().SetSort(keys("renewedAt", "_id")))
	var found []storedSubscription
	if err == nil {
		err = cursor.All(ctx, &found)
	}
	if err != nil {
		return nil, fail("read push subscriptions", err)
	}
	list := make([]rooms.Subscription, len(found))
	for i, s := range found {
		list[i] = rooms.Subscription{
			ID: s.ID, UserID: auth.UserID(s.UserID), Endpoint: s.Endpoint, P256dh: s.P256dh, Auth: s.Auth, Label: s.Label, RenewedAt: s.RenewedAt.UTC(),
		}
	}
	return list, nil
}

// RemoveSubscription removes a user's.
func (p *Subscriptions) RemoveSubscription(ctx context.Context, user auth.UserID, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := p.writing(ctx)
	defer cancel()
	_, err := p.devices.DeleteOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "userId", Value: string(user)}})
	return fail("remove push subscription", err)
}

// EraseSubscriptions removes all of a user's.
func (p *Subscriptions) EraseSubscriptions(ctx context.Context, user auth.UserID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := p.writing(ctx)
	defer cancel()
	_, err := p.devices.DeleteMany(ctx, field("userId", string(user)))
	return fail("erase push subscriptions", err)
}

// PushKey keeps the key of whoever comes first.
func (p *Subscriptions) PushKey(ctx context.Context, made []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var there struct {
		Key []byte `bson:"key"`
	}
	if err := p.insertOnce(ctx, p.meta, pushKeyID, field("key", made), &there); err != nil {
		return nil, fail("keep the push key", err)
	}
	return there.Key, nil
}
