package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"roomstream/auth"
	"roomstream/rooms"
)

// storedOverview is what one aggregation gives of a room.
type storedOverview struct {
	Member storedMember `bson:"member"` // empty: nothing is known
	Room   storedRoom   `bson:"room"`
	Last   []struct {
		Seq int64 `bson:"seq"`
	} `bson:"last"`
	Unread []unreadMessage `bson:"unread"`
}

func (s *storedOverview) overview(user auth.UserID) rooms.Overview {
	o := rooms.Overview{Room: s.Room.room(), Member: s.Member.member(), Unread: countUnread(s.Unread, user)}
	o.Member.RoomID, o.Member.UserID = o.Room.ID, user
	o.LastSeq = max(o.Room.MinSeq-1, 0)
	if len(s.Last) > 0 {
		o.LastSeq = max(o.LastSeq, s.Last[0].Seq)
	}
	return o
}

// Overview gives a user's rooms by one aggregation.
func (b *Inbox) Overview(ctx context.Context, user auth.UserID, also []rooms.RoomID, most, limit int) ([]rooms.Overview, error) {
	if limit < 1 {
		return nil, ctx.Err()
	}
	ctx, cancel := b.reading(ctx)
	defer cancel()
	cursor, err := b.members.Aggregate(ctx, overviewOf(user, also, most, limit))
	var found []storedOverview
	if err == nil {
		err = cursor.All(ctx, &found)
	}
	if err != nil {
		return nil, fail("read the rooms of a user", err)
	}
	list := make([]rooms.Overview, len(found))
	for i := range found {
		list[i] = found[i].overview(user)
	}
	return list, nil
}

// overviewOf starts at what is known of the user, adds the other rooms, and looks up each
// room with the end of its log and what of it is unread.
func overviewOf(user auth.UserID, also []rooms.RoomID, most, limit int) mongo.Pipeline {
	ids := make(bson.A, len(also))
	for i, id := range also {
		ids[i] = string(id)
	}
	others := bson.D{{Key: "coll", Value: "rooms"}, {Key: "pipeline", Value: mongo.Pipeline{
		field("$match", field("_id", field("$in", ids))),
		field("$project", bson.D{{Key: "_id", Value: 0}, {Key: "roomId", Value: "$_id"}}),
	}}}
	grouped := bson.D{
		{Key: "_id", Value: "$roomId"},
		{Key: "member", Value: field("$max", field("$cond", bson.A{field("$gt", bson.A{"$userId", nil}), "$$ROOT", "$$REMOVE"}))},
	}
	// The number above which messages are unread.
	after := field("$max", bson.A{"$member.readSeq", field("$subtract", bson.A{"$room.minSeq", 1}), 0})
	above := field("$expr", field("$gt", bson.A{"$seq", "$$after"}))
	return mongo.Pipeline{
		field("$match", bson.D{{Key: "userId", Value: string(user)}, known()}),
		field("$unionWith", others),
		field("$group", grouped),
		field("$sort", field("_id", 1)),
		field("$lookup", bson.D{
			{Key: "from", Value: "rooms"}, {Key: "localField", Value: "_id"}, {Key: "foreignField", Value: "_id"}, {Key: "as", Value: "room"},
		}),
		field("$unwind", "$room"),
		field("$limit", limit),
		field("$lookup", bson.D{
			{Key: "from", Value: "messages"}, {Key: "localField", Value: "_id"}, {Key: "foreignField", Value: "roomId"},
			{Key: "pipeline", Value: lastStages()}, {Key: "as", Value: "last"},
		}),
		field("$lookup", bson.D{
			{Key: "from", Value: "messages"}, {Key: "localField", Value: "_id"}, {Key: "foreignField", Value: "roomId"},
			{Key: "let", Value: field("after", after)},
			{Key: "pipeline", Value: unreadStages(user, above, max(most, 1))}, {Key: "as", Value: "unread"},
		}),
	}
}

// lastStages give the seq of the last event of a room.
func lastStages() mongo.Pipeline {
	return mongo.Pipeline{
		field("$match", field("seq", anySeq())),
		field("$sort", bson.D{{Key: "roomId", Value: -1}, {Key: "seq", Value: -1}}),
		field("$limit", 1),
		field("$project", bson.D{{Key: "_id", Value: 0}, {Key: "seq", Value: 1}}),
	}
}
