package rooms

import (
	"time"
)

// RoomID names a room: 1 to 128 characters of A-Z a-z 0-9 _ . : -
type RoomID string

// maxRoomID is the longest room id in characters.
const maxRoomID = 128

// ParseRoomID returns BAD_REQUEST naming roomId for anything that is no room id.
func ParseRoomID(s string) (RoomID, error) {
	if len(s) == 0 || len(s) > maxRoomID {
		return "", BadField("roomId", "must be 1 to %d characters", maxRoomID)
	}
	for i := range len(s) {
		if !roomIDChar(s[i]) {
			return "", BadField("roomId", "may hold only letters, digits and _ . : -")
		}
	}
	return RoomID(s), nil
}

func roomIDChar(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	return c == '_' || c == '.' || c == ':' || c == '-'
}

// TypePublic is a room that anybody may read and write.
const TypePublic = "public"

// Room is what a room is called and who may enter it.
type Room struct {
	ID        RoomID
	Name      string
	Type      string
	Topic     string
	CreatedAt time.Time

	// MinSeq is the first number that may be read; what stands below was trimmed. 0 and 1:
	// nothing was. It never falls, and a room's last seq is never below MinSeq-1.
	MinSeq int64
	// Retention is how long the room's events are kept; 0: as the server's setting says,
	// KeepForever: always.
	Retention time.Duration
	// RemoveBelow and RemoveAt say which trimmed events are removed from the store, and
	// not before when. Zero: none.
	RemoveBelow int64
	RemoveAt    time.Time
}

// KeepForever is the Retention of a room that keeps everything whatever the server's
// setting says.
const KeepForever time.Duration = -1

// Summary is a room with the newest event of its log.
type Summary struct {
	Room    Room
	LastSeq int64
	Last    *Event // nil: nothing was said yet
}
