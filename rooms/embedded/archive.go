package embedded

import (
	"bytes"
	"context"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"roomstream/rooms"
)

// Archive is what export, import, verify and rebuild need of the file.
type Archive struct{ file *file }

var _ rooms.Archive = (*Archive)(nil)

// LogRooms returns the ids of rooms that have events.
func (a *Archive) LogRooms(ctx context.Context, after rooms.RoomID, limit int) ([]rooms.RoomID, error) {
	var found []rooms.RoomID
	err := a.file.read(ctx, func(tx *bolt.Tx) error {
		cursor := tx.Bucket(bucketEvents).Cursor()
		from := []byte{}
		if after != "" {
			from = beyond(after)
		}
		for key, _ := cursor.Seek(from); key != nil && len(found) < limit; key, _ = cursor.Seek(from) {
			room, _ := splitEventKey(key)
			found = append(found, room)
			from = beyond(room)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the rooms of the log: %w", err)
	}
	return found, nil
}

// beyond is above every key of a room's events and not above those of the next.
func beyond(room rooms.RoomID) []byte { return append([]byte(room), keyEnd+1) }

// PutRoom writes a room as it is given.
func (a *Archive) PutRoom(ctx context.Context, room rooms.Room) error {
	if _, err := rooms.ParseRoomID(string(room.ID)); err != nil {
		return err
	}
	return a.put(ctx, bucketRooms, []byte(room.ID), encodeRoom(room), "write room "+string(room.ID))
}

// SetLogID names the log.
func (a *Archive) SetLogID(ctx context.Context, id string) error {
	return a.put(ctx, bucketMeta, metaLogID, []byte(id), "name the log")
}

func (a *Archive) put(ctx context.Context, bucket, key, value []byte, what string) error {
	err := a.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		return nil, tx.Bucket(bucket).Put(key, value)
	}})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Derive replaces Counts and, of a delete, Parent.
func (a *Archive) Derive(ctx context.Context, e rooms.Event) error {
	key := eventKey(e.RoomID, e.Seq)
	err := a.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		bucket := tx.Bucket(bucketEvents)
		value := bucket.Get(key)
		if value == nil {
			return rooms.E(rooms.CodeNotFound, "no such event"), nil
		}
		stored := decodeEvent(key, value)
		if err := removeRelations(tx, relationsOf(&stored)); err != nil {
			return nil, err
		}
		switch stored.Type {
		case rooms.TypeReaction:
			stored.Counts = e.Counts
		case rooms.TypeDelete:
			stored.Parent = e.Parent
		}
		if err := putRelations(tx, relationsOf(&stored)); err != nil {
			return nil, err
		}
		return nil, bucket.Put(key, encodeEvent(&stored))
	}})
	if err != nil {
		return fmt.Errorf("derive seq %d of %s: %w", e.Seq, e.RoomID, err)
	}
	return nil
}

// faultsMost bounds what one Faults tells.
const faultsMost = 100

// Faults checks the file's pages, and that its keys and events name each other. It
// tells at most faultsMost. It is one long read of the whole file, and what is to be
// written meanwhile waits for its end, so it is for a server that is stopped.
func (a *Archive) Faults(ctx context.Context) ([]string, error) {
	var faults []string
	add := func(format string, args ...any) {
		if len(faults) < faultsMost {
			faults = append(faults, fmt.Sprintf(format, args...))
		}
	}
	err := a.file.readAlone(ctx, func(tx *bolt.Tx) error {
		for err := range tx.Check() {
			add("the file is damaged: %v", err)
		}
		events := tx.Bucket(bucketEvents)
		for name, bucket := range map[string]*bolt.Bucket{"target": tx.Bucket(bucketTargets), "parent": tx.Bucket(bucketParents)} {
			err := bucket.ForEach(func(key, _ []byte) error {
				checkRelation(events, name, key, add)
				return nil
			})
			if err != nil {
				return err
			}
		}
		err := tx.Bucket(bucketAttached).ForEach(func(key, _ []byte) error {
			e := decodeEvent(key, events.Get(key)) // a void where it is not there
			if relationsOf(&e).attached == nil {
				add("a message that shows no files is among those that do: %x", key)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for name, bucket := range map[string]*bolt.Bucket{"id": tx.Bucket(bucketIDs), "clientId": tx.Bucket(bucketClientIDs)} {
			err := bucket.ForEach(func(key, at []byte) error {
				if events.Get(at) == nil {
					add("an %s names an event that is not there: %x", name, key)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		if err := checkNotifications(tx, add); err != nil {
			return err
		}
		if err := checkMembers(tx, add); err != nil {
			return err
		}
		if err := checkKept(tx, add); err != nil {
			return err
		}
		return events.ForEach(func(key, value []byte) error {
			checkKeys(tx, key, value, add)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("check the file: %w", err)
	}
	return faults, nil
}

// checkKeys looks for the keys that an event must have.
func checkKeys(tx *bolt.Tx, key, value []byte, add func(string, ...any)) {
	e := decodeEvent(key, value)
	if e.Type == rooms.TypeVoid && !bytes.Equal(encodeEvent(&e), value) {
		add("room %s seq %d: this version cannot read it", e.RoomID, e.Seq)
	}
	if !bytes.Equal(tx.Bucket(bucketIDs).Get(e.ID[:]), key) {
		add("room %s seq %d: its id does not name it", e.RoomID, e.Seq)
	}
	if e.ClientID != "" && !bytes.Equal(tx.Bucket(bucketClientIDs).Get(clientIDKey(e.RoomID, e.Author, e.ClientID)), key) {
		add("room %s seq %d: its clientId does not name it", e.RoomID, e.Seq)
	}
	r := relationsOf(&e)
	if r.target != nil && tx.Bucket(bucketTargets).Get(r.target) == nil {
		add("room %s seq %d: is not found by its target", e.RoomID, e.Seq)
	}
	if r.parent != nil && tx.Bucket(bucketParents).Get(r.parent) == nil {
		add("room %s seq %d: is not found by its parent", e.RoomID, e.Seq)
	}
	if r.attached != nil && tx.Bucket(bucketAttached).Get(r.attached) == nil {
		add("room %s seq %d: is not found by its files", e.RoomID, e.Seq)
	}
}

// checkRelation looks for the event that a target's or a parent's key names: there must
// be one, and it must point there.
func checkRelation(events *bolt.Bucket, name string, key []byte, add func(string, ...any)) {
	at := bytes.IndexByte(key, keyEnd)
	if at < 0 || len(key) < at+1+2*seqSize {
		add("a %s's key is damaged: %x", name, key)
		return
	}
	room := rooms.RoomID(key[:at])
	own := eventKey(room, lastSeq(key))
	value := events.Get(own)
	if value == nil {
		add("room %s seq %d: a %s names it, but it is not there", room, lastSeq(key), name)
		return
	}
	e := decodeEvent(own, value)
	r := relationsOf(&e)
	if e.Type != rooms.TypeVoid && !bytes.Equal(key, r.target) && !bytes.Equal(key, r.parent) {
		add("room %s seq %d: a %s's key names it, but it points elsewhere", room, lastSeq(key), name)
	}
}
