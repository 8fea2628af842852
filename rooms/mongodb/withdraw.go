package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

// Withdraw finds notifications by their room and message.
func (n *Notifications) Withdraw(ctx context.Context, room rooms.RoomID, w rooms.Withdrawal) error {
	for _, gone := range []bson.D{field("$in", w.Gone), field("$lt", w.Below)} {
		if gone[0].Key == "$in" && len(w.Gone) == 0 || gone[0].Key == "$lt" && w.Below == 0 {
			continue
		}
		for {
			removed, err := (&Eraser{n.Store}).eraseSome(ctx, ofMessages(room, gone))
			if err != nil {
				return fail("withdraw notifications", err)
			}
			if removed == 0 {
				break
			}
		}
	}
	if len(w.Edited) == 0 {
		return ctx.Err()
	}
	ctx, cancel := n.writing(ctx)
	defer cancel()
	_, err := n.notifications.UpdateMany(ctx, ofMessages(room, field("$in", w.Edited)), field("$unset", field("text", "")))
	return fail("withdraw the texts of notifications", err)
}

// ofMessages matches what the chat told of messages of a room.
func ofMessages(room rooms.RoomID, seq bson.D) bson.D {
	return bson.D{
		{Key: "roomId", Value: string(room)}, {Key: "seq", Value: seq},
		{Key: "kind", Value: field("$in", texts(rooms.MessageKinds()))},
	}
}
