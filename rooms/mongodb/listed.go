package mongodb

import (
	"context"
	"regexp"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms"
)

// Listed returns public rooms and some others, ascending by id. What holds a text no index says:
// q.Look rooms are asked, whose end is found by their ids first.
func (c *Catalog) Listed(ctx context.Context, q rooms.RoomQuery) ([]rooms.Room, rooms.RoomID, error) {
	ctx, cancel := c.reading(ctx)
	defer cancel()
	end, err := c.lookEnd(ctx, &q)
	if err != nil {
		return nil, "", fail("list rooms", err)
	}
	opts := options.Find().SetSort(field("_id", 1)).SetLimit(int64(q.Limit))
	cursor, err := c.rooms.Find(ctx, listedBy(&q, end), opts)
	var found []storedRoom
	if err == nil {
		err = cursor.All(ctx, &found)
	}
	if err != nil {
		return nil, "", fail("list rooms", err)
	}
	list := make([]rooms.Room, len(found))
	for i := range found {
		list[i] = found[i].room()
	}
	if len(list) >= q.Limit {
		end = ""
	}
	return list, end, nil
}

// lookEnd gives the id of the last room that a query asks; empty: there are not so many.
func (c *Catalog) lookEnd(ctx context.Context, q *rooms.RoomQuery) (rooms.RoomID, error) {
	if q.Text == "" || q.Look < 1 {
		return "", nil
	}
	var last storedRoom
	opts := options.FindOne().SetSort(field("_id", 1)).SetSkip(int64(q.Look - 1)).SetProjection(field("_id", 1))
	err := c.rooms.FindOne(ctx, field("_id", field("$gt", string(q.After))), opts).Decode(&last)
	if isNotFound(err) {
		return "", nil
	}
	return rooms.RoomID(last.ID), err
}

// listedBy matches the rooms of a query, up to an id that is not empty.
func listedBy(q *rooms.RoomQuery, end rooms.RoomID) bson.D {
	stretch := field("$gt", string(q.After))
	if end != "" {
		stretch = append(stretch, bson.E{Key: "$lte", Value: string(end)})
	}
	also := make(bson.A, len(q.Also))
	for i, id := range q.Also {
		also[i] = string(id)
	}
	shown := bson.A{field("type", rooms.TypePublic), field("_id", field("$in", also))}
	if q.Private {
		shown = append(shown, field("type", rooms.TypePrivate))
	}
	filter := bson.D{
		{Key: "_id", Value: stretch},
		{Key: "$or", Value: shown},
	}
	if q.Text != "" {
		// What users type is taken literally: it is no pattern.
		holds := bson.Regex{Pattern: regexp.QuoteMeta(q.Text), Options: "i"}
		filter = append(filter, bson.E{Key: "$and", Value: bson.A{
			field("$or", bson.A{field("name", holds), field("_id", holds)}),
		}})
	}
	return filter
}
