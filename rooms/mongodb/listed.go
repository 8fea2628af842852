package mongodb

import (
	"context"
	"regexp"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms"
)

// Listed returns public rooms and some others, ascending by id.
func (c *Catalog) Listed(ctx context.Context, q rooms.RoomQuery) ([]rooms.Room, error) {
	ctx, cancel := c.reading(ctx)
	defer cancel()
	also := make(bson.A, len(q.Also))
	for i, id := range q.Also {
		also[i] = string(id)
	}
	shown := bson.A{field("type", rooms.TypePublic), field("_id", field("$in", also))}
	if q.Private {
		shown = append(shown, field("type", rooms.TypePrivate))
	}
	filter := bson.D{
		{Key: "_id", Value: field("$gt", string(q.After))},
		{Key: "$or", Value: shown},
	}
	if q.Text != "" {
		// What users type is taken literally: it is no pattern.
		holds := bson.Regex{Pattern: regexp.QuoteMeta(q.Text), Options: "i"}
		filter = append(filter, bson.E{Key: "$and", Value: bson.A{
			field("$or", bson.A{field("name", holds), field("_id", holds)}),
		}})
	}
	opts := options.Find().SetSort(field("_id", 1)).SetLimit(int64(q.Limit))
	cursor, err := c.rooms.Find(ctx, filter, opts)
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
