package archive

import (
	"encoding/hex"

	"roomstream/auth"
	"roomstream/rooms"
)

func eventToLine(e *rooms.Event) *eventLine {
	return &eventLine{
		Seq: e.Seq, ID: e.ID.String(), Type: string(e.Type), Author: string(e.Author), AuthorName: e.AuthorName,
		Timestamp: formatTime(e.Timestamp), ClientID: e.ClientID, Text: e.Text, Parent: e.Parent, Data: e.Data,
		Target: e.Target, Emoji: e.Emoji, On: e.On, Counts: e.Counts, Erased: e.Erased,
		Mentions: e.Mentions, Attachments: e.Attachments,
		Subject: string(e.Subject), Role: string(e.Role), Was: string(e.Was), Until: formatTime(e.Until), Settings: e.Settings,
	}
}

// event gives the event of a room, held to the limits of its type.
func (l *eventLine) event(room rooms.RoomID) (rooms.Event, error) {
	e := rooms.Event{
		RoomID: room, Seq: l.Seq, Type: rooms.EventType(l.Type), Author: auth.UserID(l.Author), AuthorName: l.AuthorName,
		ClientID: l.ClientID, Text: l.Text, Parent: l.Parent, Data: l.Data,
		Target: l.Target, Emoji: l.Emoji, On: l.On, Counts: l.Counts, Erased: l.Erased,
		Mentions: l.Mentions, Attachments: l.Attachments,
		Subject: auth.UserID(l.Subject), Role: rooms.Role(l.Role), Was: rooms.Role(l.Was), Settings: l.Settings,
	}
	if n, err := hex.Decode(e.ID[:], []byte(l.ID)); err != nil || n != len(e.ID) || len(l.ID) != 2*len(e.ID) {
		return e, rooms.BadField("id", "must be %d hexadecimal digits", 2*len(e.ID))
	}
	var err error
	if e.Timestamp, err = parseTime("timestamp", l.Timestamp); err != nil {
		return e, err
	}
	if e.Until, err = parseTime("until", l.Until); err != nil {
		return e, err
	}
	if e.Type == rooms.TypeVoid {
		return e, nil
	}
	return e, rooms.CheckStored(&e)
}

// memberToLine gives what the events from first on do not say of a member; nil: they say all.
func memberToLine(m rooms.Member, first int64) *memberLine {
	l := &memberLine{UserID: string(m.UserID), ReadSeq: m.ReadSeq, Delivered: m.DeliveredSeq, Level: string(m.Alerts.Level), MutedUntil: formatTime(m.Alerts.MutedUntil)}
	if m.Seq > 0 && m.Seq < first {
		l.Role, l.Removed, l.LeftAs, l.BannedUntil, l.Seq = string(m.Role), m.Removed, string(m.LeftAs), formatTime(m.BannedUntil), m.Seq
	}
	if l.Seq == 0 && l.ReadSeq == 0 && m.Alerts == (rooms.Alerts{}) {
		return nil
	}
	return l
}

// member gives the member of a room, held to what an export writes.
func (l *memberLine) member(room rooms.Room) (rooms.Member, error) {
	m := rooms.Member{
		RoomID: room.ID, UserID: auth.UserID(l.UserID), Role: rooms.Role(l.Role), Removed: l.Removed, LeftAs: rooms.Role(l.LeftAs),
		Seq: l.Seq, ReadSeq: l.ReadSeq, DeliveredSeq: l.Delivered,
	}
	if err := auth.CheckUserID(l.UserID); err != nil {
		return m, rooms.BadField("userId", "%v", err)
	}
	says := l.Role != "" || l.Removed || l.LeftAs != "" || l.BannedUntil != ""
	switch {
	case !m.Role.Known():
		return m, rooms.BadField("role", "is not known")
	case m.LeftAs != rooms.RoleNone && (m.LeftAs != rooms.RoleReader || l.Role != ""):
		return m, rooms.BadField("leftAs", "must be %s, of somebody who has no role", rooms.RoleReader)
	case l.Removed && (l.Role != "" || l.BannedUntil != ""):
		return m, rooms.BadField("removed", "goes with no role and no ban")
	case l.Seq < 0 || l.Seq >= max(room.MinSeq, 1):
		return m, rooms.BadField("seq", "must be below the room's minSeq: the events from there on say what he is")
	case says && l.Seq == 0:
		return m, rooms.BadField("seq", "must be there: it says which event made him so")
	case l.ReadSeq < 0 || l.ReadSeq > rooms.MaxSeq:
		return m, rooms.BadField("readSeq", "must be from 0 below 2^53")
	case l.Delivered < 0 || l.Delivered > rooms.MaxSeq || l.Delivered > 0 && l.ReadSeq == 0:
		return m, rooms.BadField("deliveredSeq", "must be from 0 below 2^53, and goes with a readSeq")
	case !rooms.Level(l.Level).Known():
		return m, rooms.BadField("level", "is not known")
	}
	m.Alerts.Level = rooms.Level(l.Level)
	var err error
	if m.Alerts.MutedUntil, err = parseTime("mutedUntil", l.MutedUntil); err != nil {
		return m, err
	}
	m.BannedUntil, err = parseTime("bannedUntil", l.BannedUntil)
	return m, err
}
