package embedded

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
	"roomstream/rooms"
)

// The file's buckets. Keys are flat: one bucket for all rooms takes a fifth less
// time a commit than one bucket a room.
var (
	bucketMeta      = []byte("meta")      // metaFormat, metaLogID
	bucketEvents    = []byte("events")    // eventKey -> event record
	bucketIDs       = []byte("ids")       // EventID -> eventKey
	bucketClientIDs = []byte("clientIds") // clientIDKey -> eventKey
	bucketTargets   = []byte("targets")   // targetKey -> nothing
	bucketParents   = []byte("parents")   // parentKey -> nothing
	bucketAttached  = []byte("attached")  // eventKey -> nothing, of the messages that show files
	bucketRooms     = []byte("rooms")     // RoomID -> room record
	bucketAccounts  = []byte("accounts")  // accountKey -> account record

	bucketNotifications     = []byte("notifications")     // their number, in the order of writing -> record
	bucketNotificationIDs   = []byte("notificationIds")   // EventID -> number
	bucketNotificationUsers = []byte("notificationUsers") // notificationKey -> number
	bucketUnread            = []byte("unread")            // notificationKey -> number, of those not read

	bucketNotificationMessages = []byte("notificationMessages") // toldKey -> number, of those of messages

	bucketMembers         = []byte("members")         // memberKey -> member record
	bucketUserRooms       = []byte("userRooms")       // userRoomKey -> nothing
	bucketInvitations     = []byte("invitations")     // SHA-256 of the token -> invitation record
	bucketRoomInvitations = []byte("roomInvitations") // roomInvitationKey -> SHA-256 of the token
)

var (
	metaFormat = []byte("format")
	metaLogID  = []byte("logId")
)

// format is the version of the file's layout. Records carry a version of their own,
// so this one changes only when buckets or keys do. memberless is the one before: it has no
// members, and a program of then would take whoever it does not know for one. unnotified is
// the one before that: it has no notifications, which a program of then would not erase.
// unindexed is the oldest: it has no targets and parents either, which are made when such a
// file is opened.
const (
	format     = "4"
	memberless = "3"
	unnotified = "2"
	unindexed  = "1"
)

// prepare makes the buckets of a new file and refuses a file of another format.
func prepare(db *bolt.DB) error {
	return db.Update(func(tx *bolt.Tx) error {
		unsorted := tx.Bucket(bucketNotificationMessages) == nil
		unrelated := slices.ContainsFunc([][]byte{bucketTargets, bucketParents, bucketAttached}, func(name []byte) bool {
			return tx.Bucket(name) == nil
		})
		err := makeBuckets(tx,
			bucketMeta, bucketEvents, bucketIDs, bucketClientIDs, bucketTargets, bucketParents, bucketAttached, bucketRooms, bucketAccounts,
			bucketNotifications, bucketNotificationIDs, bucketNotificationUsers, bucketUnread, bucketNotificationMessages,
			bucketMembers, bucketUserRooms, bucketInvitations, bucketRoomInvitations, bucketReports, bucketReportsKnown, bucketAudit,
			bucketProfiles, bucketProfileNames, bucketProfileWords, bucketKeys, bucketKeyHashes, bucketRevocations, bucketSessions, bucketAttempts,
			bucketHooks, bucketHookCursors, bucketStreams, bucketRules, bucketPush, bucketPushUsers, bucketThreads,
		)
		if err != nil {
			return err
		}
		if unsorted {
			if err := tellAll(tx); err != nil {
				return err
			}
		}
		if unrelated {
			if err := indexAll(tx); err != nil {
				return err
			}
		}
		meta := tx.Bucket(bucketMeta)
		switch have := meta.Get(metaFormat); {
		case string(have) == format:
			return nil
		case string(have) == memberless, string(have) == unnotified, string(have) == unindexed:
		case have != nil:
			return fmt.Errorf("%s has format %s, this version reads format %s: use the version that wrote it", fileName, have, format)
		default:
			if err := meta.Put(metaLogID, []byte(rand.Text())); err != nil {
				return err
			}
		}
		return meta.Put(metaFormat, []byte(format))
	})
}

