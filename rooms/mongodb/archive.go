package mongodb

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms"
)

// Archive is what export, import, verify and rebuild need of the database.
type Archive struct{ *Store }

var _ rooms.Archive = (*Archive)(nil)

// LogRooms returns the ids of rooms that have events: one seek in the index for each.
func (a *Archive) LogRooms(ctx context.Context, after rooms.RoomID, limit int) ([]rooms.RoomID, error) {
	var found []rooms.RoomID
	for len(found) < limit {
		next, err := a.nextRoom(ctx, after)
		if isNotFound(err) {
			return found, nil
		}
		if err != nil {
			return nil, fail("list the rooms of the log", err)
		}
		after = next
		if _, err := rooms.ParseRoomID(string(next)); err == nil { // else no room can be read by it
			found = append(found, next)
		}
	}
	return found, nil
}

func (a *Archive) nextRoom(ctx context.Context, after rooms.RoomID) (rooms.RoomID, error) {
	ctx, cancel := a.reading(ctx)
	defer cancel()
	filter := bson.D{{Key: "roomId", Value: field("$gt", string(after))}, {Key: "seq", Value: anySeq()}}
	var found struct {
		RoomID string `bson:"roomId"`
	}
	opts := options.FindOne().SetSort(keys("roomId", "seq")).SetProjection(bson.D{{Key: "_id", Value: 0}, {Key: "roomId", Value: 1}})
	err := a.messages.FindOne(ctx, filter, opts).Decode(&found)
	return rooms.RoomID(found.RoomID), err
}

// PutRoom writes a room as it is given.
func (a *Archive) PutRoom(ctx context.Context, room rooms.Room) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := rooms.ParseRoomID(string(room.ID)); err != nil {
		return err
	}
	ctx, cancel := a.writing(ctx)
	defer cancel()
	_, err := a.rooms.ReplaceOne(ctx, field("_id", string(room.ID)), storeRoom(&room), options.Replace().SetUpsert(true))
	return fail(fmt.Sprintf("write room %s", room.ID), err)
}

// SetLogID names the log.
func (a *Archive) SetLogID(ctx context.Context, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := a.writing(ctx)
	defer cancel()
	_, err := a.meta.UpdateOne(ctx, field("_id", logKey), field("$set", field("logId", id)), options.UpdateOne().SetUpsert(true))
	return fail("name the log", err)
}

// Derive replaces Counts and, of a delete, Parent.
func (a *Archive) Derive(ctx context.Context, e rooms.Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var update bson.D
	switch {
	case e.Type == rooms.TypeReaction:
		update = field("$set", field("counts", e.Counts))
	case e.Type != rooms.TypeDelete:
		return nil // the log gives nothing to other events
	case e.Parent > 0:
		update = field("$set", field("parent", e.Parent))
	default:
		update = field("$unset", field("parent", ""))
	}
	ctx, cancel := a.writing(ctx)
	defer cancel()
	filter := bson.D{{Key: "_id", Value: objectID(e.ID)}, {Key: "seq", Value: e.Seq}, {Key: "type", Value: string(e.Type)}}
	result, err := a.messages.UpdateOne(ctx, filter, update)
	if err == nil && result.MatchedCount == 0 {
		return rooms.E(rooms.CodeNotFound, "no such event")
	}
	return fail(fmt.Sprintf("derive seq %d of %s", e.Seq, e.RoomID), err)
}
