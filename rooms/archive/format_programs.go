package archive

import (
	"bytes"
	"encoding/hex"
	"encoding/json"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/hooks"
	"roomstream/rooms/kept"
)

// The lines of how programs come in and are told: keys, webhooks and their cursors, and of
// documents that are not this program's.

// keyLine has, of the key, only its SHA-256.
type keyLine struct {
	ID         string   `json:"id"`
	Kind       string   `json:"kind"`
	Hash       string   `json:"hash"` // hexadecimal
	Name       string   `json:"name"`
	Rooms      []string `json:"rooms,omitempty"`
	Everywhere bool     `json:"everywhere,omitempty"`
	PostOnly   bool     `json:"postOnly,omitempty"`
	CreatedBy  string   `json:"createdBy"`
	CreatedAt  string   `json:"createdAt"`
}

func keyToLine(k *auth.Key) (any, error) {
	return keyLine{
		string(k.ID), string(k.Kind), hex.EncodeToString(k.Hash[:]), k.Name, k.Rooms, k.Rooms == nil, k.PostOnly, string(k.CreatedBy), formatTime(k.CreatedAt),
	}, nil
}

func (l *keyLine) thing() (k auth.Key, err error) {
	k = auth.Key{
		ID: auth.UserID(l.ID), Kind: auth.Kind(l.Kind), Name: l.Name, Rooms: l.Rooms, PostOnly: l.PostOnly, CreatedBy: auth.UserID(l.CreatedBy),
	}
	if err := checkUser("id", l.ID); err != nil {
		return k, err
	}
	switch {
	case k.Kind != auth.KindBot && k.Kind != auth.KindHook:
		return k, rooms.BadField("kind", "must be %s or %s", auth.KindBot, auth.KindHook)
	case l.Everywhere && l.Rooms != nil:
		return k, rooms.BadField("everywhere", "goes with no rooms")
	case !l.Everywhere && k.Rooms == nil:
		k.Rooms = []string{} // nowhere
	}
	for _, room := range l.Rooms {
		if _, err := rooms.ParseRoomID(room); err != nil {
			return k, rooms.BadField("rooms", "must be ids of rooms")
		}
	}
	if k.Hash, err = parseHash("hash", l.Hash); err != nil {
		return k, err
	}
	k.CreatedAt, err = parseTime("createdAt", l.CreatedAt)
	return k, err
}

// revocationLine is of a user's tokens, of one, or of a user who is, or was, disabled.
type revocationLine struct {
	User     string `json:"user,omitempty"`
	Token    string `json:"jti,omitempty"`
	At       string `json:"at"`
	Until    string `json:"until,omitempty"`
	Disabled bool   `json:"disabled,omitempty"`
	Lifted   string `json:"lifted,omitempty"`
}

func revocationToLine(r *auth.Revocation) (any, error) {
	return revocationLine{string(r.User), r.TokenID, formatTime(r.At), formatTime(r.Until), r.Disabled, formatTime(r.Lifted)}, nil
}

func (l *revocationLine) thing() (r auth.Revocation, err error) {
	r = auth.Revocation{User: auth.UserID(l.User), TokenID: l.Token, Disabled: l.Disabled}
	switch {
	case (l.User == "") == (l.Token == ""):
		return r, rooms.BadField("jti", "must be given, or user, and not both")
	case len(l.Token) > auth.MaxTokenID:
		return r, rooms.BadField("jti", "must be at most %d bytes", auth.MaxTokenID)
	case (l.Token == "") != (l.Until == ""):
		return r, rooms.BadField("until", "goes with jti")
	case l.Disabled && l.User == "":
		return r, rooms.BadField("disabled", "goes with user")
	case l.Lifted != "" && !l.Disabled:
		return r, rooms.BadField("lifted", "goes with disabled")
	case l.At == "":
		return r, rooms.BadField("at", "must be given")
	}
	if l.User != "" {
		if err := checkUser("user", l.User); err != nil {
			return r, err
		}
	}
	if r.At, err = parseTime("at", l.At); err != nil {
		return r, err
	}
	if l.Until != "" {
		r.Until, err = parseTime("until", l.Until)
	}
	if l.Lifted != "" {
		r.Lifted, err = parseTime("lifted", l.Lifted)
	}
	return r, err
}

// webhookLine has the secret as it is stored: sealed with what -jwt-secret gives.
type webhookLine struct {
	ID        string       `json:"id"`
	URL       string       `json:"url"`
	Room      string       `json:"room,omitempty"` // none: all
	Events    []string     `json:"events,omitempty"`
	Sealed    []byte       `json:"sealed"`
	CreatedBy string       `json:"createdBy"`
	CreatedAt string       `json:"createdAt"`
	Revision  int64        `json:"revision,omitempty"`
	Failed    *failureLine `json:"failed,omitempty"`
}

