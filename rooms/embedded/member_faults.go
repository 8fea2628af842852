package embedded

import (
	"bytes"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
	"roomstream/rooms"
)

// checkMembers looks for members that cannot be read or are not found by their user, for
// invitations that are not found by their room, and for keys of what is not there.
func checkMembers(tx *bolt.Tx, add func(string, ...any)) error {
	members, own := tx.Bucket(bucketMembers), tx.Bucket(bucketUserRooms)
	err := members.ForEach(func(key, value []byte) error {
		m, err := readMember(key, value)
		switch {
		case err != nil || !m.Role.Known():
			add("room %s: this version cannot read who %s is", m.RoomID, m.UserID)
		case !has(own, userRoomKey(m.UserID, m.RoomID)):
			add("room %s: %s is not found by his rooms", m.RoomID, m.UserID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = own.ForEach(func(key, _ []byte) error {
		user, room, _ := bytes.Cut(key, []byte{keyEnd})
		if members.Get(memberKey(rooms.RoomID(room), auth.UserID(user))) == nil {
			add("room %s: is among the rooms of %s, but does not know him", room, user)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return checkInvitations(tx, add)
}

func checkInvitations(tx *bolt.Tx, add func(string, ...any)) error {
	all, ids := tx.Bucket(bucketInvitations), tx.Bucket(bucketRoomInvitations)
	err := all.ForEach(func(hash, value []byte) error {
		i, err := decodeInvitation(hash, value)
		switch {
		case err != nil:
			add("an invitation to room %s: this version cannot read it", i.RoomID)
		case !bytes.Equal(ids.Get(roomInvitationKey(i.RoomID, i.ID)), hash):
			add("invitation %s: is not found by its room %s", i.ID, i.RoomID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return ids.ForEach(func(key, hash []byte) error {
		if all.Get(hash) == nil {
			add("a room's key names an invitation that is not there: %x", key)
		}
		return nil
	})
}

// has says whether a bucket has a key, also one whose value is empty.
func has(bucket *bolt.Bucket, key []byte) bool {
	at, _ := bucket.Cursor().Seek(key)
	return bytes.Equal(at, key)
}
