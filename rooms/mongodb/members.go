package mongodb

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms"
)

// Members keeps who is what in which room.
type Members struct{ *Store }

var _ rooms.Members = (*Members)(nil)

// The indexes of members by which a room's are listed.
const (
	indexMember   = "room_user"
	indexStanding = "room_standing"
	indexReader   = "room_reader"
	indexRole     = "room_role"
	indexLevel    = "room_level"
)

// memberIndexes keep a user single in a room, and find his rooms, those of a room who have a
// standing or a role, those who have read something, and those who have set a level: in a public
// room most have read and nothing else.
func memberIndexes() []index {
	return []index{
		{name: indexMember, key: keys("roomId", "userId"), unique: true},
		{name: "user_room", key: keys("userId", "roomId")},
		{name: indexStanding, key: keys("roomId", "userId", "seq"), partial: field("seq", field("$gt", int32(0)))},
		{name: indexReader, key: keys("roomId", "userId"), partial: field("readSeq", field("$gt", int32(0)))},
		{name: indexRole, key: keys("roomId", "role", "userId"), partial: exists("role")},
		{name: indexLevel, key: keys("roomId", "level", "userId"), partial: exists("level")},
	}
}

// storedMember is a member as he is stored. What is zero is absent: the partial indexes ask
// for it.
type storedMember struct {
	RoomID      string    `bson:"roomId"`
	UserID      string    `bson:"userId"`
	Role        string    `bson:"role,omitempty"`
	Removed     bool      `bson:"removed,omitempty"`
	LeftAs      string    `bson:"leftAs,omitempty"`
	BannedUntil time.Time `bson:"bannedUntil,omitempty"`
	Seq         int64     `bson:"seq,omitempty"`
	ReadSeq     int64     `bson:"readSeq,omitempty"`
	Delivered   int64     `bson:"deliveredSeq,omitempty"`
	Level       string    `bson:"level,omitempty"`
	MutedUntil  time.Time `bson:"mutedUntil,omitempty"`
}

func (s *storedMember) member() rooms.Member {
	m := rooms.Member{
		RoomID: rooms.RoomID(s.RoomID), UserID: auth.UserID(s.UserID), Role: rooms.Role(s.Role),
		Removed: s.Removed, LeftAs: rooms.Role(s.LeftAs), Seq: s.Seq, ReadSeq: s.ReadSeq, DeliveredSeq: s.Delivered,
	}
	if !s.BannedUntil.IsZero() {
		m.BannedUntil = s.BannedUntil.UTC()
	}
	m.Alerts.Level = rooms.Level(s.Level)
	if !s.MutedUntil.IsZero() {
		m.Alerts.MutedUntil = s.MutedUntil.UTC()
	}
	return m
}

// storeMember makes an update of one that may not be there, but for ReadSeq, DeliveredSeq and Alerts.
func storeMember(m *rooms.Member) update {
	var u update
	u.text("role", string(m.Role))
	u.flag("removed", m.Removed)
	u.text("leftAs", string(m.LeftAs))
	u.put("bannedUntil", m.BannedUntil, m.BannedUntil.IsZero())
	u.put("seq", m.Seq, m.Seq == 0)
	return u
}

// update sets fields, and removes those that are zero.
type update struct{ set, unset bson.D }

func (u *update) put(name string, value any, zero bool) {
	if zero {
		u.unset = append(u.unset, bson.E{Key: name, Value: ""})
		return
	}
	u.set = append(u.set, bson.E{Key: name, Value: value})
}

func (u *update) alerts(a rooms.Alerts) {
	u.text("level", string(a.Level))
	u.put("mutedUntil", a.MutedUntil, a.MutedUntil.IsZero())
}

func (u *update) text(name, value string)      { u.put(name, value, value == "") }
func (u *update) flag(name string, value bool) { u.put(name, value, !value) }

// document gives the update as the driver takes it.
func (u *update) document() bson.D {
	var d bson.D
	if len(u.set) > 0 {
		d = append(d, bson.E{Key: "$set", Value: u.set})
	}
	if len(u.unset) > 0 {
		d = append(d, bson.E{Key: "$unset", Value: u.unset})
	}
	return d
}

// memberOf matches one user in one room.
func memberOf(room rooms.RoomID, user auth.UserID) bson.D {
	return bson.D{{Key: "roomId", Value: string(room)}, {Key: "userId", Value: string(user)}}
}

// known matches those of whom something is known.
func known() bson.E {
	return bson.E{Key: "$or", Value: bson.A{
		field("seq", field("$gt", 0)), field("readSeq", field("$gt", 0)), exists("level"), exists("mutedUntil"),
	}}
}

func checkMember(room rooms.RoomID, user auth.UserID) error {
	if _, err := rooms.ParseRoomID(string(room)); err != nil {
		return err
	}
	if err := auth.CheckUserID(string(user)); err != nil {
		return rooms.BadField("userId", "%v", err)
	}
	return nil
}

