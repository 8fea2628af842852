package embedded

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
	"roomstream/rooms"
)

// Members keeps who is what in which room.
type Members struct{ file *file }

var _ rooms.Members = (*Members)(nil)

// Change stores all of a change in one transaction, or nothing of it.
func (m *Members) Change(ctx context.Context, c rooms.Change) error {
	if err := checkChange(&c); err != nil {
		return fmt.Errorf("change room %s: %w", c.Room.ID, err)
	}
	entries := make([]entry, len(c.Events))
	told := make([]rooms.Arrival, len(c.Events))
	for i, e := range c.Events {
		entries[i], told[i] = newEntry(e), rooms.Arrival{Event: *e}
	}
	c.Members = slices.Clone(c.Members) // it may be written when its caller has gone
	w := &change{events: len(entries) + len(c.Members)}
	w.apply = func(tx *bolt.Tx) (answer, err error) {
		// What is put before an answer stays, so nothing is put before all is checked.
		room, answer := judged(tx, &c)
		if answer != nil {
			return answer, nil
		}
		if dup := taken(tx, entries); dup != nil {
			return dup, nil
		}
		w.told = told
		return nil, putChange(tx, room, entries, c.Members)
	}
	return m.file.write(ctx, w)
}

// checkChange keeps out what would break the keys, or mix rooms.
func checkChange(c *rooms.Change) error {
	if _, err := rooms.ParseRoomID(string(c.Room.ID)); err != nil {
		return err
	}
	if len(c.Events) == 0 {
		return rooms.BadField("events", "must hold one at least")
	}
	for i, e := range c.Events {
		if err := checkNumbered(e); err != nil {
			return err
		}
		if e.RoomID != c.Room.ID || i > 0 && e.Seq <= c.Events[i-1].Seq {
			return rooms.BadField("events", "must be of the one room, ascending")
		}
	}
	for i := range c.Members {
		if c.Members[i].RoomID != c.Room.ID {
			return rooms.BadField("members", "must be of the one room")
		}
		if err := checkMember(&c.Members[i]); err != nil {
			return err
		}
	}
	return nil
}

// judged gives the room as it is to be written, or why the change may not be stored.
func judged(tx *bolt.Tx, c *rooms.Change) (rooms.Room, error) {
	value := tx.Bucket(bucketRooms).Get([]byte(c.Room.ID))
	if (value == nil) != c.Create {
		return rooms.Room{}, rooms.ErrOvertaken
	}
	if c.Create {
		return c.Room, nil
	}
	room, err := decodeRoom(c.Room.ID, value)
	if err != nil {
		return rooms.Room{}, err
	}
	if room.StateSeq != c.Base {
		return rooms.Room{}, rooms.ErrOvertaken
	}
	room.Set(c.Room.Settings()) // all else, as MinSeq, is changed by others meanwhile
	room.StateSeq = c.Room.StateSeq
	return room, nil
}

// putChange writes what was judged and checked. An error of it is one of the disk.
func putChange(tx *bolt.Tx, room rooms.Room, entries []entry, members []rooms.Member) error {
	for i := range entries {
		if err := putEntry(tx, &entries[i]); err != nil {
			return err
		}
	}
	for i := range members {
		m := members[i]
		there := getMember(tx, m.RoomID, m.UserID)
		m.ReadSeq, m.DeliveredSeq, m.Alerts = max(m.ReadSeq, there.ReadSeq), there.DeliveredSeq, there.Alerts
		if err := putMember(tx, &m); err != nil {
			return err
		}
	}
	return tx.Bucket(bucketRooms).Put([]byte(room.ID), encodeRoom(room))
}

// Member returns a user's standing in a room.
func (m *Members) Member(ctx context.Context, room rooms.RoomID, user auth.UserID) (rooms.Member, error) {
	var member rooms.Member
	err := m.file.read(ctx, func(tx *bolt.Tx) error {
		member = getMember(tx, room, user)
		return nil
	})
	if err != nil {
		return rooms.Member{}, fmt.Errorf("read %s's standing in %s: %w", user, room, err)
	}
	return member, nil
}

// Members returns members of a room ascending by UserID. It passes all of the room's above
// After until it has its limit.
func (m *Members) Members(ctx context.Context, room rooms.RoomID, q rooms.MemberQuery) ([]rooms.Member, error) {
	var found []rooms.Member
	err := m.file.read(ctx, func(tx *bolt.Tx) error {
		if q.Users != nil {
			found = someMembers(tx, room, &q)
			return nil
		}
		cursor, prefix := tx.Bucket(bucketMembers).Cursor(), roomPrefix(room)
		from := memberKey(room, q.After)
		for key, value := cursor.Seek(from); bytes.HasPrefix(key, prefix) && len(found) < q.Limit; key, value = cursor.Next() {
			member := decodeMember(key, value)
			if member.UserID > q.After && selects(&q, &member) {
				found = append(found, member)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the members of %s: %w", room, err)
	}
	return found, nil
}

// someMembers looks up each of q.Users.
func someMembers(tx *bolt.Tx, room rooms.RoomID, q *rooms.MemberQuery) []rooms.Member {
	var found []rooms.Member
	users := slices.Sorted(slices.Values(q.Users))
	for _, user := range slices.Compact(users) {
		if member := getMember(tx, room, user); user > q.After && len(found) < q.Limit && selects(q, &member) {
			found = append(found, member)
		}
	}
	return found
}

func selects(q *rooms.MemberQuery, m *rooms.Member) bool {
	switch {
	case q.Known:
		return m.Seq != 0 || m.ReadSeq != 0 || m.Alerts != (rooms.Alerts{})
	case q.Level != rooms.LevelDefault:
		return m.Alerts.Level == q.Level
	case q.Readers:
		return m.ReadSeq > 0
	case q.Role != rooms.RoleNone:
		return m.Role == q.Role
	}
	return m.Seq != 0
}

// PutMember writes a member as given.
func (m *Members) PutMember(ctx context.Context, member rooms.Member) error {
	if _, err := rooms.ParseRoomID(string(member.RoomID)); err != nil {
		return err
	}
	if err := checkMember(&member); err != nil {
		return err
	}
	err := m.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		return nil, putMember(tx, &member)
	}})
	if err != nil {
		return fmt.Errorf("write %s's standing in %s: %w", member.UserID, member.RoomID, err)
	}
	return nil
}

// EraseMember forgets how far a user has read and what he has set, in some rooms by each transaction.
func (m *Members) EraseMember(ctx context.Context, user auth.UserID) (int, error) {
	total := 0
	for {
		n := 0
		err := m.file.write(ctx, &change{events: scanEvents, apply: func(tx *bolt.Tx) (answer, err error) {
			n = 0
			for _, member := range readings(tx, user, scanEvents) {
				member.ReadSeq, member.Alerts = 0, rooms.Alerts{}
				if err := putMember(tx, &member); err != nil {
					return nil, err
				}
				n++
			}
			return nil, nil
		}})
		if err != nil {
			return total, fmt.Errorf("forget how far %s has read: %w", user, err)
		}
		if total += n; n == 0 {
			return total, nil
		}
	}
}

// readings gives at most limit of a user's members that have read or set something.
func readings(tx *bolt.Tx, user auth.UserID, limit int) []rooms.Member {
	var found []rooms.Member
	eachRoomOf(tx, user, func(room rooms.RoomID) bool {
		if member := getMember(tx, room, user); member.ReadSeq > 0 || member.Alerts != (rooms.Alerts{}) {
			found = append(found, member)
		}
		return len(found) < limit
	})
	return found
}