// makeBuckets makes those that are missing.
func makeBuckets(tx *bolt.Tx, names ...[]byte) error {
	for _, name := range names {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return nil
}

// indexAll makes the keys by which events are found, where there were none or not all.
func indexAll(tx *bolt.Tx) error {
	return tx.Bucket(bucketEvents).ForEach(func(key, value []byte) error {
		e := decodeEvent(key, value)
		return putRelations(tx, relationsOf(&e))
	})
}

const (
	// keyEnd ends the room id in a key. No room id holds it, so no room's keys lie
	// among those of another.
	keyEnd  = 0x00
	seqSize = 8 // bytes of a seq in a key, big-endian: keys sort as numbers do
)

// roomPrefix is what all keys of a room's events begin with.
func roomPrefix(room rooms.RoomID) []byte {
	b := make([]byte, 0, len(room)+1+seqSize)
	return append(append(b, room...), keyEnd)
}

func eventKey(room rooms.RoomID, seq int64) []byte {
	return binary.BigEndian.AppendUint64(roomPrefix(room), uint64(seq))
}

// splitEventKey is eventKey's inverse. The key must be one that eventKey made.
func splitEventKey(key []byte) (rooms.RoomID, int64) {
	end := len(key) - seqSize
	return rooms.RoomID(key[:end-1]), int64(binary.BigEndian.Uint64(key[end:]))
}

// clientIDKey names a send for ever. The author's length stands before it, so no
// two different sends have one key.
func clientIDKey(room rooms.RoomID, author auth.UserID, clientID string) []byte {
	b := make([]byte, 0, len(room)+1+binary.MaxVarintLen32+len(author)+len(clientID))
	b = append(append(b, room...), keyEnd)
	b = binary.AppendUvarint(b, uint64(len(author)))
	return append(append(b, author...), clientID...)
}

// The kinds of events in a target's key: the deletes of a message are found without
// passing its reactions.
const (
	kindDelete   = 'd'
	kindEdit     = 'e'
	kindReaction = 'r'
)

func kindOf(t rooms.EventType) byte {
	switch t {
	case rooms.TypeDelete:
		return kindDelete
	case rooms.TypeEdit:
		return kindEdit
	}
	return kindReaction
}

// targetKey orders what changes a message by kind, then by seq.
func targetKey(room rooms.RoomID, target int64, kind byte, seq int64) []byte {
	b := append(eventKey(room, target), kind)
	return binary.BigEndian.AppendUint64(b, uint64(seq))
}

// parentKey orders the replies of a message, and the deletes of replies, by seq.
func parentKey(room rooms.RoomID, parent, seq int64) []byte {
	return binary.BigEndian.AppendUint64(eventKey(room, parent), uint64(seq))
}

// relations are the keys under which an event is found by what it points at, or because it shows
// files; nil: it does not.
type relations struct{ target, parent, attached []byte }

func relationsOf(e *rooms.Event) relations {
	var r relations
	if e.Target > 0 {
		r.target = targetKey(e.RoomID, e.Target, kindOf(e.Type), e.Seq)
	}
	if e.Parent > 0 {
		r.parent = parentKey(e.RoomID, e.Parent, e.Seq)
	}
	if e.Type == rooms.TypeMessage && e.Attachments != "" {
		r.attached = eventKey(e.RoomID, e.Seq)
	}
	return r
}

func putRelations(tx *bolt.Tx, r relations) error {
	return r.each(func(bucket, key []byte) error { return tx.Bucket(bucket).Put(key, nil) })
}

func removeRelations(tx *bolt.Tx, r relations) error {
	return r.each(func(bucket, key []byte) error { return tx.Bucket(bucket).Delete(key) })
}

// each gives the keys that there are, each with its bucket.
func (r relations) each(do func(bucket, key []byte) error) error {
	for _, one := range []struct{ bucket, key []byte }{{bucketTargets, r.target}, {bucketParents, r.parent}, {bucketAttached, r.attached}} {
		if one.key == nil {
			continue
		}
		if err := do(one.bucket, one.key); err != nil {
			return err
		}
	}
	return nil
}
