package embedded

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/hooks"
	"roomstream/rooms/kept"
)

// The buckets of what only MongoDB uses: an archive that passes through this store loses
// nothing.
var (
	bucketStreams = []byte("streams") // a declaration's _id -> its document
	bucketRules   = []byte("acl")     // a rule's _id -> its document
)

// Kept gives what the file keeps to export and import.
func (s *Store) Kept() kept.Tables {
	f := s.file
	return kept.Tables{
		Profiles:      &table[rooms.Profile]{file: f, bucket: bucketProfiles, what: "profiles", decode: keptProfile, put: putKeptProfile},
		Notifications: &table[rooms.Notification]{file: f, bucket: bucketNotificationIDs, what: "notifications", decode: keptNotification, put: putKeptNotification},
		Invitations:   &table[rooms.Invitation]{file: f, bucket: bucketInvitations, what: "invitations", decode: keptInvitation, put: putKeptInvitation},
		Reports:       &table[rooms.Report]{file: f, bucket: bucketReports, what: "reports", decode: keptReport, put: putKeptReport},
		Audit:         &table[rooms.AuditEntry]{file: f, bucket: bucketAudit, what: "the audit log", decode: keptAudit, put: putKeptAudit},
		Files:         &table[rooms.File]{file: f, bucket: bucketFiles, what: "the records of files", decode: keptFile, put: putFile},
		Keys:          &table[auth.Key]{file: f, bucket: bucketKeys, what: "keys", decode: keptKey, put: putKeptKey},
		Revocations:   &table[auth.Revocation]{file: f, bucket: bucketRevocations, what: "revocations", decode: keptRevocation, put: putKeptRevocation},
		Webhooks:      &table[hooks.Hook]{file: f, bucket: bucketHooks, what: "webhooks", decode: keptHook, put: putKeptHook},
		Cursors:       &table[hooks.Cursor]{file: f, bucket: bucketHookCursors, what: "webhook cursors", seek: cursorFrom, decode: keptCursor, put: putKeptCursor},
		Threads:       &table[rooms.Thread]{file: f, bucket: bucketThreads, what: "threads", decode: keptThread, put: putThread},
		Streams:       documents(f, bucketStreams, "declared streams"),
		Rules:         documents(f, bucketRules, "rules"),
	}
}

// table is a bucket whose keys are, or are in the order of, those of a kind.
type table[T any] struct {
	file   *file
	bucket []byte
	what   string                   // for errors
	seek   func(from string) []byte // the bucket's key of a kind's; nil: the same
	decode func(tx *bolt.Tx, key, value []byte) (T, error)
	put    func(tx *bolt.Tx, thing *T) error
}

