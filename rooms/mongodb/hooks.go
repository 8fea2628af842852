package mongodb

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/hooks"
)

// hookIndexes are those of webhooks. Their cursors are found by the _id alone.
func hookIndexes() []index { return []index{{name: "webhook_room", key: keys("room", "_id")}} }

// Hooks gives the store of outgoing hooks.
func (s *Store) Hooks() *Hooks {
	return &Hooks{s, s.collection("webhooks"), s.collection("webhookCursors")}
}

// Hooks keeps outgoing hooks in the collection webhooks and their cursors in webhookCursors, each with its lease.
type Hooks struct {
	*Store
	hooks   *collection
	cursors *collection
}

var (
	_ hooks.Store   = (*Hooks)(nil)
	_ hooks.Cursors = (*Hooks)(nil)
)

// storedHook is a hook as it is stored.
type storedHook struct {
	ID        string         `bson:"_id"`
	URL       string         `bson:"url"`
	Room      string         `bson:"room"`
	Events    []string       `bson:"events,omitempty"`
	Sealed    []byte         `bson:"sealed"`
	CreatedBy string         `bson:"createdBy"`
	CreatedAt time.Time      `bson:"createdAt"`
	Revision  int64          `bson:"revision"`
	Failed    *storedFailure `bson:"failed,omitempty"`
}

type storedFailure struct {
	At     time.Time `bson:"at"`
	Reason string    `bson:"reason"`
	Room   string    `bson:"room"`
	Seq    int64     `bson:"seq"`
}

func storeHook(h *hooks.Hook) storedHook {
	s := storedHook{
		ID: h.ID, URL: h.URL, Room: string(h.Room), Events: h.Events, Sealed: h.Sealed,
		CreatedBy: string(h.CreatedBy), CreatedAt: h.CreatedAt, Revision: h.Revision,
	}
	if f := h.Failed; f != nil {
		s.Failed = &storedFailure{f.At, f.Reason, string(f.Room), f.Seq}
	}
	return s
}

func (s *storedHook) hook() hooks.Hook {
	h := hooks.Hook{
		ID: s.ID, URL: s.URL, Room: rooms.RoomID(s.Room), Events: s.Events, Sealed: s.Sealed,
		CreatedBy: auth.UserID(s.CreatedBy), CreatedAt: s.CreatedAt.UTC(), Revision: s.Revision,
	}
	if f := s.Failed; f != nil {
		h.Failed = &hooks.Failure{At: f.At.UTC(), Reason: f.Reason, Room: rooms.RoomID(f.Room), Seq: f.Seq}
	}
	return h
}

// CreateHook stores a new one.
func (h *Hooks) CreateHook(ctx context.Context, hook hooks.Hook) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := h.writing(ctx)
	defer cancel()
	_, err := h.hooks.InsertOne(ctx, storeHook(&hook))
	return fail("create webhook", err)
}

// Hook returns rooms.CodeNotFound when there is none of the id.
func (h *Hooks) Hook(ctx context.Context, id string) (hooks.Hook, error) {
	ctx, cancel := h.reading(ctx)
	defer cancel()
	var found storedHook
	err := h.hooks.FindOne(ctx, field("_id", id)).Decode(&found)
	if isNotFound(err) {
		return hooks.Hook{}, noHook()
	}
	if err != nil {
		return hooks.Hook{}, fail("read webhook", err)
	}
	return found.hook(), nil
}

func noHook() error { return rooms.E(rooms.CodeNotFound, "no such webhook") }

// Hooks returns hooks ascending by id.
func (h *Hooks) Hooks(ctx context.Context, q hooks.HookQuery) ([]hooks.Hook, error) {
	ctx, cancel := h.reading(ctx)
	defer cancel()
	filter := field("_id", field("$gt", q.After))
	if q.Room != "" {
		filter = append(filter, bson.E{Key: "room", Value: string(q.Room)})
	}
	cursor, err := h.hooks.Find(ctx, filter, options.Find().SetSort(field("_id", 1)).SetLimit(int64(q.Limit)))
	var found []storedHook
	if err == nil {
		err = cursor.All(ctx, &found)
	}
	if err != nil {
		return nil, fail("list webhooks", err)
	}
	list := make([]hooks.Hook, len(found))
	for i := range found {
		list[i] = found[i].hook()
	}
	return list, nil
}

// FailHook sets Failed, unless the Revision is another by now.
func (h *Hooks) FailHook(ctx context.Context, id string, revision int64, f hooks.Failure) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := h.writing(ctx)
	defer cancel()
	filter := bson.D{{Key: "_id", Value: id}, {Key: "revision", Value: revision}}
	_, err := h.hooks.UpdateOne(ctx, filter, field("$set", field("failed", storedFailure{f.At, f.Reason, string(f.Room), f.Seq})))
	return fail("mark webhook failed", err)
}