// Member returns a user's standing in a room.
func (m *Members) Member(ctx context.Context, room rooms.RoomID, user auth.UserID) (rooms.Member, error) {
	ctx, cancel := m.reading(ctx)
	defer cancel()
	var found storedMember
	err := m.members.FindOne(ctx, memberOf(room, user)).Decode(&found)
	if isNotFound(err) {
		return rooms.Member{RoomID: room, UserID: user}, nil
	}
	if err != nil {
		return rooms.Member{}, fail(fmt.Sprintf("read a member of %s", room), err)
	}
	return found.member(), nil
}

// selecting matches the members that a query asks for.
func selecting(room rooms.RoomID, q *rooms.MemberQuery) bson.D {
	which := field("$gt", string(q.After))
	if q.Users != nil {
		which = append(which, bson.E{Key: "$in", Value: texts(q.Users)})
	}
	filter := bson.D{{Key: "roomId", Value: string(room)}, {Key: "userId", Value: which}}
	switch {
	case q.Known:
		return filter
	case q.Level != rooms.LevelDefault:
		return append(filter, bson.E{Key: "level", Value: string(q.Level)})
	case q.Readers:
		return append(filter, bson.E{Key: "readSeq", Value: field("$gt", int32(0))})
	case q.Role != rooms.RoleNone:
		return append(filter, bson.E{Key: "role", Value: string(q.Role)})
	}
	return append(filter, bson.E{Key: "seq", Value: field("$gt", int32(0))})
}

// Members returns members of a room ascending by UserID.
func (m *Members) Members(ctx context.Context, room rooms.RoomID, q rooms.MemberQuery) ([]rooms.Member, error) {
	if q.Limit < 1 {
		return nil, ctx.Err()
	}
	filter := selecting(room, &q)
	found, err := m.list(ctx, filter, "userId", q.Limit)
	if err != nil {
		return nil, fail(fmt.Sprintf("list the members of %s", room), err)
	}
	return found, nil
}

// list reads members, ascending by a field.
func (s *Store) list(ctx context.Context, filter bson.D, order string, limit int) ([]rooms.Member, error) {
	ctx, cancel := s.reading(ctx)
	defer cancel()
	cursor, err := s.members.Find(ctx, filter, options.Find().SetSort(field(order, 1)).SetLimit(int64(limit)))
	var found []storedMember
	if err == nil {
		err = cursor.All(ctx, &found)
	}
	if err != nil {
		return nil, err
	}
	list := make([]rooms.Member, len(found))
	for i := range found {
		list[i] = found[i].member()
	}
	return list, nil
}

// PutMember writes a member as given.
func (m *Members) PutMember(ctx context.Context, member rooms.Member) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := checkMember(member.RoomID, member.UserID); err != nil {
		return err
	}
	u := storeMember(&member)
	u.put("readSeq", member.ReadSeq, member.ReadSeq == 0)
	u.put("deliveredSeq", member.DeliveredSeq, member.DeliveredSeq == 0 || member.ReadSeq == 0)
	u.alerts(member.Alerts)
	ctx, cancel := m.writing(ctx)
	defer cancel()
	_, err := m.upsertMember(ctx, member.RoomID, member.UserID, u.document())
	return fail(fmt.Sprintf("write a member of %s", member.RoomID), err)
}

// upsertMember changes a member, who is made if he is not there, and gives him as he is then.
func (s *Store) upsertMember(ctx context.Context, room rooms.RoomID, user auth.UserID, update bson.D) (rooms.Member, error) {
	var there storedMember
	opts := options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)
	upsert := func() error {
		return s.members.FindOneAndUpdate(ctx, memberOf(room, user), update, opts).Decode(&there)
	}
	err := upsert()
	if isDuplicate(err) { // another one was faster: now he is there
		err = upsert()
	}
	return there.member(), err
}

// EraseMember takes away how far a user has read, and what he has set. Of whom nothing else is known no document
// is left.
func (m *Members) EraseMember(ctx context.Context, user auth.UserID) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), scanTimeout)
	defer cancel()
	n, err := m.forget(ctx, field("userId", string(user)))
	return n, fail("forget how far a user has read", err)
}

// ownFields are those of a member that are his own, and no log's.
func ownFields() []string { return []string{"readSeq", "deliveredSeq", "level", "mutedUntil"} }

// forget takes what is his own from those that match, and returns from how many.
func (s *Store) forget(ctx context.Context, filter bson.D) (int, error) {
	var own bson.A
	var unset bson.D
	for _, name := range ownFields() {
		own, unset = append(own, exists(name)), append(unset, bson.E{Key: name, Value: ""})
	}
	some := append(filter[:len(filter):len(filter)], bson.E{Key: "$or", Value: own})
	result, err := s.members.UpdateMany(ctx, some, field("$unset", unset))
	if err != nil {
		return 0, err
	}
	return int(result.ModifiedCount), s.dropEmpty(ctx, filter)
}

// dropEmpty removes those that match of whom nothing is known.
func (s *Store) dropEmpty(ctx context.Context, filter bson.D) error {
	nothing := append(filter[:len(filter):len(filter)], bson.E{Key: "seq", Value: field("$exists", false)})
	for _, name := range ownFields() {
		nothing = append(nothing, bson.E{Key: name, Value: field("$exists", false)})
	}
	_, err := s.members.DeleteMany(ctx, nothing)
	return err
}
