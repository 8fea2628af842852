package mongodb

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
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
		found = append(found, next)
		after = next
	}
	return found, nil
}

func (a *Archive) nextRoom(ctx context.Context, after rooms.RoomID) (rooms.RoomID, error) {
	ctx, cancel := a.reading(ctx)
	defer cancel()
	filter := bson.D{
		{Key: "roomId", Value: bson.D{{Key: "$gt", Value: string(after)}, {Key: "$type", Value: "string"}}},
		{Key: "seq", Value: field("$gt", 0)},
	}
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
	_, err := a.rooms.ReplaceOne(ctx, field("_id", string(room.ID)), storedRoom{
		ID: string(room.ID), Name: room.Name, Type: room.Type, Topic: room.Topic, CreatedAt: room.CreatedAt,
		MinSeq: room.MinSeq, Retention: retentionMillis(room.Retention), RemoveBelow: room.RemoveBelow, RemoveAt: room.RemoveAt,
	}, options.Replace().SetUpsert(true))
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

// Faults looks for indexes that are not as they must be, numbers that stand twice, and
// documents that no log holds. It reads the whole collection.
func (a *Archive) Faults(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, scanTimeout)
	defer cancel()
	have, err := listIndexes(ctx, a.messages)
	if err != nil {
		return nil, fail("list the indexes", err)
	}
	var faults []string
	for _, want := range messageIndexes() {
		if spec, there := have[want.name]; !there || !want.matches(spec) {
			faults = append(faults, fmt.Sprintf("the index %s of messages is missing or another: restart an instance to make it", want.name))
		}
	}
	doubled, err := a.doubled(ctx)
	if err != nil {
		return nil, fail("look for numbers that stand twice", err)
	}
	loose, err := a.loose(ctx)
	if err != nil {
		return nil, fail("look for documents without a number", err)
	}
	return append(append(faults, doubled...), loose...), nil
}

// faultsMost bounds what one Faults tells of a kind.
const faultsMost = 100

func (a *Archive) doubled(ctx context.Context) ([]string, error) {
	pipeline := mongo.Pipeline{
		field("$match", field("seq", field("$gt", 0))),
		field("$group", bson.D{{Key: "_id", Value: bson.D{{Key: "room", Value: "$roomId"}, {Key: "seq", Value: "$seq"}}}, {Key: "n", Value: field("$sum", 1)}}),
		field("$match", field("n", field("$gt", 1))),
		field("$limit", faultsMost),
	}
	cursor, err := a.messages.Aggregate(ctx, pipeline, options.Aggregate().SetAllowDiskUse(true))
	if err != nil {
		return nil, err
	}
	var found []struct {
		ID struct {
			Room any `bson:"room"`
			Seq  any `bson:"seq"`
		} `bson:"_id"`
		N int `bson:"n"`
	}
	if err := cursor.All(ctx, &found); err != nil {
		return nil, err
	}
	var faults []string
	for _, f := range found {
		faults = append(faults, fmt.Sprintf("room %v seq %v stands %d times", f.ID.Room, f.ID.Seq, f.N))
	}
	return faults, nil
}

// loose counts the documents that no log holds, by why.
func (a *Archive) loose(ctx context.Context) ([]string, error) {
	filter := bson.D{
		{Key: "heartbeat", Value: field("$exists", false)},
		{Key: "seq", Value: field("$not", bson.D{{Key: "$type", Value: bson.A{"int", "long"}}, {Key: "$gt", Value: 0}})},
	}
	cursor, err := a.messages.Find(ctx, filter, options.Find().SetProjection(projection).SetBatchSize(scanBatch))
	if err != nil {
		return nil, err
	}
	defer cursor.Close(context.WithoutCancel(ctx))
	count, example, order := map[string]int{}, map[string]string{}, []string(nil)
	for cursor.Next(ctx) {
		d := readDocument(cursor.Current)
		_, why := d.unnumbered()
		if d.erased {
			continue
		}
		if why == "" {
			why = "waits for its number: an instance that runs gives it one"
		}
		if count[why] == 0 {
			order = append(order, why)
			example[why] = cursor.Current.Lookup("_id").String()
		}
		count[why]++
	}
	var faults []string
	for _, why := range order {
		faults = append(faults, fmt.Sprintf("%d documents of messages are in no log, as %s: %s", count[why], example[why], why))
	}
	return faults, cursor.Err()
}