// RemoveHook removes a hook, then its cursors.
func (h *Hooks) RemoveHook(ctx context.Context, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := h.writing(ctx)
	defer cancel()
	_, err := h.hooks.DeleteOne(ctx, field("_id", id))
	if err == nil {
		_, err = h.cursors.DeleteMany(ctx, field("_id", cursorsBehind(id, "")))
	}
	return fail("remove webhook", err)
}

// storedCursor is a cursor as it is stored: _id is cursorID.
type storedCursor struct {
	ID           string    `bson:"_id"`
	Hook         string    `bson:"hook"`
	Room         string    `bson:"room"`
	Seq          int64     `bson:"seq"`
	FailingSince time.Time `bson:"failingSince,omitempty"`
	Attempts     int       `bson:"attempts,omitempty"`
	LastError    string    `bson:"lastError,omitempty"`
	Owner        string    `bson:"owner"`
	Epoch        int64     `bson:"epoch"`
	ExpiresAt    time.Time `bson:"expiresAt"` // of the claim, by the server's clock
}

func (s *storedCursor) cursor() hooks.Cursor {
	c := hooks.Cursor{
		Hook: s.Hook, Room: rooms.RoomID(s.Room), Seq: s.Seq, Attempts: s.Attempts, LastError: s.LastError, Owner: s.Owner, Epoch: s.Epoch,
	}
	if !s.FailingSince.IsZero() {
		c.FailingSince = s.FailingSince.UTC()
	}
	return c
}

// cursorEnd stands between the hook's id and the room's; cursorPast is the character behind it.
const cursorEnd, cursorPast = "/", "0"

func cursorID(hook string, room rooms.RoomID) string { return hook + cursorEnd + string(room) }

// cursorsBehind matches the _ids of a hook's cursors in rooms with a greater id.
func cursorsBehind(hook string, after rooms.RoomID) bson.D {
	return bson.D{{Key: "$gt", Value: cursorID(hook, after)}, {Key: "$lt", Value: hook + cursorPast}}
}

// longAgo is when the claim ends of a cursor that nobody has claimed.
var longAgo = time.UnixMilli(0)

// PutCursors stores cursors that are not there yet.
func (h *Hooks) PutCursors(ctx context.Context, list []hooks.Cursor) error {
	if err := ctx.Err(); err != nil || len(list) == 0 {
		return err
	}
	docs := make(bson.A, len(list))
	for i, c := range list {
		docs[i] = storedCursor{ID: cursorID(c.Hook, c.Room), Hook: c.Hook, Room: string(c.Room), Seq: c.Seq, ExpiresAt: longAgo}
	}
	ctx, cancel := h.writing(ctx)
	defer cancel()
	_, err := h.cursors.InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
	if onlyDuplicates(err) {
		return nil
	}
	return fail("store webhook cursors", err)
}

// Claim gives the cursor to owner in one write, by the server's clock.
func (h *Hooks) Claim(ctx context.Context, hook string, room rooms.RoomID, owner string, ttl time.Duration) (hooks.Cursor, error) {
	if err := ctx.Err(); err != nil {
		return hooks.Cursor{}, err
	}
	c, err := h.claim(ctx, hook, room, owner, ttl)
	if !isNotFound(err) {
		return c, fail("claim webhook cursor", err)
	}
	reading, cancel := h.reading(ctx)
	defer cancel()
	there, err := h.cursors.CountDocuments(reading, field("_id", cursorID(hook, room)))
	switch {
	case err != nil:
		return hooks.Cursor{}, fail("look for webhook cursor", err)
	case there > 0:
		return hooks.Cursor{}, fmt.Errorf("claim webhook cursor: %w", hooks.ErrHeld)
	}
	if _, err := h.Hook(ctx, hook); err != nil {
		return hooks.Cursor{}, err
	}
	if err := h.PutCursors(ctx, []hooks.Cursor{{Hook: hook, Room: room}}); err != nil {
		return hooks.Cursor{}, err
	}
	c, err = h.claim(ctx, hook, room, owner, ttl)
	if isNotFound(err) { // another one was faster
		return hooks.Cursor{}, fmt.Errorf("claim webhook cursor: %w", hooks.ErrHeld)
	}
	return c, fail("claim webhook cursor", err)
}

