package embedded

import (
	"context"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"roomstream/rooms"
)

// Catalog keeps the rooms.
type Catalog struct{ file *file }

var _ rooms.Catalog = (*Catalog)(nil)

// Room returns CodeNotFound when there is no such room.
func (c *Catalog) Room(ctx context.Context, id rooms.RoomID) (rooms.Room, error) {
	var room rooms.Room
	found := false
	err := c.file.read(ctx, func(tx *bolt.Tx) (err error) {
		value := tx.Bucket(bucketRooms).Get([]byte(id))
		if value == nil {
			return nil
		}
		found = true
		room, err = decodeRoom(id, value)
		return err
	})
	if err != nil {
		return rooms.Room{}, fmt.Errorf("read room %s: %w", id, err)
	}
	if !found {
		return rooms.Room{}, rooms.E(rooms.CodeNotFound, "no such room")
	}
	return room, nil
}

// CreateRoom makes a room, or returns the one that is there.
func (c *Catalog) CreateRoom(ctx context.Context, room rooms.Room) (rooms.Room, error) {
	if _, err := rooms.ParseRoomID(string(room.ID)); err != nil {
		return rooms.Room{}, err
	}
	room.CreatedAt = room.CreatedAt.UTC().Truncate(time.Millisecond)
	there := room
	err := c.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		bucket := tx.Bucket(bucketRooms)
		if value := bucket.Get([]byte(room.ID)); value != nil {
			there, answer = decodeRoom(room.ID, value)
			return answer, nil
		}
		return nil, bucket.Put([]byte(room.ID), encodeRoom(room))
	}})
	if err != nil {
		return rooms.Room{}, fmt.Errorf("create room %s: %w", room.ID, err)
	}
	return there, nil
}

// Rooms returns at most limit rooms with id > after, ascending.
func (c *Catalog) Rooms(ctx context.Context, after rooms.RoomID, limit int) ([]rooms.Room, error) {
	var found []rooms.Room
	err := c.file.read(ctx, func(tx *bolt.Tx) error {
		cursor := tx.Bucket(bucketRooms).Cursor()
		key, value := cursor.Seek([]byte(after))
		if key != nil && string(key) == string(after) {
			key, value = cursor.Next()
		}
		for ; key != nil && len(found) < limit; key, value = cursor.Next() {
			room, err := decodeRoom(rooms.RoomID(key), value)
			if err != nil {
				return fmt.Errorf("room %s: %w", key, err)
			}
			found = append(found, room)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list rooms: %w", err)
	}
	return found, nil
}

// LogID identifies this log.
func (c *Catalog) LogID(ctx context.Context) (string, error) {
	var id string
	err := c.file.read(ctx, func(tx *bolt.Tx) error {
		id = string(tx.Bucket(bucketMeta).Get(metaLogID))
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("read the log's id: %w", err)
	}
	return id, nil
}
