package embedded

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"roomstream/rooms"
)

// Related reads events by what they point at.
type Related struct{ file *file }

var _ rooms.Related = (*Related)(nil)

// Fold returns the events with these numbers and those that have one as their target.
func (r *Related) Fold(ctx context.Context, room rooms.RoomID, seqs []int64) ([]rooms.Event, error) {
	return r.gather(ctx, room, seqs, func(tx *bolt.Tx, seq int64, add func(int64)) {
		add(seq)
		eachTarget(tx, room, seq, add)
	})
}

// Concerning returns what changes the given messages, and what answers them.
func (r *Related) Concerning(ctx context.Context, room rooms.RoomID, seqs []int64) ([]rooms.Event, error) {
	return r.gather(ctx, room, seqs, func(tx *bolt.Tx, seq int64, add func(int64)) {
		eachTarget(tx, room, seq, add)
		eachChild(tx, room, seq, add)
	})
}

// gather reads the events that relate finds for each of seqs, each once, ascending.
func (r *Related) gather(ctx context.Context, room rooms.RoomID, seqs []int64, relate func(tx *bolt.Tx, seq int64, add func(int64))) ([]rooms.Event, error) {
	var found []rooms.Event
	err := r.file.read(ctx, func(tx *bolt.Tx) error {
		events, seen := tx.Bucket(bucketEvents), map[int64]bool{}
		add := func(seq int64) {
			if seen[seq] {
				return
			}
			seen[seq] = true
			key := eventKey(room, seq)
			if value := events.Get(key); value != nil {
				found = append(found, decodeEvent(key, value))
			}
		}
		for _, seq := range seqs {
			if seq > 0 {
				relate(tx, seq, add)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what concerns %d messages of %s: %w", len(seqs), room, err)
	}
	slices.SortFunc(found, func(a, b rooms.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	return found, nil
}

// Deleted returns those of seqs that a delete has as its target.
func (r *Related) Deleted(ctx context.Context, room rooms.RoomID, seqs []int64) ([]int64, error) {
	var deleted []int64
	err := r.file.read(ctx, func(tx *bolt.Tx) error {
		cursor := tx.Bucket(bucketTargets).Cursor()
		for _, seq := range seqs {
			if isDeleted(cursor, room, seq) {
				deleted = append(deleted, seq)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read which of %d messages of %s are deleted: %w", len(seqs), room, err)
	}
	return deleted, nil
}

// isDeleted says whether a message has a delete. cursor is one of the targets.
func isDeleted(cursor *bolt.Cursor, room rooms.RoomID, seq int64) bool {
	prefix := append(eventKey(room, seq), kindDelete)
	key, _ := cursor.Seek(prefix)
	return bytes.HasPrefix(key, prefix)
}

// Thread returns a page of the messages that answer one.
func (r *Related) Thread(ctx context.Context, room rooms.RoomID, parent, after, before int64, newest bool, page rooms.Page) ([]rooms.Event, error) {
	var found []rooms.Event
	err := r.file.read(ctx, func(tx *bolt.Tx) error {
		found = thread(tx, room, parent, max(after, 0), min(before, rooms.MaxSeq+1), newest, page)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the answers to %d of %s: %w", parent, room, err)
	}
	return found, nil
}

func thread(tx *bolt.Tx, room rooms.RoomID, parent, after, before int64, newest bool, page rooms.Page) []rooms.Event {
	events, cursor := tx.Bucket(bucketEvents), tx.Bucket(bucketParents).Cursor()
	var key []byte
	step := cursor.Next
	if newest {
		step = cursor.Prev
		key, _ = below(cursor, parentKey(room, parent, before))
	} else {
		key, _ = cursor.Seek(parentKey(room, parent, after+1))
	}
	found := filling{most: page}
	for prefix := eventKey(room, parent); bytes.HasPrefix(key, prefix) && len(key) == len(prefix)+seqSize; key, _ = step() {
		seq := lastSeq(key)
		if seq <= after || seq >= before || found.isFull() {
			break
		}
		at := eventKey(room, seq)
		if e := decodeEvent(at, events.Get(at)); e.Type == rooms.TypeMessage && !found.add(e) {
			break
		}
	}
	return found.events
}

// Attached returns a page of the messages that show files.
func (r *Related) Attached(ctx context.Context, room rooms.RoomID, before int64, page rooms.Page) ([]rooms.Event, error) {
	var found []rooms.Event
	err := r.file.read(ctx, func(tx *bolt.Tx) error {
		found = attached(tx, room, before, page)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the messages of %s that show files: %w", room, err)
	}
	return found, nil
}

func attached(tx *bolt.Tx, room rooms.RoomID, before int64, page rooms.Page) []rooms.Event {
	events, cursor, prefix := tx.Bucket(bucketEvents), tx.Bucket(bucketAttached).Cursor(), roomPrefix(room)
	found := filling{most: page}
	key, _ := below(cursor, eventKey(room, min(max(before, 0), rooms.MaxSeq+1)))
	for ; bytes.HasPrefix(key, prefix) && !found.isFull(); key, _ = cursor.Prev() {
		if e := decodeEvent(key, events.Get(key)); e.Type == rooms.TypeMessage && e.Attachments != "" && !found.add(e) {
			break
		}
	}
	return found.events
}

// eachTarget gives the numbers of what changes a message.
func eachTarget(tx *bolt.Tx, room rooms.RoomID, target int64, do func(seq int64)) {
	eachRelation(tx.Bucket(bucketTargets), eventKey(room, target), do)
}

// eachChild gives the numbers of a message's replies and of their deletes.
func eachChild(tx *bolt.Tx, room rooms.RoomID, parent int64, do func(seq int64)) {
	eachRelation(tx.Bucket(bucketParents), eventKey(room, parent), do)
}

func eachRelation(bucket *bolt.Bucket, prefix []byte, do func(seq int64)) {
	cursor := bucket.Cursor()
	for key, _ := cursor.Seek(prefix); bytes.HasPrefix(key, prefix); key, _ = cursor.Next() {
		do(lastSeq(key))
	}
}

// lastSeq reads the number that a relation's key ends with.
func lastSeq(key []byte) int64 { return int64(binary.BigEndian.Uint64(key[len(key)-seqSize:])) }
