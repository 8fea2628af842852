package embedded

import (
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// roomFieldsSize is what tags, lengths and the timestamp of a room take, rounded up.
const roomFieldsSize = 64

func encodeRoom(room rooms.Room) []byte {
	r := newRecord(roomFieldsSize + len(room.Name) + len(room.Type) + len(room.Topic) +
		len(room.Direct[0]) + len(room.Direct[1]) + len(room.CreatedBy) + len(room.CreateKey) + len(room.Pins))
	r.text(tagRoomName, room.Name)
	r.text(tagRoomType, room.Type)
	r.text(tagRoomTopic, room.Topic)
	r.number(tagRoomCreatedAt, millis(room.CreatedAt))
	r.number(tagRoomMinSeq, room.MinSeq)
	r.number(tagRoomRetention, retentionMillis(room.Retention))
	r.number(tagRoomRemoveBelow, room.RemoveBelow)
	r.number(tagRoomRemoveAt, millis(room.RemoveAt))
	r.flag(tagRoomReadOnly, room.ReadOnly)
	r.number(tagRoomSlowMode, room.SlowMode.Milliseconds())
	r.flag(tagRoomArchived, room.Archived)
	r.flag(tagRoomReceipts, room.Receipts)
	r.text(tagRoomDirect, string(room.Direct[0]))
	r.text(tagRoomDirect, string(room.Direct[1]))
	r.text(tagRoomCreatedBy, string(room.CreatedBy))
	r.text(tagRoomCreateKey, room.CreateKey)
	r.number(tagRoomStateSeq, room.StateSeq)
	r.text(tagRoomPins, string(room.Pins))
	return r
}

func decodeRoom(id rooms.RoomID, value []byte) (rooms.Room, error) {
	room := rooms.Room{ID: id}
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagRoomName:
			room.Name = string(v)
		case tagRoomType:
			room.Type = string(v)
		case tagRoomTopic:
			room.Topic = string(v)
		case tagRoomCreatedAt:
			room.CreatedAt = time.UnixMilli(number(v)).UTC()
		case tagRoomMinSeq:
			room.MinSeq = number(v)
		case tagRoomRetention:
			room.Retention = retentionOf(number(v))
		case tagRoomRemoveBelow:
			room.RemoveBelow = number(v)
		case tagRoomRemoveAt:
			room.RemoveAt = time.UnixMilli(number(v)).UTC()
		default:
			decodeRights(&room, tag, v)
		}
	})
	return room, err
}

// decodeRights reads a field that has to do with who may do what in the room.
func decodeRights(room *rooms.Room, tag byte, v []byte) {
	switch tag {
	case tagRoomReadOnly:
		room.ReadOnly = number(v) != 0
	case tagRoomSlowMode:
		room.SlowMode = time.Duration(number(v)) * time.Millisecond
	case tagRoomArchived:
		room.Archived = number(v) != 0
	case tagRoomReceipts:
		room.Receipts = number(v) != 0
	case tagRoomDirect:
		room.Direct[0], room.Direct[1] = room.Direct[1], auth.UserID(v)
	case tagRoomCreatedBy:
		room.CreatedBy = auth.UserID(v)
	case tagRoomCreateKey:
		room.CreateKey = string(v)
	case tagRoomPins:
		room.Pins = rooms.Pins(v)
	case tagRoomStateSeq:
		room.StateSeq = number(v)
	}
}

// retentionMillis gives milliseconds, and -1 for rooms.KeepForever.
func retentionMillis(keep time.Duration) int64 {
	if keep < 0 {
		return -1
	}
	return keep.Milliseconds()
}

func retentionOf(ms int64) time.Duration {
	if ms < 0 {
		return rooms.KeepForever
	}
	return time.Duration(ms) * time.Millisecond
}
