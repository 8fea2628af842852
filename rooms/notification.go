package rooms

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"roomstream/auth"
)

// Notification is what one user is to be told, wherever he is.
type Notification struct {
	ID     EventID
	UserID auth.UserID
	Kind   string // what it is about, by whoever made it: "mention", "order_shipped"; see CheckKind
	Read   bool
	// Fields are the document's others, as one JSON object in relaxed extended JSON; empty: none. None of them is a
	// ReservedField.
	Fields []byte
}

// MaxKind is the longest kind of a notification, in characters: it is a word for programs.
const MaxKind = 64

// MaxNotification is how many bytes the fields of a notification may take. Of a larger one only the others are told.
const MaxNotification = 64 << 10

// ReservedField says whether a name stands for something in every notification, so that no field of its own can have it.
func ReservedField(name string) bool {
	switch name {
	case "_id", "id", "userId", "recipientId", "kind", "read":
		return true
	}
	return false
}

// CheckKind returns BAD_REQUEST naming kind for what is no kind.
func CheckKind(kind string) error {
	if n := utf8.RuneCountInString(kind); n == 0 || n > MaxKind || !utf8.ValidString(kind) {
		return BadField("kind", "must be 1 to %d characters of valid UTF-8", MaxKind)
	}
	return nil
}

// check returns BAD_REQUEST for what may not be stored, and takes the spaces out of the fields.
func (n *Notification) check() error {
	if err := auth.CheckUserID(string(n.UserID)); err != nil {
		return BadField("userId", "%v", err)
	}
	if err := CheckKind(n.Kind); err != nil {
		return err
	}
	if len(n.Fields) == 0 {
		return nil
	}
	var members map[string]json.RawMessage
	if len(n.Fields) > MaxNotification || json.Unmarshal(n.Fields, &members) != nil || members == nil {
		return BadField("fields", "must be a JSON object of at most %d bytes", MaxNotification)
	}
	for name := range members {
		if ReservedField(name) {
			return BadField("fields", "must not hold %s, which every notification has", name)
		}
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, n.Fields); err != nil {
		return BadField("fields", "must be a JSON object")
	}
	n.Fields = compact.Bytes()
	if len(members) == 0 {
		n.Fields = nil
	}
	return nil
}

// AppendJSON appends the notification as sockets are told it: {id, userId, kind, ...}.
func (n *Notification) AppendJSON(b []byte) []byte { return n.appendFields(n.appendKey(b)) }

// AppendListJSON appends the same with the member `read`, as lists have it.
func (n *Notification) AppendListJSON(b []byte) []byte {
	b = append(n.appendKey(b), `,"read":`...)
	return n.appendFields(strconv.AppendBool(b, n.Read))
}

func (n *Notification) appendKey(b []byte) []byte {
	b = append(append(append(b, `{"id":"`...), n.ID.String()...), '"')
	b = AppendJSONString(append(b, `,"userId":`...), string(n.UserID))
	return AppendJSONString(append(b, `,"kind":`...), n.Kind)
}

func (n *Notification) appendFields(b []byte) []byte {
	const empty = 2 // bytes of {}
	if len(n.Fields) <= empty {
		return append(b, '}')
	}
	return append(append(b, ','), n.Fields[1:]...)
}

// ParseEventID reads the 24 hexadecimal digits of an id.
func ParseEventID(digits string) (id EventID, ok bool) {
	if len(digits) != hex.EncodedLen(len(id)) {
		return EventID{}, false
	}
	_, err := hex.Decode(id[:], []byte(digits))
	return id, err == nil
}

// Notifications keeps them, for every instance. All methods are safe for concurrent use; all reads are of what a
// majority has.
type Notifications interface {
	// Notify stores notifications and returns the IDs of those that were not there yet. They are durable on return. One whose
	// ID is there already is left as it is. Of several calls with one ID at most one is given it, also where others fail.
	Notify(ctx context.Context, list []Notification) (stored []EventID, err error)

	// Notifications returns at most limit of a user's, newest first, whose ID is below before (zero: all of them), with
	// unread only those that are not read.
	Notifications(ctx context.Context, user auth.UserID, before EventID, unread bool, limit int) ([]Notification, error)

	// MarkNotifications marks those of the ids that are the user's read or unread. Others are left alone.
	MarkNotifications(ctx context.Context, user auth.UserID, ids []EventID, read bool) error

	// UnreadNotifications counts a user's that are not read, at most up to most.
	UnreadNotifications(ctx context.Context, user auth.UserID, most int) (int, error)

	// Withdraw takes away the notifications of MessageKinds that w names, whoever inserted them, read or not, and the texts of
	// others. It may be repeated.
	Withdraw(ctx context.Context, room RoomID, w Withdrawal) error

	// WatchNotifications calls opened once it is certain that later ones are told, then told for each batch of new ones,
	// whoever inserts them, until ctx is done or the stream is lost; it always returns an error. The first one begins with
	// what was inserted since the store was opened, so that whoever connected before it opened misses nothing. A watch
	// that follows another goes on behind what that one told. Both where the store still has it.
	WatchNotifications(ctx context.Context, opened func(), told func([]Notification)) error
}
