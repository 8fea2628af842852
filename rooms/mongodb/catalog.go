package mongodb

import (
	"context"
	"crypto/rand"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms"
)

// Catalog keeps the rooms.
type Catalog struct{ *Store }

var _ rooms.Catalog = (*Catalog)(nil)

// logKey is the _id of the document in meta that names the log.
const logKey = "log"

// Room returns CodeNotFound when there is no such room.
func (c *Catalog) Room(ctx context.Context, id rooms.RoomID) (rooms.Room, error) {
	ctx, cancel := c.reading(ctx)
	defer cancel()
	var found storedRoom
	err := c.rooms.FindOne(ctx, field("_id", string(id))).Decode(&found)
	if isNotFound(err) {
		return rooms.Room{}, rooms.E(rooms.CodeNotFound, "no such room")
	}
	if err != nil {
		return rooms.Room{}, fail(fmt.Sprintf("read room %s", id), err)
	}
	return found.room(), nil
}

// CreateRoom makes a room, or returns the one that is there.
func (c *Catalog) CreateRoom(ctx context.Context, room rooms.Room) (rooms.Room, error) {
	if err := ctx.Err(); err != nil {
		return rooms.Room{}, err
	}
	if _, err := rooms.ParseRoomID(string(room.ID)); err != nil {
		return rooms.Room{}, err
	}
	made := storeRoom(&room)
	made.ID = "" // it is given by the filter
	var there storedRoom
	if err := c.insertOnce(ctx, c.rooms, string(room.ID), made, &there); err != nil {
		return rooms.Room{}, fail(fmt.Sprintf("create room %s", room.ID), err)
	}
	return there.room(), nil
}

// insertOnce makes a document unless one with the _id is there, and reads the one
// that is there then.
func (s *Store) insertOnce(ctx context.Context, coll *collection, id string, fields, into any) error {
	ctx, cancel := s.writing(ctx)
	defer cancel()
	upsert := func() error {
		opts := options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)
		return coll.FindOneAndUpdate(ctx, field("_id", id), field("$setOnInsert", fields), opts).Decode(into)
	}
	err := upsert()
	if isDuplicate(err) { // another one was faster: now it is there
		err = upsert()
	}
	return err
}

// Rooms returns at most limit rooms with id > after, ascending.
func (c *Catalog) Rooms(ctx context.Context, after rooms.RoomID, limit int) ([]rooms.Room, error) {
	if limit < 1 {
		return nil, ctx.Err()
	}
	ctx, cancel := c.reading(ctx)
	defer cancel()
	opts := options.Find().SetSort(field("_id", 1)).SetLimit(int64(limit))
	cursor, err := c.rooms.Find(ctx, field("_id", field("$gt", string(after))), opts)
	var found []storedRoom
	if err == nil {
		err = cursor.All(ctx, &found)
	}
	if err != nil {
		return nil, fail("list rooms", err)
	}
	list := make([]rooms.Room, len(found))
	for i := range found {
		list[i] = found[i].room()
	}
	return list, nil
}

// LogID identifies this log.
func (c *Catalog) LogID(ctx context.Context) (string, error) {
	ctx, cancel := c.reading(ctx)
	defer cancel()
	var found storedLog
	if err := c.meta.FindOne(ctx, field("_id", logKey)).Decode(&found); err != nil {
		return "", fail("read the log's id", err)
	}
	return found.LogID, nil
}

type storedLog struct {
	LogID string `bson:"logId"`
}

// makeLogID names a new log.
func (s *Store) makeLogID(ctx context.Context) error {
	var there storedLog
	return fail("name the log", s.insertOnce(ctx, s.meta, logKey, field("logId", rand.Text()), &there))
}
