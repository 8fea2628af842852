package embedded

import (
	"bytes"
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
	searched           bool // it has words for the index
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
	n := entry{id: id[:], key: eventKey(e.RoomID, e.Seq), val: encodeEvent(e), relations: relationsOf(e), searched: isSearched(e)}
	if e.ClientID != "" {
		n.clientID = clientIDKey(e.RoomID, e.Author, e.ClientID)
	}
	return n
}

// putEntries writes entries in order up to the first whose key is taken, and says
// how many it wrote. Keys taken within the same transaction count: they are durable
// when the answer is given.
func putEntries(tx *bolt.Tx, entries []entry) (put int, dup *rooms.DuplicateError, err error) {
	for i := range entries {
		if key, is := takenKey(tx, &entries[i]); is {
			return i, &rooms.DuplicateError{At: i, Key: key}, nil
		}
		if err := putEntry(tx, &entries[i]); err != nil {
			return i, nil, err
		}
		if err := noteBehind(tx, &entries[i]); err != nil {
			return i, nil, err
		}
	}
	return len(entries), nil, nil
}

// noteBehind notes that the search index may be beyond an event already, which has words: an import fills a room from below.
// The index is made anew at the next start.
func noteBehind(tx *bolt.Tx, n *entry) error {
	if !n.searched {
		return nil
	}
	cursor := tx.Bucket(bucketEvents).Cursor()
	cursor.Seek(n.key)
	if key, _ := cursor.Next(); key == nil || !bytes.HasPrefix(key, n.key[:len(n.key)-seqSize]) {
		return nil
	}
	return tx.Bucket(bucketMeta).Put(metaPurge, []byte{1})
}

// takenKey names the first of an entry's keys that an event has already.
func takenKey(tx *bolt.Tx, n *entry) (key rooms.Unique, is bool) {
	switch {
	case tx.Bucket(bucketIDs).Get(n.id) != nil:
		return rooms.UniqueID, true
	case n.clientID != nil && tx.Bucket(bucketClientIDs).Get(n.clientID) != nil:
		return rooms.UniqueClientID, true
	case tx.Bucket(bucketEvents).Get(n.key) != nil:
		return rooms.UniqueSeq, true
	}
	return "", false
}

// taken finds the first of entries of ascending numbers that has a key of an event in the
// file or of one before it. It writes nothing.
func taken(tx *bolt.Tx, entries []entry) *rooms.DuplicateError {
	ids, clientIDs := map[string]bool{}, map[string]bool{}
	for i := range entries {
		n := &entries[i]
		if key, is := takenKey(tx, n); is {
			return &rooms.DuplicateError{At: i, Key: key}
		}
		if ids[string(n.id)] {
			return &rooms.DuplicateError{At: i, Key: rooms.UniqueID}
		}
		if n.clientID != nil && clientIDs[string(n.clientID)] {
			return &rooms.DuplicateError{At: i, Key: rooms.UniqueClientID}
		}
		ids[string(n.id)], clientIDs[string(n.clientID)] = true, true
	}
	return nil
}

// putEntry writes an entry none of whose keys is taken.
func putEntry(tx *bolt.Tx, n *entry) error {
	if err := tx.Bucket(bucketEvents).Put(n.key, n.val); err != nil {
		return err
	}
	if err := tx.Bucket(bucketIDs).Put(n.id, n.key); err != nil {
		return err
	}
	if err := putRelations(tx, n.relations); err != nil || n.clientID == nil {
		return err
	}
	return tx.Bucket(bucketClientIDs).Put(n.clientID, n.key)
}
