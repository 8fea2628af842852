// Package archive writes a log with all that is kept beside it to a file of lines and reads
// it back, byte for byte the same, from any store to any store; and it holds a log to what
// can be worked out from it, and repairs that.
//
// The file is NDJSON: a header, then each room followed by its events and its members,
// rooms ascending by id, events by seq and members by user, then the accounts ascending by
// name, then the things of each of the kinds in their order, ascending by their keys (see
// package kept), then an end that counts them all and carries the SHA-256 of all bytes before
// it. A member's line holds what no event of the file says: how far he has read, and what he
// is by an event that was trimmed. The kinds are profiles, notifications, invitations,
// reports, the audit log, files' records, keys of bots and incoming hooks, revocations of tokens, webhooks, their
// cursors, declared streams and their rules. The contents of files are files of a folder. What
// is of the moment is left out: presence, signals, heartbeats, claims of cursors, revoked keys,
// and files that are being written or removed.
//
// Concurrency: the functions may run beside instances that serve on the same database; what
// is written to a room after it was reached is not in it. Import writes the members of a room
// from several goroutines. Lifecycle: nothing outlives a call. Order and loss: Import writes nothing before the whole file was read, checked, and
// compared with the store; broken off, it is run again.
package archive

import (
	"encoding/json"
	"fmt"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/kept"
)

// maxRoomText bounds a room's name and topic in bytes: much more than a page can show,
// much less than a line may have.
const maxRoomText = 8 << 10

// version is of the format. A reader refuses later ones. Version 1 has no members, and rooms
// and events without what has to do with them; 2 has no kinds behind the accounts.
const version = 3

// Store is what an archive is made of and read into.
type Store struct {
	Rooms    rooms.Store
	Accounts interface {
		auth.AccountStore
		auth.AccountArchive
	}
	Kept kept.Tables
}

// line is one line of the file that is not of a kind: exactly one of its members is there.
type line struct {
	Header  *header      `json:"roomstream,omitempty"`
	Room    *roomLine    `json:"room,omitempty"`
	Event   *eventLine   `json:"event,omitempty"`
	Member  *memberLine  `json:"member,omitempty"`
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

	ReadOnly   bool     `json:"readOnly,omitempty"`
	SlowModeMs int64    `json:"slowModeMs,omitempty"`
	Archived   bool     `json:"archived,omitempty"`
	Receipts   bool     `json:"receipts,omitempty"`
	Pins       string   `json:"pins,omitempty"`   // as they are stored
	Direct     []string `json:"direct,omitempty"` // none or two
	CreatedBy  string   `json:"createdBy,omitempty"`
	CreateKey  string   `json:"createKey,omitempty"`
	StateSeq   int64    `json:"stateSeq,omitempty"`
}

// eventLine is an event of the room before it. Data, Counts, Mentions, Attachments and
// Settings are the JSON texts as they are stored.
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

	Mentions    string `json:"mentions,omitempty"`
	Attachments string `json:"attachments,omitempty"`
	Subject     string `json:"subject,omitempty"`
	Role        string `json:"role,omitempty"`
	Was         string `json:"was,omitempty"`
	Until       string `json:"until,omitempty"`
	Settings    string `json:"settings,omitempty"`

	Erased bool `json:"erased,omitempty"`
}

// memberLine is a user of the room before it.
type memberLine struct {
	UserID      string `json:"userId"`
	Role        string `json:"role,omitempty"`
	Removed     bool   `json:"removed,omitempty"`
	LeftAs      string `json:"leftAs,omitempty"`
	BannedUntil string `json:"bannedUntil,omitempty"`
	Seq         int64  `json:"seq,omitempty"` // of the trimmed event that made him so; 0: the events say what he is
	ReadSeq     int64  `json:"readSeq,omitempty"`
	Delivered   int64  `json:"deliveredSeq,omitempty"`
	Level       string `json:"level,omitempty"`
	MutedUntil  string `json:"mutedUntil,omitempty"`
}

type accountLine struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	PasswordHash string   `json:"passwordHash"`
	Roles        []string `json:"roles,omitempty"`
	CreatedAt    string   `json:"createdAt,omitempty"`
}

type endLine struct {
	Counts
	SHA256 string `json:"sha256"`
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
func encode(l any) ([]byte, error) {
	b, err := json.Marshal(l)
	return append(b, '\n'), err
}
