package mongodb

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms"
)

// Inbox keeps how far users have read, and of what they are told.
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

// MarkDelivered raises a user's DeliveredSeq.
func (b *Inbox) MarkDelivered(ctx context.Context, room rooms.RoomID, user auth.UserID, seq int64) (int64, bool, error) {
	if err := ctx.Err(); err != nil {
		return 0, false, err
	}
	if err := checkMember(room, user); err != nil {
		return 0, false, err
	}
	writing, cancel := b.writing(ctx)
	defer cancel()
	below := append(memberOf(room, user),
		bson.E{Key: "readSeq", Value: bson.D{{Key: "$gt", Value: int64(0)}, {Key: "$lt", Value: seq}}},
		bson.E{Key: "deliveredSeq", Value: field("$not", field("$gte", seq))})
	result, err := b.members.UpdateOne(writing, below, field("$set", field("deliveredSeq", seq)))
	if err != nil {
		return 0, false, fail(fmt.Sprintf("mark %s as delivered", room), err)
	}
	if result.MatchedCount > 0 {
		return seq, true, nil
	}
	there, err := (&Members{b.Store}).Member(ctx, room, user)
	return there.DeliveredUpTo(), false, err
}

// SetAlerts changes the fields that are given.
func (b *Inbox) SetAlerts(ctx context.Context, room rooms.RoomID, user auth.UserID, c rooms.AlertsChange) (rooms.Alerts, error) {
	if err := ctx.Err(); err != nil {
		return rooms.Alerts{}, err
	}
	if err := checkMember(room, user); err != nil {
		return rooms.Alerts{}, err
	}
	var u update
	if c.Level != nil {
		u.text("level", string(*c.Level))
	}
	if c.MutedUntil != nil {
		u.put("mutedUntil", *c.MutedUntil, c.MutedUntil.IsZero())
	}
	if len(u.set)+len(u.unset) == 0 {
		there, err := (&Members{b.Store}).Member(ctx, room, user)
		return there.Alerts, err
	}
	ctx, cancel := b.writing(ctx)
	defer cancel()
	there, err := b.upsertMember(ctx, room, user, u.document())
	if err == nil && len(u.unset) > 0 {
		err = b.dropEmpty(ctx, memberOf(room, user))
	}
	return there.Alerts, fail(fmt.Sprintf("set what a user is told of in %s", room), err)
}

// Forget takes a user's ReadSeq and Alerts in one room away.
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

// unreadPage is how many messages Unread reads at once beyond those it wants: of so many
// some are deleted.
const unreadPage = 25

// candidate is what is read of a message that may be unread: it may have been deleted.
type candidate struct {
	Seq      int64  `bson:"seq"`
	Mentions string `bson:"mentions"` // only where they may name the user
}

// names says whether a message names a user, or everybody.
func (c *candidate) names(user auth.UserID) bool {
	var ids []auth.UserID
	if c.Mentions == "" || json.Unmarshal([]byte(c.Mentions), &ids) != nil {
		return false
	}
	return slices.Contains(ids, user) || slices.Contains(ids, rooms.MentionRoom)
}

// candidates match the messages of others. The text is there and not empty: so the message is
// neither erased nor of a form that is read as a void.
func candidates(user auth.UserID) bson.D {
	return bson.D{
		{Key: "type", Value: field("$exists", false)},
		{Key: "author", Value: bson.D{{Key: "$type", Value: "string"}, {Key: "$ne", Value: string(user)}}},
		{Key: "text", Value: field("$gt", "")},
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
	var stored storedRoom
	reading, cancel := b.reading(ctx)
	defer cancel()
	if err := b.rooms.FindOne(reading, field("_id", string(room))).Decode(&stored); err != nil && !isNotFound(err) {
		return rooms.Unread{}, fail(fmt.Sprintf("read room %s", room), err)
	}
	return b.unread(ctx, room, user, max(after, stored.MinSeq-1, 0), most)
}

// unread counts above a number, page by page until it has counted most.
func (s *Store) unread(ctx context.Context, room rooms.RoomID, user auth.UserID, after int64, most int) (rooms.Unread, error) {
	var n rooms.Unread
	for {
		limit := most - n.Messages + unreadPage
		found, err := s.candidates(ctx, room, user, after, limit)
		if err != nil {
			return rooms.Unread{}, fail(fmt.Sprintf("count what is unread of %s", room), err)
		}
		seqs := make([]int64, len(found))
		for i := range found {
			seqs[i] = found[i].Seq
		}
		deleted, err := (&Related{s}).Deleted(ctx, room, seqs)
		if err != nil {
			return rooms.Unread{}, err
		}
		for i := range found {
			if n.Messages < most && !slices.Contains(deleted, found[i].Seq) {
				n.Messages++
				if found[i].names(user) {
					n.Mentions++
				}
			}
		}
		if n.Messages >= most || len(found) < limit {
			return n, nil
		}
		after = found[len(found)-1].Seq
	}
}

func (s *Store) candidates(ctx context.Context, room rooms.RoomID, user auth.UserID, after int64, limit int) ([]candidate, error) {
	ctx, cancel := s.reading(ctx)
	defer cancel()
	opts := options.Find().SetSort(keys("roomId", "seq")).SetLimit(int64(limit)).SetBatchSize(int32(limit)).
		SetProjection(bson.D{{Key: "_id", Value: 0}, {Key: "seq", Value: 1}, {Key: "mentions", Value: mayName(user)}})
	filter := append(numbered(room, after, rooms.MaxSeq+1), candidates(user)...)
	cursor, err := s.messages.Find(ctx, filter, opts)
	if err != nil {
		return nil, err
	}
	var found []candidate
	return found, cursor.All(ctx, &found)
}
