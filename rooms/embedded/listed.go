package embedded

import (
	"context"
	"fmt"
	"strings"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
	"roomstream/rooms"
)

// Listed returns public rooms and some others, ascending by id.
func (c *Catalog) Listed(ctx context.Context, q rooms.RoomQuery) ([]rooms.Room, rooms.RoomID, error) {
	text, also := strings.ToLower(q.Text), map[rooms.RoomID]bool{}
	for _, id := range q.Also {
		also[id] = true
	}
	var found []rooms.Room
	var next rooms.RoomID
	err := c.file.read(ctx, func(tx *bolt.Tx) error {
		cursor := tx.Bucket(bucketRooms).Cursor()
		key, value := cursor.Seek([]byte(q.After))
		if key != nil && string(key) == string(q.After) {
			key, value = cursor.Next()
		}
		for looked := 0; key != nil && len(found) < q.Limit; key, value = cursor.Next() {
			room, err := decodeRoom(rooms.RoomID(key), value)
			if err != nil {
				return fmt.Errorf("room %s: %w", key, err)
			}
			shown := room.Type == rooms.TypePublic || q.Private && room.Type == rooms.TypePrivate
			if !shown && !also[room.ID] {
				continue // nor counted: where a look ends tells of no room that one may not know
			}
			if strings.Contains(strings.ToLower(room.Name), text) || strings.Contains(strings.ToLower(string(room.ID)), text) {
				found = append(found, room)
			}
			if shown {
				looked++
			}
			if looked == q.Look && text != "" && q.Look > 0 && len(found) < q.Limit {
				next = room.ID
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("list rooms: %w", err)
	}
	return found, next, nil
}

// Memberships returns what a user is and has read, ascending by room.
func (b *Inbox) Memberships(ctx context.Context, user auth.UserID, limit int) ([]rooms.Member, error) {
	var found []rooms.Member
	err := b.file.read(ctx, func(tx *bolt.Tx) error {
		eachRoomOf(tx, user, func(room rooms.RoomID) bool {
			found = append(found, getMember(tx, room, user))
			return len(found) < limit
		})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the rooms of %s: %w", user, err)
	}
	return found, nil
}
