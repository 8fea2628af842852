package embedded

import (
	"context"
	"fmt"
	"strings"

	bolt "go.etcd.io/bbolt"

	"roomstream/rooms"
)

// Log is the log of all rooms.
type Log struct{ file *file }

var _ rooms.Log = (*Log)(nil)

// entry is one event made ready outside the committer, which is the only one who
// writes and so must not be kept waiting.
type entry struct {
	id                 []byte
	key, clientID, val []byte // clientID nil: none
	relations          relations
}

// Append writes events as rooms.Log says. It refuses events that no room's log may
// hold before it writes any.
func (l *Log) Append(ctx context.Context, events []*rooms.Event) error {
	if len(events) == 0 {
		return nil
	}
	entries := make([]entry, len(events))
	c := &change{events: len(events), told: make([]rooms.Arrival, len(events))}
	for i, e := range events {
		if err := checkNumbered(e); err != nil {
			return fmt.Errorf("append event %d: %w", i, err)
		}
		entries[i] = newEntry(e)
		c.told[i] = rooms.Arrival{Event: *e}
	}
	c.apply = func(tx *bolt.Tx) (answer, err error) {
		put, dup, err := putEntries(tx, entries)
		c.told = c.told[:put]
		if dup != nil {
			return dup, err
		}
		return nil, err
	}
	return l.file.write(ctx, c)
}

// checkNumbered keeps out what would break the keys; the rest of an event is
// checked where it comes from.
func checkNumbered(e *rooms.Event) error {
	if e.RoomID == "" || strings.IndexByte(string(e.RoomID), keyEnd) >= 0 {
		return rooms.BadField("roomId", "must be set and hold no NUL")
	}
	if e.Seq < 1 || e.Seq > rooms.MaxSeq {
		return rooms.BadField("seq", "must be from 1 to 2^53-1, is %d", e.Seq)
	}
	return nil
}

func newEntry(e *rooms.Event) entry {
	id := e.ID
	n := entry{id: id[:], key: eventKey(e.RoomID, e.Seq), val: encodeEvent(e), relations: relationsOf(e)}
	if e.ClientID != "" {
		n.clientID = clientIDKey(e.RoomID, e.Author, e.ClientID)
	}
	return n
}

// putEntries writes entries in order up to the first whose key is taken, and says
// how many it wrote. Keys taken within the same transaction count: they are durable
// when the answer is given.
func putEntries(tx *bolt.Tx, entries []entry) (put int, dup *rooms.DuplicateError, err error) {
	events, ids, clientIDs := tx.Bucket(bucketEvents), tx.Bucket(bucketIDs), tx.Bucket(bucketClientIDs)
	for i, n := range entries {
		switch {
		case ids.Get(n.id) != nil:
			return i, &rooms.DuplicateError{At: i, Key: rooms.UniqueID}, nil
		case n.clientID != nil && clientIDs.Get(n.clientID) != nil:
			return i, &rooms.DuplicateError{At: i, Key: rooms.UniqueClientID}, nil
		case events.Get(n.key) != nil:
			return i, &rooms.DuplicateError{At: i, Key: rooms.UniqueSeq}, nil
		}
		if err := events.Put(n.key, n.val); err != nil {
			return i, nil, err
		}
		if err := ids.Put(n.id, n.key); err != nil {
			return i, nil, err
		}
		if err := putRelations(tx, n.relations); err != nil {
			return i, nil, err
		}
		if n.clientID == nil {
			continue
		}
		if err := clientIDs.Put(n.clientID, n.key); err != nil {
			return i, nil, err
		}
	}
	return len(entries), nil, nil
}