// From reads a page in one short transaction.
func (t *table[T]) From(ctx context.Context, from string, limit int) ([]T, error) {
	at := []byte(from)
	if t.seek != nil {
		at = t.seek(from)
	}
	var found []T
	err := t.file.read(ctx, func(tx *bolt.Tx) error {
		cursor := tx.Bucket(t.bucket).Cursor()
		for key, value := cursor.Seek(at); key != nil && len(found) < limit; key, value = cursor.Next() {
			thing, err := t.decode(tx, key, value)
			if err != nil {
				return fmt.Errorf("%x: %w", key, err)
			}
			found = append(found, thing)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.what, err)
	}
	return found, nil
}

// Put writes all in one transaction, up to the first that is refused.
func (t *table[T]) Put(ctx context.Context, list []T) error {
	err := t.file.write(ctx, &change{events: len(list), apply: func(tx *bolt.Tx) (answer, err error) {
		for i := range list {
			err := t.put(tx, &list[i])
			switch {
			case err != nil && rooms.AsError(err).Code == rooms.CodeConflict:
				return err, nil
			case err != nil:
				return nil, err
			}
		}
		return nil, nil
	}})
	if err != nil {
		return fmt.Errorf("write %s: %w", t.what, err)
	}
	return nil
}

func keptProfile(_ *bolt.Tx, key, value []byte) (rooms.Profile, error) {
	return decodeProfile(auth.UserID(key), value)
}

func putKeptProfile(tx *bolt.Tx, p *rooms.Profile) error {
	bucket := tx.Bucket(bucketProfiles)
	if value := bucket.Get([]byte(p.UserID)); value != nil {
		old, err := decodeProfile(p.UserID, value)
		if err != nil {
			return err
		}
		if err := dropProfileKeys(tx, &old); err != nil {
			return err
		}
	}
	if err := putProfileKeys(tx, p); err != nil {
		return err
	}
	return bucket.Put([]byte(p.UserID), encodeProfile(p))
}

func keptNotification(tx *bolt.Tx, id, at []byte) (rooms.Notification, error) {
	n, ok := decodeNotification(tx.Bucket(bucketNotifications).Get(at))
	if !ok {
		return n, errRecord
	}
	n.Read = tx.Bucket(bucketUnread).Get(notificationKey(n.UserID, n.ID)) == nil
	return n, nil
}

func putKeptNotification(tx *bolt.Tx, n *rooms.Notification) error {
	at := bytes.Clone(tx.Bucket(bucketNotificationIDs).Get(n.ID[:]))
	if at == nil {
		_, err := putNotification(tx, n)
		return err
	}
	if old, ok := decodeNotification(tx.Bucket(bucketNotifications).Get(at)); ok {
		if err := removeKeys(tx, [][]byte{notificationKey(old.UserID, old.ID)}, [][]byte{at}); err != nil {
			return err
		}
	}
	_, err := putNotification(tx, n)
	return err
}

func keptInvitation(_ *bolt.Tx, hash, value []byte) (rooms.Invitation, error) {
	return decodeInvitation(hash, value)
}

func putKeptInvitation(tx *bolt.Tx, i *rooms.Invitation) error {
	ids, key := tx.Bucket(bucketRoomInvitations), roomInvitationKey(i.RoomID, i.ID)
	if hash := ids.Get(key); hash != nil && !bytes.Equal(hash, i.Hash[:]) {
		return rooms.E(rooms.CodeConflict, "room %s has another invitation %s", i.RoomID, i.ID)
	}
	if err := ids.Put(key, i.Hash[:]); err != nil {
		return err
	}
	return tx.Bucket(bucketInvitations).Put(i.Hash[:], encodeInvitation(i))
}

func keptReport(_ *bolt.Tx, id, value []byte) (rooms.Report, error) { return decodeReport(id, value) }

func putKeptReport(tx *bolt.Tx, r *rooms.Report) error {
	known := tx.Bucket(bucketReportsKnown)
	if id := known.Get(reportKey(r)); id != nil && !bytes.Equal(id, r.ID[:]) {
		return rooms.E(rooms.CodeConflict, "room %s has another report of seq %d by %s", r.RoomID, r.Seq, r.Reporter)
	}
	if err := known.Put(reportKey(r), r.ID[:]); err != nil {
		return err
	}
	return tx.Bucket(bucketReports).Put(r.ID[:], encodeReport(r))
}

func keptAudit(_ *bolt.Tx, id, value []byte) (rooms.AuditEntry, error) { return decodeAudit(id, value) }

func putKeptAudit(tx *bolt.Tx, e *rooms.AuditEntry) error {
	return tx.Bucket(bucketAudit).Put(e.ID[:], encodeAudit(e))
}

func keptFile(_ *bolt.Tx, id, value []byte) (rooms.File, error) {
	return decodeFile(rooms.FileID(id), value)
}

func keptKey(_ *bolt.Tx, id, value []byte) (auth.Key, error) { return decodeKey(id, value) }

func putKeptKey(tx *bolt.Tx, k *auth.Key) error {
	hashes := tx.Bucket(bucketKeyHashes)
	if id := hashes.Get(k.Hash[:]); id != nil && string(id) != string(k.ID) {
		return rooms.E(rooms.CodeConflict, "the key %s has the hash of %s", id, k.ID)
	}
	err := hashes.Put(k.Hash[:], []byte(k.ID))
	if !k.RevokedAt.IsZero() {
		err = hashes.Delete(k.Hash[:])
	}
	if err != nil {
		return err
	}
	return tx.Bucket(bucketKeys).Put([]byte(k.ID), encodeKey(k))
}

func keptRevocation(_ *bolt.Tx, key, value []byte) (auth.Revocation, error) {
	return decodeRevocation(key, value)
}

func putKeptRevocation(tx *bolt.Tx, r *auth.Revocation) error {
	return tx.Bucket(bucketRevocations).Put([]byte(r.Key()), encodeRevocation(r))
}

func keptThread(_ *bolt.Tx, key, value []byte) (rooms.Thread, error) { return decodeThread(key, value) }

func keptHook(_ *bolt.Tx, id, value []byte) (hooks.Hook, error) { return decodeHook(id, value) }

func putKeptHook(tx *bolt.Tx, h *hooks.Hook) error {
	return tx.Bucket(bucketHooks).Put([]byte(h.ID), encodeHook(h))
}

// cursorFrom takes the key of a kind apart.
func cursorFrom(from string) []byte {
	hook, room, ok := strings.Cut(from, "/")
	if !ok {
		return []byte(from)
	}
	return cursorKey(hook, rooms.RoomID(room))
}

func keptCursor(_ *bolt.Tx, key, value []byte) (hooks.Cursor, error) {
	hook, room, _ := bytes.Cut(key, []byte{keyEnd})
	c, err := decodeCursor(string(hook), rooms.RoomID(room), value)
	c.Owner = ""
	return c.Cursor, err
}

func putKeptCursor(tx *bolt.Tx, c *hooks.Cursor) error {
	free := heldCursor{Cursor: *c}
	free.Owner = ""
	return free.put(tx)
}

func documents(f *file, bucket []byte, what string) *table[kept.Document] {
	return &table[kept.Document]{
		file: f, bucket: bucket, what: what,
		decode: func(_ *bolt.Tx, key, value []byte) (kept.Document, error) {
			return kept.Document{ID: string(key), JSON: string(value)}, nil
		},
		put: func(tx *bolt.Tx, d *kept.Document) error { return tx.Bucket(bucket).Put([]byte(d.ID), []byte(d.JSON)) },
	}
}
