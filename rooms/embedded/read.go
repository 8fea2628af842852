package embedded

import (
	"bytes"
	"context"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"roomstream/rooms"
)

// Since returns a room's events after a number, ascending.
func (l *Log) Since(ctx context.Context, room rooms.RoomID, after int64, page rooms.Page) ([]rooms.Event, error) {
	var found []rooms.Event
	err := l.file.read(ctx, func(tx *bolt.Tx) error {
		cursor, prefix := tx.Bucket(bucketEvents).Cursor(), roomPrefix(room)
		key, value := cursor.Seek(eventKey(room, max(after, 0)+1))
		found = collect(prefix, key, value, cursor.Next, page)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %s after %d: %w", room, after, err)
	}
	return found, nil
}

// Before returns a room's events below a number, descending.
func (l *Log) Before(ctx context.Context, room rooms.RoomID, before int64, page rooms.Page) ([]rooms.Event, error) {
	var found []rooms.Event
	err := l.file.read(ctx, func(tx *bolt.Tx) error {
		found = descend(tx, room, before, page)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %s before %d: %w", room, before, err)
	}
	return found, nil
}

// Newest returns the newest events of rooms.
func (l *Log) Newest(ctx context.Context, ids []rooms.RoomID, n int) (map[rooms.RoomID][]rooms.Event, error) {
	newest := make(map[rooms.RoomID][]rooms.Event, len(ids))
	if n < 1 {
		return newest, nil
	}
	err := l.file.read(ctx, func(tx *bolt.Tx) error {
		for _, room := range ids {
			found := descend(tx, room, rooms.MaxSeq+1, rooms.Page{Events: n})
			if len(found) > 0 {
				newest[room] = found
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the newest of %d rooms: %w", len(ids), err)
	}
	return newest, nil
}

// Highest returns the seq of a room's newest event.
func (l *Log) Highest(ctx context.Context, room rooms.RoomID) (int64, error) {
	newest, err := l.Newest(ctx, []rooms.RoomID{room}, 1)
	if err != nil || len(newest[room]) == 0 {
		return 0, err
	}
	return newest[room][0].Seq, nil
}

// Find returns those events that are in the log, each once.
func (l *Log) Find(ctx context.Context, events []*rooms.Event) ([]rooms.Event, error) {
	var found []rooms.Event
	err := l.file.read(ctx, func(tx *bolt.Tx) error {
		byKey, byID, byClientID := tx.Bucket(bucketEvents), tx.Bucket(bucketIDs), tx.Bucket(bucketClientIDs)
		seen := make(map[string]bool, len(events))
		add := func(key []byte) {
			if key == nil || seen[string(key)] {
				return
			}
			seen[string(key)] = true
			if value := byKey.Get(key); value != nil {
				found = append(found, decodeEvent(key, value))
			}
		}
		for _, e := range events {
			add(byID.Get(e.ID[:]))
			if e.ClientID != "" {
				add(byClientID.Get(clientIDKey(e.RoomID, e.Author, e.ClientID)))
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find %d events: %w", len(events), err)
	}
	return found, nil
}

// descend reads a room's events below a number, newest first.
func descend(tx *bolt.Tx, room rooms.RoomID, before int64, page rooms.Page) []rooms.Event {
	if before < 1 {
		return nil
	}
	cursor, prefix := tx.Bucket(bucketEvents).Cursor(), roomPrefix(room)
	key, value := below(cursor, eventKey(room, before))
	return collect(prefix, key, value, cursor.Prev, page)
}

// collect decodes events from where a cursor stands, as long as they are of one
// room and within the page.
func collect(prefix, key, value []byte, step func() (key, value []byte), page rooms.Page) []rooms.Event {
	found := filling{most: page}
	for ; bytes.HasPrefix(key, prefix) && !found.isFull(); key, value = step() {
		if !found.add(decodeEvent(key, value)) {
			break
		}
	}
	return found.events
}
