package mongodb

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
)

const collectionAttempts = "loginAttempts"

// attemptIndexes are those of loginAttempts, which go when they are over.
func attemptIndexes() []index {
	return []index{{name: "expires", key: keys("expiresAt"), expire: 1}}
}

// Attempts gives the store of attempts at signing in.
func (s *Store) Attempts() auth.AttemptStore {
	return &Attempts{s, s.collection(collectionAttempts)}
}

// Attempts are the documents of the collection loginAttempts.
type Attempts struct {
	*Store
	attempts *collection
}

var _ auth.AttemptStore = (*Attempts)(nil)

// storedAttempts are the attempts of a key as they are stored.
type storedAttempts struct {
	Key       string    `bson:"_id"`
	Count     int       `bson:"count"`
	Next      time.Time `bson:"next,omitempty"`
	Until     time.Time `bson:"until,omitempty"`
	Known     time.Time `bson:"known,omitempty"`
	ExpiresAt time.Time `bson:"expiresAt"` // the later of Until and Known: then the document goes
}

func (s *storedAttempts) attempts() auth.Attempts {
	return auth.Attempts{Count: s.Count, Next: utc(s.Next), Until: utc(s.Until), KnownUntil: utc(s.Known)}
}

// Attempts reads the documents.
func (a *Attempts) Attempts(ctx context.Context, keys []string) ([]auth.Attempts, error) {
	ctx, cancel := a.reading(ctx)
	defer cancel()
	cursor, err := a.attempts.Find(ctx, field("_id", field("$in", keys)))
	var documents []storedAttempts
	if err == nil {
		err = cursor.All(ctx, &documents)
	}
	if err != nil {
		return nil, fail("read attempts", err)
	}
	found := make([]auth.Attempts, len(keys))
	for _, d := range documents {
		for i, key := range keys {
			if key == d.Key {
				found[i] = d.attempts()
			}
		}
	}
	return found, nil
}

// TakeAttempt does what auth.Attempts.Take does, in one command: the server runs those of one document one by one. What it
// did is told from what was there before.
func (a *Attempts) TakeAttempt(ctx context.Context, key string, rule auth.AttemptRule, now time.Time) (before auth.Attempts, ok bool, err error) {
	if err := ctx.Err(); err != nil {
		return before, false, err
	}
	ctx, cancel := a.writing(ctx)
	defer cancel()
	opts := options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.Before)
	var there storedAttempts
	take := func() error {
		there = storedAttempts{}
		err := a.attempts.FindOneAndUpdate(ctx, field("_id", key), taken(rule, now), opts).Decode(&there)
		if errors.Is(err, mongo.ErrNoDocuments) { // it is the first
			return nil
		}
		return err
	}
	err = take()
	if isDuplicate(err) { // another inserted it at the same moment: now it is there
		err = take()
	}
	if err != nil {
		return before, false, fail("count an attempt", err)
	}
	before = there.attempts()
	_, ok = before.Take(rule, now)
	return before, ok, nil
}

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}

// taken is the update. Each stage sees what the one before has set.
func taken(rule auth.AttemptRule, now time.Time) mongo.Pipeline {
	never := time.UnixMilli(0)
	since := func(name string) bson.D { return field("$ifNull", bson.A{"$" + name, never}) }
	when := func(is, then, otherwise any) bson.D { return field("$cond", bson.A{is, then, otherwise}) }
	of := func(operator string, a, b any) bson.D { return field(operator, bson.A{a, b}) }
	later := func(d any) bson.D { return of("$add", now, d) }

	over := of("$lte", since("until"), now)
	waits := of("$gte", "$count", rule.Free)
	// The exponent is bounded so that the power is a number; rule.Most bounds the wait long before.
	doubled := of("$pow", 2, of("$min", of("$subtract", "$count", rule.Free), 60))
	wait := of("$min", of("$multiply", rule.Wait.Milliseconds(), doubled), rule.Most.Milliseconds())
	return mongo.Pipeline{
		field("$set", bson.D{
			{Key: "count", Value: when(over, 0, "$count")},
			{Key: "next", Value: when(over, never, since("next"))},
			{Key: "until", Value: when(over, later(rule.Window.Milliseconds()), "$until")},
		}),
		field("$set", field("let", of("$or", of("$lt", "$count", rule.Free), of("$lte", "$next", now)))),
		field("$set", field("count", when("$let", of("$add", "$count", 1), "$count"))),
		field("$set", field("next", when(of("$and", "$let", waits), later(field("$toLong", wait)), "$next"))),
		field("$set", field("until", when(of("$and", "$let", waits), of("$add", "$next", rule.Window.Milliseconds()), "$until"))),
		field("$set", field("expiresAt", field("$max", bson.A{"$until", "$known"}))),
		field("$unset", "let"),
	}
}

// ReturnAttempt does what auth.Attempts.Return does, in one command.
func (a *Attempts) ReturnAttempt(ctx context.Context, key string, before, after auth.Attempts) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := a.writing(ctx)
	defer cancel()
	fewer := bson.D{{Key: "count", Value: field("$subtract", bson.A{"$count", 1})}}
	if after.SetsWait(before) {
		stands := field("$eq", bson.A{"$next", after.Next})
		for name, was := range map[string]time.Time{"next": before.Next, "until": before.Until} {
			if was.IsZero() {
				was = time.UnixMilli(0)
			}
			fewer = append(fewer, bson.E{Key: name, Value: field("$cond", bson.A{stands, was, "$" + name})})
		}
	}
	update := mongo.Pipeline{field("$set", fewer), field("$set", field("expiresAt", field("$max", bson.A{"$until", "$known"})))}
	_, err := a.attempts.UpdateOne(ctx, bson.D{{Key: "_id", Value: key}, {Key: "count", Value: field("$gt", 0)}}, update)
	return fail("take an attempt back", err)
}

// ClearAttempts replaces the document.
func (a *Attempts) ClearAttempts(ctx context.Context, key string, knownUntil time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := a.writing(ctx)
	defer cancel()
	put := func() error {
		_, err := a.attempts.ReplaceOne(ctx, field("_id", key), storedAttempts{Key: key, Known: knownUntil, ExpiresAt: knownUntil}, options.Replace().SetUpsert(true))
		return err
	}
	err := put()
	if isDuplicate(err) {
		err = put()
	}
	return fail("clear attempts", err)
}

// ForgetAttempts removes the key's and those behind it.
func (a *Attempts) ForgetAttempts(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := a.writing(ctx)
	defer cancel()
	// ";" is the character behind ":".
	under := field("_id", bson.D{{Key: "$gte", Value: key + ":"}, {Key: "$lt", Value: key + ";"}})
	_, err := a.attempts.DeleteMany(ctx, field("$or", bson.A{field("_id", key), under}))
	return fail("forget attempts", err)
}