type failureLine struct {
	At     string `json:"at"`
	Reason string `json:"reason"`
	Room   string `json:"room"`
	Seq    int64  `json:"seq"`
}

func webhookToLine(h *hooks.Hook) (any, error) {
	l := webhookLine{h.ID, h.URL, string(h.Room), h.Events, h.Sealed, string(h.CreatedBy), formatTime(h.CreatedAt), h.Revision, nil}
	if f := h.Failed; f != nil {
		l.Failed = &failureLine{formatTime(f.At), f.Reason, string(f.Room), f.Seq}
	}
	return l, nil
}

func (l *webhookLine) thing() (h hooks.Hook, err error) {
	h = hooks.Hook{
		ID: l.ID, URL: l.URL, Room: rooms.RoomID(l.Room), Events: l.Events, Sealed: l.Sealed, CreatedBy: auth.UserID(l.CreatedBy), Revision: l.Revision,
	}
	switch {
	case !plainID(l.ID):
		return h, rooms.BadField("id", "must be letters, digits, _ and -")
	case l.URL == "":
		return h, rooms.BadField("url", "must not be empty")
	case len(l.Sealed) == 0:
		return h, rooms.BadField("sealed", "must not be empty")
	}
	if l.Room != "" {
		if _, err := rooms.ParseRoomID(l.Room); err != nil {
			return h, rooms.BadField("room", "must be the id of a room")
		}
	}
	if h.CreatedAt, err = parseTime("createdAt", l.CreatedAt); err != nil || l.Failed == nil {
		return h, err
	}
	h.Failed = &hooks.Failure{Reason: l.Failed.Reason, Room: rooms.RoomID(l.Failed.Room), Seq: l.Failed.Seq}
	h.Failed.At, err = parseTime("failed.at", l.Failed.At)
	return h, err
}

// plainID says whether an id may stand in front of another one in a key.
func plainID(id string) bool {
	for _, c := range id {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return id != ""
}

// cursorLine is a cursor without whoever has claimed it.
type cursorLine struct {
	Webhook      string `json:"webhook"`
	RoomID       string `json:"roomId"`
	Seq          int64  `json:"seq"`
	FailingSince string `json:"failingSince,omitempty"`
	Attempts     int    `json:"attempts,omitempty"`
	LastError    string `json:"lastError,omitempty"`
	Epoch        int64  `json:"epoch,omitempty"`
}

func cursorToLine(c *hooks.Cursor) (any, error) {
	return cursorLine{c.Hook, string(c.Room), c.Seq, formatTime(c.FailingSince), c.Attempts, c.LastError, c.Epoch}, nil
}

func (l *cursorLine) thing() (c hooks.Cursor, err error) {
	c = hooks.Cursor{Hook: l.Webhook, Seq: l.Seq, Attempts: l.Attempts, LastError: l.LastError, Epoch: l.Epoch}
	if !plainID(l.Webhook) {
		return c, rooms.BadField("webhook", "must be letters, digits, _ and -")
	}
	if err := checkSeq("seq", l.Seq); err != nil {
		return c, err
	}
	if c.Room, err = rooms.ParseRoomID(l.RoomID); err != nil {
		return c, err
	}
	c.FailingSince, err = parseTime("failingSince", l.FailingSince)
	return c, err
}

func checkSeq(field string, seq int64) error {
	if seq < 0 || seq > rooms.MaxSeq {
		return rooms.BadField(field, "must be from 0 below 2^53")
	}
	return nil
}

// documentLine has both texts in canonical extended JSON.
type documentLine struct {
	ID       string `json:"id"`
	Document string `json:"document"`
}

func documentToLine(d *kept.Document) (any, error) { return documentLine{d.ID, d.JSON}, nil }

func (l *documentLine) thing() (kept.Document, error) {
	for _, part := range []struct{ field, text string }{{"id", l.ID}, {"document", l.Document}} {
		if part.text == "" || part.text[0] != '{' || !json.Valid([]byte(part.text)) {
			return kept.Document{}, rooms.BadField(part.field, "must be canonical extended JSON")
		}
	}
	if id := members([]byte(l.ID))["_id"]; id == nil || !bytes.Equal(id, members([]byte(l.Document))["_id"]) {
		return kept.Document{}, rooms.BadField("document", "must have the _id of id")
	}
	return kept.Document{ID: l.ID, JSON: l.Document}, nil
}
