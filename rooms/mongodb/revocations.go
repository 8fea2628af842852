package mongodb

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
)

const collectionRevocations = "revocations"

// revocationsAgain is how far behind the mark they are read again: what was saved before may become readable later.
const revocationsAgain = time.Minute

// revocationLife is how long a token's revocation stays behind the token's end, in seconds: clocks differ.
const revocationLife = 60

// revocationIndexes are those of revocations. Those of tokens go when the token ends.
func revocationIndexes() []index {
	return []index{
		{name: "saved", key: keys("saved")},
		{name: "until", key: keys("until"), partial: exists("until"), expire: revocationLife},
	}
}

// Revocations gives the store of revoked tokens.
func (s *Store) Revocations() auth.RevocationStore {
	return &Revocations{s, s.collection(collectionRevocations)}
}

// Revocations keeps which tokens are out of force in the collection revocations.
type Revocations struct {
	*Store
	revocations *collection
}

var _ auth.RevocationStore = (*Revocations)(nil)

// storedRevocation is a revocation as it is stored; what it is of stands in its _id.
type storedRevocation struct {
	Key    string    `bson:"_id"`
	At     time.Time `bson:"at"`
	Until  time.Time `bson:"until,omitempty"`
	Lifted time.Time `bson:"lifted,omitempty"` // of a user who is, or was, disabled
	Saved  time.Time `bson:"saved"`            // by the database's clock
}

func (s *storedRevocation) revocation() auth.Revocation {
	r, _ := auth.RevocationOf(s.Key)
	r.At = s.At.UTC()
	if !s.Until.IsZero() {
		r.Until = s.Until.UTC()
	}
	if !s.Lifted.IsZero() {
		r.Lifted = s.Lifted.UTC()
	}
	return r
}

// SaveRevocation raises what is there, or inserts it.
func (r *Revocations) SaveRevocation(ctx context.Context, of auth.Revocation) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := r.writing(ctx)
	defer cancel()
	_, err := r.revocations.UpdateOne(ctx, field("_id", of.Key()), raised(&of), options.UpdateOne().SetUpsert(true))
	return fail("save revocation", err)
}

// raised is the update that lets the later of two times stand, and has the database say when it was saved: those who read what was saved
// since a mark would pass over what a clock that is behind has written.
func raised(of *auth.Revocation) bson.D {
	times := field("at", of.At)
	if !of.Until.IsZero() {
		times = append(times, bson.E{Key: "until", Value: of.Until})
	}
	if !of.Lifted.IsZero() {
		times = append(times, bson.E{Key: "lifted", Value: of.Lifted})
	}
	return bson.D{{Key: "$max", Value: times}, {Key: "$currentDate", Value: field("saved", true)}}
}

// Revocations reads what was saved since a minute before the mark, by the database's clock.
func (r *Revocations) Revocations(ctx context.Context, since time.Time) ([]auth.Revocation, time.Time, error) {
	filter := bson.D{}
	if !since.IsZero() {
		filter = field("saved", field("$gte", since.Add(-revocationsAgain)))
	}
	ctx, cancel := r.reading(ctx)
	defer cancel()
	cursor, err := r.revocations.Find(ctx, filter)
	var found []storedRevocation
	if err == nil {
		err = cursor.All(ctx, &found)
	}
	if err != nil {
		return nil, since, fail("read revocations", err)
	}
	list, mark := make([]auth.Revocation, len(found)), since
	for i := range found {
		list[i] = found[i].revocation()
		if found[i].Saved.After(mark) {
			mark = found[i].Saved
		}
	}
	return list, mark, nil
}

// keptRevocations are for export and import, beside which others may serve.
type keptRevocations struct {
	table[auth.Revocation, storedRevocation]
}

// Put raises what is there, or inserts it, by the database's clock.
func (k *keptRevocations) Put(ctx context.Context, list []auth.Revocation) error {
	writes := make([]mongo.WriteModel, len(list))
	for i := range list {
		writes[i] = mongo.NewUpdateOneModel().SetFilter(field("_id", list[i].Key())).SetUpdate(raised(&list[i])).SetUpsert(true)
	}
	return k.store.replace(ctx, k.coll, writes)
}
