// Package archive writes a log with its rooms and accounts to a file of lines and
// reads it back, byte for byte the same, from any store to any store; and it holds a log
// to what can be worked out from it, and repairs that.
//
// The file is NDJSON: a header, then each room followed by its events, rooms ascending
// by id and events by seq, then the accounts ascending by name, then an end that counts
// them and carries the SHA-256 of all bytes before it.
//
// Concurrency: the functions may run beside instances that serve on the same database; what
// is written to a room after it was reached is not in it. Lifecycle: nothing outlives a
// call. Order and loss: Import writes nothing before the whole file was read, checked, and
// compared with the store; broken off, it is run again.
package archive

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// maxRoomText bounds a room's name and topic in bytes: much more than a page can show,
// much less than a line may have.
const maxRoomText = 8 << 10

// version is of the format. A reader refuses every other one.
const version = 1

// Store is what an archive is made of and read into.
type Store struct {
	Rooms    rooms.Store
	Accounts interface {
		auth.AccountStore
		auth.AccountArchive
	}
}

// line is one line of the file: exactly one of its members is there.
type line struct {
	Header  *header      `json:"roomstream,omitempty"`
	Room    *roomLine    `json:"room,omitempty"`
	Event   *eventLine   `json:"event,omitempty"`
	Account *accountLine `json:"account,omitempty"`
	End     *endLine     `json:"end,omitempty"`
}

type header struct {
	Version int    `json:"version"`
	LogID   string `json:"logId"`
}

type roomLine struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Type        string `json:"type"`
	Topic       string `json:"topic,omitempty"`
	CreatedAt   string `json:"createdAt,omitempty"`
	MinSeq      int64  `json:"minSeq,omitempty"`
	RetentionMs int64  `json:"retentionMs,omitempty"` // -1: for ever
	RemoveBelow int64  `json:"removeBelow,omitempty"`
	RemoveAt    string `json:"removeAt,omitempty"`
}

// eventLine is an event of the room before it. Data and Counts are the JSON texts as
// they are stored.
type eventLine struct {
	Seq        int64  `json:"seq"`
	ID         string `json:"id"`
	Type       string `json:"type,omitempty"`
	Author     string `json:"author,omitempty"`
	AuthorName string `json:"authorName,omitempty"`
	Timestamp  string `json:"timestamp,omitempty"`
	ClientID   string `json:"clientId,omitempty"`
	Text       string `json:"text,omitempty"`
	Parent     int64  `json:"parent,omitempty"`
	Data       string `json:"data,omitempty"`
	Target     int64  `json:"target,omitempty"`
	Emoji      string `json:"emoji,omitempty"`
	On         bool   `json:"on,omitempty"`
	Counts     string `json:"counts,omitempty"`
	Erased     bool   `json:"erased,omitempty"`
}

type accountLine struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	PasswordHash string   `json:"passwordHash"`
	Roles        []string `json:"roles,omitempty"`
	CreatedAt    string   `json:"createdAt,omitempty"`
}

type endLine struct {
	Rooms    int    `json:"rooms"`
	Events   int    `json:"events"`
	Accounts int    `json:"accounts"`
	SHA256   string `json:"sha256"`
}

func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(rooms.TimeFormat)
}

func parseTime(field, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(rooms.TimeFormat, text)
	if err != nil {
		return time.Time{}, rooms.BadField(field, "must be a time like %s", rooms.TimeFormat)
	}
	return t.UTC(), nil
}

func roomToLine(r rooms.Room) *roomLine {
	l := &roomLine{
		ID: string(r.ID), Name: r.Name, Type: r.Type, Topic: r.Topic, CreatedAt: formatTime(r.CreatedAt),
		MinSeq: r.MinSeq, RetentionMs: r.Retention.Milliseconds(), RemoveBelow: r.RemoveBelow, RemoveAt: formatTime(r.RemoveAt),
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
	case l.Type != rooms.TypePublic:
		return rooms.Room{}, rooms.BadField("type", "must be %s: this version knows no other", rooms.TypePublic)
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
	}
	r := rooms.Room{
		ID: id, Name: l.Name, Type: l.Type, Topic: l.Topic, MinSeq: l.MinSeq,
		Retention: time.Duration(l.RetentionMs) * time.Millisecond, RemoveBelow: l.RemoveBelow,
	}
	if l.RetentionMs < 0 {
		r.Retention = rooms.KeepForever
	}
	if r.CreatedAt, err = parseTime("createdAt", l.CreatedAt); err != nil {
		return rooms.Room{}, err
	}
	r.RemoveAt, err = parseTime("removeAt", l.RemoveAt)
	return r, err
}

func eventToLine(e *rooms.Event) *eventLine {
	return &eventLine{
		Seq: e.Seq, ID: e.ID.String(), Type: string(e.Type), Author: string(e.Author), AuthorName: e.AuthorName,
		Timestamp: formatTime(e.Timestamp), ClientID: e.ClientID, Text: e.Text, Parent: e.Parent, Data: e.Data,
		Target: e.Target, Emoji: e.Emoji, On: e.On, Counts: e.Counts, Erased: e.Erased,
	}
}

// event gives the event of a room, held to the limits of its type.
func (l *eventLine) event(room rooms.RoomID) (rooms.Event, error) {
	e := rooms.Event{
		RoomID: room, Seq: l.Seq, Type: rooms.EventType(l.Type), Author: auth.UserID(l.Author), AuthorName: l.AuthorName,
		ClientID: l.ClientID, Text: l.Text, Parent: l.Parent, Data: l.Data,
		Target: l.Target, Emoji: l.Emoji, On: l.On, Counts: l.Counts, Erased: l.Erased,
	}
	if n, err := hex.Decode(e.ID[:], []byte(l.ID)); err != nil || n != len(e.ID) || len(l.ID) != 2*len(e.ID) {
		return e, rooms.BadField("id", "must be %d hexadecimal digits", 2*len(e.ID))
	}
	var err error
	if e.Timestamp, err = parseTime("timestamp", l.Timestamp); err != nil {
		return e, err
	}
	if e.Type == rooms.TypeVoid {
		return e, nil
	}
	return e, rooms.CheckStored(&e)
}

func accountToLine(a auth.Account) *accountLine {
	return &accountLine{ID: string(a.ID), Name: a.Name, PasswordHash: a.PasswordHash, Roles: a.Roles, CreatedAt: formatTime(a.CreatedAt)}
}

func (l *accountLine) account() (auth.Account, error) {
	if err := auth.CheckUserID(l.ID); err != nil {
		return auth.Account{}, fmt.Errorf("id: %w", err)
	}
	if auth.NameKey(l.Name) == "" {
		return auth.Account{}, rooms.BadField("name", "must not be empty")
	}
	at, err := parseTime("createdAt", l.CreatedAt)
	return auth.Account{ID: auth.UserID(l.ID), Name: l.Name, PasswordHash: l.PasswordHash, Roles: l.Roles, CreatedAt: at}, err
}

// encode writes a line with its end.
func (l line) encode() ([]byte, error) {
	b, err := json.Marshal(l)
	return append(b, '\n'), err
}
