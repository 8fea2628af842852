package embedded

import (
	"bytes"
	"time"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
	"roomstream/rooms"
)

// memberKey orders a room's members by user. No room's id holds keyEnd.
func memberKey(room rooms.RoomID, user auth.UserID) []byte {
	return append(roomPrefix(room), user...)
}

// splitMemberKey is memberKey's inverse.
func splitMemberKey(key []byte) (rooms.RoomID, auth.UserID) {
	room, user, _ := bytes.Cut(key, []byte{keyEnd})
	return rooms.RoomID(room), auth.UserID(user)
}

// userRoomKey orders a user's rooms. No user's id holds a control character.
func userRoomKey(user auth.UserID, room rooms.RoomID) []byte {
	return append(userPrefix(user), room...)
}

// checkMember keeps out what would break the keys.
func checkMember(m *rooms.Member) error {
	if err := auth.CheckUserID(string(m.UserID)); err != nil {
		return rooms.BadField("userId", "%v", err)
	}
	return nil
}

// putMember writes a member. One of whom nothing is known takes no place.
func putMember(tx *bolt.Tx, m *rooms.Member) error {
	key, own := memberKey(m.RoomID, m.UserID), userRoomKey(m.UserID, m.RoomID)
	if m.Seq == 0 && m.ReadSeq == 0 && m.Alerts == (rooms.Alerts{}) && m.Role == rooms.RoleNone && !m.Removed && m.BannedUntil.IsZero() {
		if err := tx.Bucket(bucketUserRooms).Delete(own); err != nil {
			return err
		}
		return tx.Bucket(bucketMembers).Delete(key)
	}
	if err := tx.Bucket(bucketUserRooms).Put(own, nil); err != nil {
		return err
	}
	return tx.Bucket(bucketMembers).Put(key, encodeMember(m))
}

// getMember reads a member; of whom nothing is known has a zero Seq, ReadSeq and Alerts.
func getMember(tx *bolt.Tx, room rooms.RoomID, user auth.UserID) rooms.Member {
	key := memberKey(room, user)
	if value := tx.Bucket(bucketMembers).Get(key); value != nil {
		return decodeMember(key, value)
	}
	return rooms.Member{RoomID: room, UserID: user}
}

// eachRoomOf gives the rooms that know a user, ascending, until do returns false.
func eachRoomOf(tx *bolt.Tx, user auth.UserID, do func(rooms.RoomID) bool) {
	cursor, prefix := tx.Bucket(bucketUserRooms).Cursor(), userPrefix(user)
	for key, _ := cursor.Seek(prefix); bytes.HasPrefix(key, prefix); key, _ = cursor.Next() {
		if !do(rooms.RoomID(key[len(prefix):])) {
			return
		}
	}
}

// memberFieldsSize is what tags, lengths and numbers of a member take, rounded up.
const memberFieldsSize = 48

func encodeMember(m *rooms.Member) []byte {
	r := newRecord(memberFieldsSize + len(m.Role))
	r.text(tagMemberRole, string(m.Role))
	r.flag(tagMemberRemoved, m.Removed)
	r.text(tagMemberLeftAs, string(m.LeftAs))
	r.number(tagMemberBannedUntil, millis(m.BannedUntil))
	r.number(tagMemberSeq, m.Seq)
	r.number(tagMemberReadSeq, m.ReadSeq)
	r.text(tagMemberLevel, string(m.Alerts.Level))
	r.number(tagMemberMutedUntil, millis(m.Alerts.MutedUntil))
	if m.ReadSeq > 0 {
		r.number(tagMemberDelivered, m.DeliveredSeq)
	}
	return r
}

// decodeMember never fails: whom this version cannot read is taken for somebody who was
// removed, so that nobody enters a room by a damaged record. Archive.Faults names it, and
// rebuild makes it anew from the log.
func decodeMember(key, value []byte) rooms.Member {
	m, err := readMember(key, value)
	if err != nil {
		m = rooms.Member{RoomID: m.RoomID, UserID: m.UserID, Removed: true, Seq: m.Seq}
	}
	return m
}

func readMember(key, value []byte) (rooms.Member, error) {
	var m rooms.Member
	m.RoomID, m.UserID = splitMemberKey(key)
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagMemberRole:
			m.Role = rooms.Role(v)
		case tagMemberRemoved:
			m.Removed = number(v) != 0
		case tagMemberLeftAs:
			m.LeftAs = rooms.Role(v)
		case tagMemberBannedUntil:
			m.BannedUntil = time.UnixMilli(number(v)).UTC()
		case tagMemberSeq:
			m.Seq = number(v)
		case tagMemberReadSeq:
			m.ReadSeq = number(v)
		case tagMemberLevel:
			m.Alerts.Level = rooms.Level(v)
		case tagMemberMutedUntil:
			m.Alerts.MutedUntil = time.UnixMilli(number(v)).UTC()
		case tagMemberDelivered:
			m.DeliveredSeq = number(v)
		}
	})
	return m, err
}
