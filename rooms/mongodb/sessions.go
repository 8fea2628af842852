package mongodb

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"roomstream/auth"
)

const collectionSessions = "sessions"

// sessionLife is how long a session stays behind its end, in seconds: clocks differ.
const sessionLife = 60

// sessionIndexes are those of sessions.
func sessionIndexes() []index {
	return []index{
		{name: "session_user", key: keys("userId")},
		{name: "expires", key: keys("expiresAt"), expire: sessionLife},
	}
}

// Sessions gives the store of the accounts' sessions.
func (s *Store) Sessions() auth.SessionStore { return &Sessions{s, s.collection(collectionSessions)} }

// Sessions are the documents of the collection sessions.
type Sessions struct {
	*Store
	sessions *collection
}

var _ auth.SessionStore = (*Sessions)(nil)

// storedSession is a session as it is stored.
type storedSession struct {
	ID        string    `bson:"_id"`
	UserID    string    `bson:"userId"`
	CreatedAt time.Time `bson:"createdAt"`
	ExpiresAt time.Time `bson:"expiresAt"`
	SeenAt    time.Time `bson:"seenAt"`
	Address   string    `bson:"address,omitempty"`
	Agent     string    `bson:"agent,omitempty"`
}

// CreateSession inserts the document.
func (c *Sessions) CreateSession(ctx context.Context, s auth.AccountSession) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := c.writing(ctx)
	defer cancel()
	_, err := c.sessions.InsertOne(ctx, storedSession{s.ID, string(s.User), s.CreatedAt, s.ExpiresAt, s.SeenAt, s.Address, s.Agent})
	return fail("create a session", err)
}

// Sessions reads a user's.
func (c *Sessions) Sessions(ctx context.Context, user auth.UserID) ([]auth.AccountSession, error) {
	ctx, cancel := c.reading(ctx)
	defer cancel()
	cursor, err := c.sessions.Find(ctx, field("userId", string(user)))
	var found []storedSession
	if err == nil {
		err = cursor.All(ctx, &found)
	}
	if err != nil {
		return nil, fail("read sessions", err)
	}
	list := make([]auth.AccountSession, len(found))
	for i, s := range found {
		list[i] = auth.AccountSession{
			ID: s.ID, User: auth.UserID(s.UserID), CreatedAt: s.CreatedAt.UTC(), ExpiresAt: s.ExpiresAt.UTC(), SeenAt: s.SeenAt.UTC(),
			Address: s.Address, Agent: s.Agent,
		}
	}
	return list, nil
}

// SeeSessions raises seenAt of documents that are there.
func (c *Sessions) SeeSessions(ctx context.Context, seen []auth.SeenSession) error {
	if err := ctx.Err(); err != nil || len(seen) == 0 {
		return err
	}
	writes := make([]mongo.WriteModel, len(seen))
	for i, s := range seen {
		writes[i] = mongo.NewUpdateOneModel().SetFilter(sessionOf(s.User, s.ID)).SetUpdate(field("$max", field("seenAt", s.At)))
	}
	ctx, cancel := c.writing(ctx)
	defer cancel()
	_, err := c.sessions.BulkWrite(ctx, writes)
	return fail("note when sessions were used", err)
}

// RemoveSessions removes one, or all.
func (c *Sessions) RemoveSessions(ctx context.Context, user auth.UserID, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	filter := field("userId", string(user))
	if id != "" {
		filter = sessionOf(user, id)
	}
	ctx, cancel := c.writing(ctx)
	defer cancel()
	_, err := c.sessions.DeleteMany(ctx, filter)
	return fail("remove sessions", err)
}

func sessionOf(user auth.UserID, id string) bson.D {
	return bson.D{{Key: "_id", Value: id}, {Key: "userId", Value: string(user)}}
}
