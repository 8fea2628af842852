package mongodb

import (
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// storedRoom is a room as it is stored.
type storedRoom struct {
	ID        string    `bson:"_id,omitempty"`
	Name      string    `bson:"name"`
	Type      string    `bson:"type"`
	Topic     string    `bson:"topic,omitempty"`
	CreatedAt time.Time `bson:"createdAt"`

	ReadOnly bool   `bson:"readOnly,omitempty"`
	SlowMode int64  `bson:"slowModeMs,omitempty"`
	Archived bool   `bson:"archived,omitempty"`
	Receipts bool   `bson:"receipts,omitempty"`
	Pins     string `bson:"pins,omitempty"`

	Direct    []string `bson:"direct,omitempty"` // two
	CreatedBy string   `bson:"createdBy,omitempty"`
	CreateKey string   `bson:"createKey,omitempty"`
	StateSeq  int64    `bson:"stateSeq,omitempty"`

	MinSeq      int64     `bson:"minSeq,omitempty"`
	Retention   int64     `bson:"retention,omitempty"` // milliseconds; -1: for ever
	RemoveBelow int64     `bson:"removeBelow,omitempty"`
	RemoveAt    time.Time `bson:"removeAt,omitempty"`
}

func storeRoom(r *rooms.Room) storedRoom {
	s := storedRoom{
		ID: string(r.ID), Name: r.Name, Type: r.Type, Topic: r.Topic, CreatedAt: r.CreatedAt,
		ReadOnly: r.ReadOnly, SlowMode: r.SlowMode.Milliseconds(), Archived: r.Archived, Receipts: r.Receipts, Pins: string(r.Pins),
		CreatedBy: string(r.CreatedBy), CreateKey: r.CreateKey, StateSeq: r.StateSeq,
		MinSeq: r.MinSeq, Retention: retentionMillis(r.Retention), RemoveBelow: r.RemoveBelow, RemoveAt: r.RemoveAt,
	}
	if r.Direct[0] != "" {
		s.Direct = []string{string(r.Direct[0]), string(r.Direct[1])}
	}
	return s
}

func (s *storedRoom) room() rooms.Room {
	r := rooms.Room{
		ID: rooms.RoomID(s.ID), Name: s.Name, Type: s.Type, Topic: s.Topic, CreatedAt: s.CreatedAt.UTC(),
		ReadOnly: s.ReadOnly, SlowMode: time.Duration(s.SlowMode) * time.Millisecond, Archived: s.Archived, Receipts: s.Receipts, Pins: rooms.Pins(s.Pins),
		CreatedBy: auth.UserID(s.CreatedBy), CreateKey: s.CreateKey, StateSeq: s.StateSeq,
		MinSeq: s.MinSeq, Retention: retentionOf(s.Retention), RemoveBelow: s.RemoveBelow,
	}
	if len(s.Direct) == len(r.Direct) {
		r.Direct = [2]auth.UserID{auth.UserID(s.Direct[0]), auth.UserID(s.Direct[1])}
	}
	if !s.RemoveAt.IsZero() {
		r.RemoveAt = s.RemoveAt.UTC()
	}
	return r
}

// retentionMillis gives milliseconds, and -1 for rooms.KeepForever.
func retentionMillis(keep time.Duration) int64 {
	if keep < 0 {
		return -1
	}
	return keep.Milliseconds()
}

func retentionOf(ms int64) time.Duration {
	if ms < 0 {
		return rooms.KeepForever
	}
	return time.Duration(ms) * time.Millisecond
}
