package mongodb

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"roomstream/auth"
	"roomstream/rooms"
)

// deletesMost bounds the deletes that are looked at for one room of an overview; a room with
// more among its unread messages is counted by itself.
const deletesMost = 1000

// storedOverview is what one aggregation gives of a room.
type storedOverview struct {
	Member storedMember `bson:"member"` // empty: nothing is known
	Room   storedRoom   `bson:"room"`
	Last   []struct {
		Seq int64 `bson:"seq"`
	} `bson:"last"`
	After   int64              `bson:"after"`  // what is above is unread
	Unread  []storedCandidates `bson:"unread"` // one, or none
	Deletes []struct {
		Target int64 `bson:"target"`
	} `bson:"deletes"`
}

// storedCandidates are the messages of a room that may be unread.
type storedCandidates struct {
	Seqs  []int64     `bson:"seqs"`  // ascending
	Named []candidate `bson:"named"` // those of them that may name the user
}

func (s *storedOverview) overview(user auth.UserID) rooms.Overview {
	o := rooms.Overview{Room: s.Room.room(), Member: s.Member.member()}
	o.Member.RoomID, o.Member.UserID = o.Room.ID, user
	o.LastSeq = max(o.Room.MinSeq-1, 0)
	if len(s.Last) > 0 {
		o.LastSeq = max(o.LastSeq, s.Last[0].Seq)
	}
	return o
}

// count gives what is unread; false: so many are deleted that there may be more.
func (s *storedOverview) count(user auth.UserID, most int) (rooms.Unread, bool) {
	var n rooms.Unread
	if len(s.Unread) == 0 {
		return n, true
	}
	deleted := make(map[int64]bool, len(s.Deletes))
	for _, d := range s.Deletes {
		deleted[d.Target] = true
	}
	last := int64(0) // that is counted
	for _, seq := range s.Unread[0].Seqs {
		if n.Messages < most && !deleted[seq] {
			n.Messages++
			last = seq
		}
	}
	for _, c := range s.Unread[0].Named {
		if c.Seq <= last && !deleted[c.Seq] && c.names(user) {
			n.Mentions++
		}
	}
	all := len(s.Unread[0].Seqs) < most+unreadPage && len(s.Deletes) < deletesMost
	return n, all || n.Messages >= most && len(s.Deletes) < deletesMost
}