func (h *Hooks) claim(ctx context.Context, hook string, room rooms.RoomID, owner string, ttl time.Duration) (hooks.Cursor, error) {
	ctx, cancel := h.writing(ctx)
	defer cancel()
	free := field("$or", bson.A{
		field("$eq", bson.A{"$owner", literal(owner)}),
		field("$lte", bson.A{"$expiresAt", "$$NOW"}),
	})
	filter := bson.D{{Key: "_id", Value: cursorID(hook, room)}, {Key: "$expr", Value: free}}
	grown := field("$cond", bson.A{field("$eq", bson.A{"$owner", literal(owner)}), "$epoch", field("$add", bson.A{"$epoch", int64(1)})})
	update := mongo.Pipeline{field("$set", bson.D{{Key: "epoch", Value: grown}, {Key: "owner", Value: literal(owner)}, {Key: "expiresAt", Value: inTime(ttl)}})}
	var found storedCursor
	if err := h.cursors.FindOneAndUpdate(ctx, filter, update, options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&found); err != nil {
		return hooks.Cursor{}, err
	}
	return found.cursor(), nil
}

// inTime is a moment by the server's clock.
func inTime(ttl time.Duration) bson.D {
	return field("$add", bson.A{"$$NOW", ttl.Milliseconds()})
}

// literal keeps a text from being read as an expression.
func literal(text string) bson.D { return field("$literal", text) }

// Advance writes a cursor as long as its epoch is the same.
func (h *Hooks) Advance(ctx context.Context, c hooks.Cursor, ttl time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := h.writing(ctx)
	defer cancel()
	filter := bson.D{{Key: "_id", Value: cursorID(c.Hook, c.Room)}, {Key: "owner", Value: c.Owner}, {Key: "epoch", Value: c.Epoch}}
	set := bson.D{
		{Key: "seq", Value: c.Seq}, {Key: "attempts", Value: c.Attempts}, {Key: "lastError", Value: literal(c.LastError)},
		{Key: "failingSince", Value: c.FailingSince}, {Key: "expiresAt", Value: inTime(ttl)},
	}
	if c.FailingSince.IsZero() {
		set[3].Value = "$$REMOVE"
	}
	result, err := h.cursors.UpdateOne(ctx, filter, mongo.Pipeline{field("$set", set)})
	if err == nil && result.MatchedCount == 0 {
		return fmt.Errorf("advance webhook cursor: %w", hooks.ErrOvertaken)
	}
	return fail("advance webhook cursor", err)
}

// SetCursor takes the cursor from whoever has it, then ends the hook's failure.
func (h *Hooks) SetCursor(ctx context.Context, hook string, room rooms.RoomID, seq int64) error {
	if _, err := h.Hook(ctx, hook); err != nil {
		return err
	}
	ctx, cancel := h.writing(ctx)
	defer cancel()
	update := mongo.Pipeline{field("$set", bson.D{
		{Key: "hook", Value: literal(hook)}, {Key: "room", Value: literal(string(room))}, {Key: "seq", Value: seq}, {Key: "owner", Value: ""},
		{Key: "epoch", Value: field("$add", bson.A{field("$ifNull", bson.A{"$epoch", int64(0)}), int64(1)})},
		{Key: "expiresAt", Value: longAgo}, {Key: "attempts", Value: 0}, {Key: "failingSince", Value: "$$REMOVE"}, {Key: "lastError", Value: "$$REMOVE"},
	})}
	_, err := h.cursors.UpdateOne(ctx, field("_id", cursorID(hook, room)), update, options.UpdateOne().SetUpsert(true))
	if err != nil {
		return fail("set webhook cursor", err)
	}
	result, err := h.hooks.UpdateOne(ctx, field("_id", hook), bson.D{
		{Key: "$unset", Value: field("failed", "")}, {Key: "$inc", Value: field("revision", int64(1))},
	})
	if err == nil && result.MatchedCount == 0 {
		return noHook()
	}
	return fail("set webhook cursor", err)
}

// Cursors returns cursors of a hook, ascending by room.
func (h *Hooks) Cursors(ctx context.Context, hook string, after rooms.RoomID, limit int) ([]hooks.Cursor, error) {
	ctx, cancel := h.reading(ctx)
	defer cancel()
	cursor, err := h.cursors.Find(ctx, field("_id", cursorsBehind(hook, after)), options.Find().SetSort(field("_id", 1)).SetLimit(int64(limit)))
	var found []storedCursor
	if err == nil {
		err = cursor.All(ctx, &found)
	}
	if err != nil {
		return nil, fail("list webhook cursors", err)
	}
	list := make([]hooks.Cursor, len(found))
	for i := range found {
		list[i] = found[i].cursor()
	}
	return list, nil
}
