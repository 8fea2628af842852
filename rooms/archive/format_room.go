package archive

import (
	"math"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

func roomToLine(r rooms.Room) *roomLine {
	l := &roomLine{
		ID: string(r.ID), Name: r.Name, Type: r.Type, Topic: r.Topic, CreatedAt: formatTime(r.CreatedAt),
		MinSeq: r.MinSeq, RetentionMs: r.Retention.Milliseconds(), RemoveBelow: r.RemoveBelow, RemoveAt: formatTime(r.RemoveAt),
		ReadOnly: r.ReadOnly, SlowModeMs: r.SlowMode.Milliseconds(), Archived: r.Archived, Receipts: r.Receipts, Pins: string(r.Pins),
		CreatedBy: string(r.CreatedBy), CreateKey: r.CreateKey, StateSeq: r.StateSeq,
	}
	if r.Direct != [2]auth.UserID{} {
		l.Direct = []string{string(r.Direct[0]), string(r.Direct[1])}
	}
	if r.Retention < 0 {
		l.RetentionMs = -1
	}
	return l
}

func (l *roomLine) room() (rooms.Room, error) {
	id, err := rooms.ParseRoomID(l.ID)
	if err != nil {
		return rooms.Room{}, err
	}
	switch {
	case l.Type != rooms.TypePublic && l.Type != rooms.TypePrivate && l.Type != rooms.TypeDirect:
		return rooms.Room{}, rooms.BadField("type", "must be %s, %s or %s: this version knows no other", rooms.TypePublic, rooms.TypePrivate, rooms.TypeDirect)
	case len(l.Name) > maxRoomText:
		return rooms.Room{}, rooms.BadField("name", "must be at most %d bytes", maxRoomText)
	case len(l.Topic) > maxRoomText:
		return rooms.Room{}, rooms.BadField("topic", "must be at most %d bytes", maxRoomText)
	case l.MinSeq < 0 || l.MinSeq > rooms.MaxSeq:
		return rooms.Room{}, rooms.BadField("minSeq", "must be from 0 below 2^53")
	case l.RemoveBelow < 0 || l.RemoveBelow > max(l.MinSeq, 1):
		return rooms.Room{}, rooms.BadField("removeBelow", "must be from 0 to minSeq")
	case l.RetentionMs < -1 || l.RetentionMs > math.MaxInt64/int64(time.Millisecond):
		return rooms.Room{}, rooms.BadField("retentionMs", "must be a number of milliseconds, or -1 for ever")
	case l.SlowModeMs < 0 || l.SlowModeMs > rooms.MaxSlowMode.Milliseconds():
		return rooms.Room{}, rooms.BadField("slowModeMs", "must be from 0 to %d", rooms.MaxSlowMode.Milliseconds())
	case l.StateSeq < 0 || l.StateSeq > rooms.MaxSeq:
		return rooms.Room{}, rooms.BadField("stateSeq", "must be from 0 below 2^53")
	case len(l.CreateKey) > maxRoomText:
		return rooms.Room{}, rooms.BadField("createKey", "must be at most %d bytes", maxRoomText)
	}
	r := rooms.Room{
		ID: id, Name: l.Name, Type: l.Type, Topic: l.Topic, MinSeq: l.MinSeq,
		Retention: time.Duration(l.RetentionMs) * time.Millisecond, RemoveBelow: l.RemoveBelow,
		ReadOnly: l.ReadOnly, SlowMode: time.Duration(l.SlowModeMs) * time.Millisecond, Archived: l.Archived, Receipts: l.Receipts, Pins: rooms.Pins(l.Pins),
		CreatedBy: auth.UserID(l.CreatedBy), CreateKey: l.CreateKey, StateSeq: l.StateSeq,
	}
	if l.RetentionMs < 0 {
		r.Retention = rooms.KeepForever
	}
	if err := r.Pins.Check(); err != nil {
		return rooms.Room{}, err
	}
	if r.Direct, err = l.pair(); err != nil {
		return rooms.Room{}, err
	}
	if r.CreatedAt, err = parseTime("createdAt", l.CreatedAt); err != nil {
		return rooms.Room{}, err
	}
	r.RemoveAt, err = parseTime("removeAt", l.RemoveAt)
	return r, err
}

// pair gives the two users of a direct room, and nobody of any other.
func (l *roomLine) pair() ([2]auth.UserID, error) {
	var pair [2]auth.UserID
	if l.CreatedBy != "" {
		if err := auth.CheckUserID(l.CreatedBy); err != nil {
			return pair, rooms.BadField("createdBy", "%v", err)
		}
	}
	want := 0
	if l.Type == rooms.TypeDirect {
		want = len(pair)
	}
	if len(l.Direct) != want {
		return pair, rooms.BadField("direct", "must be the %d users of a direct room, and of no other", len(pair))
	}
	for i, user := range l.Direct {
		if err := auth.CheckUserID(user); err != nil {
			return pair, rooms.BadField("direct", "%v", err)
		}
		pair[i] = auth.UserID(user)
	}
	if pair[0] > pair[1] {
		return pair, rooms.BadField("direct", "must be ascending")
	}
	return pair, nil
}
