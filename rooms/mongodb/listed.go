package mongodb

import (
	"cmp"
	"context"
	"regexp"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms"
)

// roomIndexes find the rooms of a type by id: most of a large database's are direct ones, which no list shows.
func roomIndexes() []index { return []index{{name: roomsByType, key: keys("type", "_id")}} }

const (
	roomsByType = "type_id"
	roomsByID   = "_id_"
)

// Listed returns public rooms and some others, ascending by id. What holds a text no index says:
// q.Look rooms are asked, whose end is found by the index first.
func (c *Catalog) Listed(ctx context.Context, q rooms.RoomQuery) ([]rooms.Room, rooms.RoomID, error) {
	ctx, cancel := c.reading(ctx)
	defer cancel()
	end, err := c.lookEnd(ctx, &q)
	if err != nil {
		return nil, "", fail("list rooms", err)
	}
	list := []rooms.Room{}
	for _, way := range listedBy(&q, end) {
		opts := options.Find().SetSort(field("_id", 1)).SetLimit(int64(q.Limit)).SetHint(way.index)
		cursor, err := c.rooms.Find(ctx, way.filter, opts)
		var found []storedRoom
		if err == nil {
			err = cursor.All(ctx, &found)
		}
		if err != nil {
			return nil, "", fail("list rooms", err)
		}
		for i := range found {
			list = append(list, found[i].room())
		}
	}
	slices.SortFunc(list, func(a, b rooms.Room) int { return cmp.Compare(a.ID, b.ID) })
	list = slices.CompactFunc(list, func(a, b rooms.Room) bool { return a.ID == b.ID })
	if len(list) >= q.Limit {
		return list[:q.Limit], "", nil
	}
	return list, end, nil
}

// lookEnd gives the id of the last room that a query asks; empty: there are not so many. It is one
// that everybody may know who asks: others are not counted.
func (c *Catalog) lookEnd(ctx context.Context, q *rooms.RoomQuery) (rooms.RoomID, error) {
	if q.Text == "" || q.Look < 1 {
		return "", nil
	}
	var last storedRoom
	opts := options.FindOne().SetSort(field("_id", 1)).SetSkip(int64(q.Look - 1)).SetProjection(field("_id", 1)).SetHint(roomsByType)
	err := c.rooms.FindOne(ctx, bson.D{typesOf(q), {Key: "_id", Value: field("$gt", string(q.After))}}, opts).Decode(&last)
	if isNotFound(err) {
		return "", nil
	}
	return rooms.RoomID(last.ID), err
}

// typesOf matches the types that a query shows to whoever asks.
func typesOf(q *rooms.RoomQuery) bson.E {
	types := bson.A{rooms.TypePublic}
	if q.Private {
		types = append(types, rooms.TypePrivate)
	}
	return bson.E{Key: "type", Value: field("$in", types)}
}

// listedBy matches the rooms of a query, up to an id that is not empty: those of its types, and the
// others by their ids. Each way is by its own index, whatever the server would choose for both.
func listedBy(q *rooms.RoomQuery, end rooms.RoomID) []way {
	stretch := field("$gt", string(q.After))
	if end != "" {
		stretch = append(stretch, bson.E{Key: "$lte", Value: string(end)})
	}
	others := append(slices.Clone(stretch), bson.E{Key: "$in", Value: texts(q.Also)})
	ways := []way{
		{filter: bson.D{typesOf(q), {Key: "_id", Value: stretch}}, index: roomsByType},
		{filter: field("_id", others), index: roomsByID},
	}
	if len(q.Also) == 0 {
		ways = ways[:1]
	}
	if q.Text == "" {
		return ways
	}
	// What users type is taken literally: it is no pattern.
	holds := bson.D{{Key: "$regex", Value: regexp.QuoteMeta(q.Text)}, {Key: "$options", Value: "i"}}
	for i := range ways {
		ways[i].filter = append(ways[i].filter, bson.E{Key: "$or", Value: bson.A{field("name", holds), field("_id", holds)}})
	}
	return ways
}