// Overview gives a user's rooms by one aggregation, if there are any: that is asked first, for all who come at the same
// time at once, since the server works half a millisecond to find nothing. Only a room of whose oldest unread messages
// most are deleted is read again.
func (b *Inbox) Overview(ctx context.Context, user auth.UserID, also []rooms.RoomID, most, limit int) ([]rooms.Overview, error) {
	if limit < 1 {
		return nil, ctx.Err()
	}
	if len(also) == 0 {
		if some, err := b.inRooms.ask(ctx, user); err != nil || !some {
			return nil, fail("read the rooms of a user", err)
		}
	}
	found, err := b.overview(ctx, user, also, most, limit)
	if err != nil {
		return nil, fail("read the rooms of a user", err)
	}
	list := make([]rooms.Overview, len(found))
	for i := range found {
		list[i] = found[i].overview(user)
		counted := false
		if list[i].Unread, counted = found[i].count(user, most); counted {
			continue
		}
		if list[i].Unread, err = b.unread(ctx, list[i].Room.ID, user, found[i].After, most); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// anyRooms says of each user whether something is known of him in any room. Who has very many rooms may hide others behind
// them: of those it says so, too, and their overview shows what is true.
func (s *Store) anyRooms(ctx context.Context, users []auth.UserID) (map[auth.UserID]bool, error) {
	const first, usually = 1000, 50 // rooms of a user
	most := first + usually*len(users)
	ctx, cancel := s.reading(ctx)
	defer cancel()
	cursor, err := s.members.Aggregate(ctx, mongo.Pipeline{
		field("$match", bson.D{{Key: "userId", Value: bson.D{{Key: "$in", Value: texts(users)}, notArray()}}, known()}),
		field("$limit", most),
		field("$group", bson.D{{Key: "_id", Value: "$userId"}, {Key: "n", Value: field("$sum", 1)}}),
	})
	if err != nil {
		return nil, err
	}
	var found []struct {
		User auth.UserID `bson:"_id"`
		N    int         `bson:"n"`
	}
	if err := cursor.All(ctx, &found); err != nil {
		return nil, err
	}
	some, seen := make(map[auth.UserID]bool, len(found)), 0
	for _, f := range found {
		some[f.User] = true
		seen += f.N
	}
	if seen >= most {
		for _, user := range users {
			some[user] = true
		}
	}
	return some, nil
}

func (b *Inbox) overview(ctx context.Context, user auth.UserID, also []rooms.RoomID, most, limit int) ([]storedOverview, error) {
	ctx, cancel := b.reading(ctx)
	defer cancel()
	cursor, err := b.members.Aggregate(ctx, slices.Concat(roomStages(user, also, limit), logStages(user, max(most, 0))))
	if err != nil {
		return nil, err
	}
	var found []storedOverview
	return found, cursor.All(ctx, &found)
}

// roomStages start at what is known of the user, add the other rooms, and look each up.
func roomStages(user auth.UserID, also []rooms.RoomID, limit int) mongo.Pipeline {
	ids := make(bson.A, len(also))
	for i, id := range also {
		ids[i] = string(id)
	}
	others := bson.D{{Key: "coll", Value: "rooms"}, {Key: "pipeline", Value: mongo.Pipeline{
		field("$match", field("_id", field("$in", ids))),
		field("$project", bson.D{{Key: "_id", Value: 0}, {Key: "roomId", Value: "$_id"}}),
	}}}
	member := field("$cond", bson.A{field("$gt", bson.A{"$userId", nil}), "$$ROOT", "$$REMOVE"})
	return mongo.Pipeline{
		field("$match", bson.D{{Key: "userId", Value: string(user)}, known()}),
		field("$unionWith", others),
		field("$group", bson.D{{Key: "_id", Value: "$roomId"}, {Key: "member", Value: field("$max", member)}}),
		field("$sort", field("_id", 1)),
		field("$lookup", bson.D{
			{Key: "from", Value: "rooms"}, {Key: "localField", Value: "_id"}, {Key: "foreignField", Value: "_id"}, {Key: "as", Value: "room"},
		}),
		field("$unwind", "$room"),
		field("$limit", limit),
		field("$set", field("after", field("$toLong", field("$max", bson.A{
			"$member.readSeq", field("$subtract", bson.A{"$room.minSeq", 1}), 0,
		})))),
	}
}

// logStages look up of each room the end of its log, and the oldest messages above `after` with
// what deletes them. The deletes have a stage of their own: one for each message would cost
// ten times as much.
func logStages(user auth.UserID, most int) mongo.Pipeline {
	unread := append(bson.D{{Key: "seq", Value: anySeq()}, {Key: "$expr", Value: field("$gt", bson.A{"$seq", "$$after"})}}, candidates(user)...)
	mayBe := field("$cond", bson.A{field("$gt", bson.A{"$mentions", nil}), "$$ROOT", "$$REMOVE"})
	seqs := field("$ifNull", bson.A{field("$first", "$unread.seqs"), bson.A{}})
	bounds := bson.D{
		{Key: "first", Value: field("$ifNull", bson.A{field("$first", seqs), int64(rooms.MaxSeq)})},
		{Key: "last", Value: field("$ifNull", bson.A{field("$last", seqs), int64(0)})},
	}
	within := field("$and", bson.A{field("$gte", bson.A{"$target", "$$first"}), field("$lte", bson.A{"$target", "$$last"})})
	return mongo.Pipeline{
		ofRoom("last", nil,
			field("$match", field("seq", anySeq())),
			field("$sort", bson.D{{Key: "roomId", Value: -1}, {Key: "seq", Value: -1}}),
			field("$limit", 1),
			field("$project", bson.D{{Key: "_id", Value: 0}, {Key: "seq", Value: 1}}),
		),
		ofRoom("unread", field("after", "$after"),
			field("$match", unread),
			field("$sort", keys("roomId", "seq")),
			field("$limit", most+unreadPage),
			field("$project", bson.D{{Key: "_id", Value: 0}, {Key: "seq", Value: 1}, {Key: "mentions", Value: mayName(user)}}),
			field("$group", bson.D{
				{Key: "_id", Value: nil}, {Key: "seqs", Value: field("$push", "$seq")}, {Key: "named", Value: field("$push", mayBe)},
			}),
		),
		ofRoom("deletes", bounds,
			field("$match", bson.D{
				{Key: "target", Value: field("$exists", true)}, {Key: "type", Value: string(rooms.TypeDelete)}, {Key: "seq", Value: anySeq()},
				{Key: "$expr", Value: within},
			}),
			field("$limit", deletesMost),
			field("$project", bson.D{{Key: "_id", Value: 0}, {Key: "target", Value: 1}}),
		),
	}
}

// ofRoom looks up what some stages make of a room's events.
func ofRoom(as string, let bson.D, stages ...bson.D) bson.D {
	lookup := bson.D{
		{Key: "from", Value: "messages"}, {Key: "localField", Value: "_id"}, {Key: "foreignField", Value: "roomId"},
		{Key: "pipeline", Value: mongo.Pipeline(stages)}, {Key: "as", Value: as},
	}
	if let != nil {
		lookup = append(lookup, bson.E{Key: "let", Value: let})
	}
	return field("$lookup", lookup)
}
