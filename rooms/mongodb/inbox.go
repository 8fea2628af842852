package mongodb

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"roomstream/auth"
	"roomstream/rooms"
)

// Inbox keeps how far users have read.
type Inbox struct{ *Store }

var _ rooms.Inbox = (*Inbox)(nil)

// MarkRead raises a user's ReadSeq.
func (b *Inbox) MarkRead(ctx context.Context, room rooms.RoomID, user auth.UserID, seq int64) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := checkMember(room, user); err != nil {
		return 0, err
	}
	ctx, cancel := b.writing(ctx)
	defer cancel()
	there, err := b.upsertMember(ctx, room, user, field("$max", field("readSeq", seq)))
	if err != nil {
		return 0, fail(fmt.Sprintf("mark %s as read", room), err)
	}
	return there.ReadSeq, nil
}

// Forget takes a user's ReadSeq in one room away.
func (b *Inbox) Forget(ctx context.Context, room rooms.RoomID, user auth.UserID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := b.writing(ctx)
	defer cancel()
	_, err := b.forget(ctx, memberOf(room, user))
	return fail(fmt.Sprintf("forget how far %s was read", room), err)
}

// Memberships returns what a user is and has read, ascending by room.
func (b *Inbox) Memberships(ctx context.Context, user auth.UserID, limit int) ([]rooms.Member, error) {
	if limit < 1 {
		return nil, ctx.Err()
	}
	found, err := b.list(ctx, bson.D{{Key: "userId", Value: string(user)}, known()}, "roomId", limit)
	if err != nil {
		return nil, fail("list what a user is in his rooms", err)
	}
	return found, nil
}

// unreadMessage is what is read of an unread message: its mentions, where they may name the user.
type unreadMessage struct {
	Mentions string `bson:"mentions"`
}

func countUnread(messages []unreadMessage, user auth.UserID) rooms.Unread {
	n := rooms.Unread{Messages: len(messages)}
	for _, m := range messages {
		var ids []auth.UserID
		if m.Mentions == "" || json.Unmarshal([]byte(m.Mentions), &ids) != nil {
			continue
		}
		if slices.Contains(ids, user) || slices.Contains(ids, rooms.MentionRoom) {
			n.Mentions++
		}
	}
	return n
}

// unreadStages turn the events of one room into those of them that are unread messages,
// oldest first, as unreadMessages. The text is there and not empty: so it is neither erased nor what
// is read as a void.
func unreadStages(user auth.UserID, above bson.D, most int) mongo.Pipeline {
	match := append(bson.D{
		{Key: "seq", Value: anySeq()}, {Key: "type", Value: field("$exists", false)},
		{Key: "author", Value: bson.D{{Key: "$type", Value: "string"}, {Key: "$ne", Value: string(user)}}},
		{Key: "text", Value: field("$gt", "")},
	}, above...)
	deletes := bson.D{
		{Key: "from", Value: "messages"},
		{Key: "let", Value: bson.D{{Key: "room", Value: "$roomId"}, {Key: "seq", Value: "$seq"}}},
		{Key: "pipeline", Value: mongo.Pipeline{
			field("$match", bson.D{
				{Key: "$expr", Value: field("$and", bson.A{
					field("$eq", bson.A{"$roomId", "$$room"}), field("$eq", bson.A{"$target", "$$seq"}),
				})},
				{Key: "target", Value: field("$exists", true)},
				{Key: "type", Value: string(rooms.TypeDelete)}, {Key: "seq", Value: anySeq()},
			}),
			field("$limit", 1),
			field("$project", bson.D{{Key: "_id", Value: 0}, {Key: "seq", Value: 1}}),
		}},
		{Key: "as", Value: "deletes"},
	}
	return mongo.Pipeline{
		field("$match", match),
		field("$sort", keys("roomId", "seq")),
		field("$project", bson.D{{Key: "_id", Value: 0}, {Key: "roomId", Value: 1}, {Key: "seq", Value: 1}, {Key: "mentions", Value: mayName(user)}}),
		field("$lookup", deletes),
		field("$match", field("deletes", bson.A{})),
		field("$limit", most),
		field("$project", field("mentions", 1)),
	}
}

// mayName gives a message's mentions where they can name the user or everybody: they hold his
// id as it is, or are written with an escape. Whether they do is read here, not by the server.
func mayName(user auth.UserID) bson.D {
	var some bson.A
	for _, part := range []string{string(user), rooms.MentionRoom, `\`} {
		some = append(some, field("$gte", bson.A{field("$indexOfBytes", bson.A{"$mentions", field("$literal", part)}), 0}))
	}
	isText := field("$eq", bson.A{field("$type", "$mentions"), "string"})
	return field("$cond", bson.A{field("$and", bson.A{isText, field("$or", some)}), "$mentions", "$$REMOVE"})
}

// Unread counts for one room.
func (b *Inbox) Unread(ctx context.Context, room rooms.RoomID, user auth.UserID, after int64, most int) (rooms.Unread, error) {
	if most < 1 {
		return rooms.Unread{}, ctx.Err()
	}
	ctx, cancel := b.reading(ctx)
	defer cancel()
	found, err := b.unread(ctx, room, user, after, most)
	if err != nil {
		return rooms.Unread{}, fail(fmt.Sprintf("count what is unread of %s", room), err)
	}
	return countUnread(found, user), nil
}

func (b *Inbox) unread(ctx context.Context, room rooms.RoomID, user auth.UserID, after int64, most int) ([]unreadMessage, error) {
	var stored storedRoom
	if err := b.rooms.FindOne(ctx, field("_id", string(room))).Decode(&stored); err != nil && !isNotFound(err) {
		return nil, err
	}
	cursor, err := b.messages.Aggregate(ctx, unreadOf(room, user, max(after, stored.MinSeq-1, 0), most))
	if err != nil {
		return nil, err
	}
	var found []unreadMessage
	return found, cursor.All(ctx, &found)
}

func unreadOf(room rooms.RoomID, user auth.UserID, after int64, most int) mongo.Pipeline {
	return unreadStages(user, bson.D{{Key: "roomId", Value: string(room)}, {Key: "$and", Value: bson.A{field("seq", field("$gt", after))}}}, most)
}
