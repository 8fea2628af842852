package archive

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"roomstream/auth"
	"roomstream/rooms"
)

// The lines of what belongs to people: profiles, notifications, invitations and threads.

type profileLine struct {
	UserID string `json:"userId"`
	Name   string `json:"name,omitempty"`
	Given  bool   `json:"given,omitempty"`
	Avatar string `json:"avatar,omitempty"`
	Status string `json:"status,omitempty"`
	SeenAt string `json:"seenAt,omitempty"`
}

func profileToLine(p *rooms.Profile) (any, error) {
	return profileLine{string(p.UserID), p.Name, p.Given, p.Avatar, string(p.Status), formatTime(p.SeenAt)}, nil
}

func (l *profileLine) thing() (p rooms.Profile, err error) {
	p = rooms.Profile{UserID: auth.UserID(l.UserID), Name: l.Name, Given: l.Given, Avatar: l.Avatar, Status: rooms.Status(l.Status)}
	if err := checkUser("userId", l.UserID); err != nil {
		return p, err
	}
	p.SeenAt, err = parseTime("seenAt", l.SeenAt)
	return p, err
}

// notificationLine has the fields as a JSON object, with its members in their order.
type notificationLine struct {
	ID     string          `json:"id"`
	UserID string          `json:"userId"`
	Kind   string          `json:"kind"`
	Read   bool            `json:"read,omitempty"`
	Fields json.RawMessage `json:"fields,omitempty"`
}

func notificationToLine(n *rooms.Notification) (any, error) {
	fields, err := canonical(n.Fields)
	return notificationLine{n.ID.String(), string(n.UserID), n.Kind, n.Read, fields}, err
}

func (l *notificationLine) thing() (n rooms.Notification, err error) {
	n = rooms.Notification{UserID: auth.UserID(l.UserID), Kind: l.Kind, Read: l.Read}
	if n.ID, err = parseID("id", l.ID); err != nil {
		return n, err
	}
	if err := checkUser("userId", l.UserID); err != nil {
		return n, err
	}
	if err := rooms.CheckKind(l.Kind); err != nil {
		return n, err
	}
	if len(l.Fields) > 0 && l.Fields[0] != '{' {
		return n, rooms.BadField("fields", "must be a JSON object")
	}
	for name := range members(l.Fields) {
		if rooms.ReservedField(name) {
			return n, rooms.BadField("fields", "must not hold %s, which every notification has", name)
		}
	}
	n.Fields, err = canonical(l.Fields)
	return n, err
}

// invitationLine has, of the token that lets others in, only its SHA-256.
type invitationLine struct {
	ID        string   `json:"id"`
	Hash      string   `json:"hash"` // hexadecimal
	RoomID    string   `json:"roomId"`
	Role      string   `json:"role"`
	CreatedBy string   `json:"createdBy"`
	Right     string   `json:"right,omitempty"`
	CreatedAt string   `json:"createdAt"`
	ExpiresAt string   `json:"expiresAt,omitempty"`
	MaxUses   int      `json:"maxUses,omitempty"`
	UsedBy    []string `json:"usedBy,omitempty"`
}

func invitationToLine(i *rooms.Invitation) (any, error) {
	return invitationLine{
		i.ID, hex.EncodeToString(i.Hash[:]), string(i.RoomID), string(i.Role), string(i.CreatedBy), string(i.Right), formatTime(i.CreatedAt),
		formatTime(i.ExpiresAt), i.MaxUses, ofType[string](i.UsedBy),
	}, nil
}

func (l *invitationLine) thing() (i rooms.Invitation, err error) {
	i = rooms.Invitation{
		ID: l.ID, Role: rooms.Role(l.Role), CreatedBy: auth.UserID(l.CreatedBy), Right: rooms.Right(l.Right),
		MaxUses: l.MaxUses, UsedBy: ofType[auth.UserID](l.UsedBy),
	}
	switch {
	case l.ID == "" || len(l.ID) > maxRoomText:
		return i, rooms.BadField("id", "must be 1 to %d bytes", maxRoomText)
	case i.Role != rooms.RoleReader && i.Role != rooms.RoleMember:
		return i, rooms.BadField("role", "must be %s or %s", rooms.RoleReader, rooms.RoleMember)
	case i.Right != rooms.RightRole && i.Right != rooms.RightClaim && i.Right != rooms.RightAdmin:
		return i, rooms.BadField("right", "must be %s, %s or left out", rooms.RightClaim, rooms.RightAdmin)
	case l.MaxUses < 0:
		return i, rooms.BadField("maxUses", "must not be negative")
	}
	for _, user := range l.UsedBy {
		if err := checkUser("usedBy", user); err != nil {
			return i, err
		}
	}
	if i.Hash, err = parseHash("hash", l.Hash); err != nil {
		return i, err
	}
	if i.RoomID, err = rooms.ParseRoomID(l.RoomID); err != nil {
		return i, err
	}
	if i.CreatedAt, err = parseTime("createdAt", l.CreatedAt); err != nil {
		return i, err
	}
	i.ExpiresAt, err = parseTime("expiresAt", l.ExpiresAt)
	return i, err
}

type threadLine struct {
	RoomID  string `json:"roomId"`
	Seq     int64  `json:"seq"`
	UserID  string `json:"userId"`
	Choice  string `json:"choice,omitempty"`
	ReadSeq int64  `json:"readSeq,omitempty"`
}

func threadToLine(t *rooms.Thread) (any, error) {
	return threadLine{string(t.RoomID), t.Seq, string(t.UserID), string(t.Choice), t.ReadSeq}, nil
}

func (l *threadLine) thing() (t rooms.Thread, err error) {
	t = rooms.Thread{Seq: l.Seq, UserID: auth.UserID(l.UserID), Choice: rooms.ThreadChoice(l.Choice), ReadSeq: l.ReadSeq}
	switch {
	case l.Seq < 1 || l.Seq > rooms.MaxSeq:
		return t, rooms.BadField("seq", "must be 1 to %d", int64(rooms.MaxSeq))
	case l.ReadSeq < 0 || l.ReadSeq > rooms.MaxSeq:
		return t, rooms.BadField("readSeq", "must be 0 to %d", int64(rooms.MaxSeq))
	case !t.Choice.Known():
		return t, rooms.BadField("choice", "must be %s, %s or left out", rooms.ThreadFollowed, rooms.ThreadLeft)
	}
	if err := checkUser("userId", l.UserID); err != nil {
		return t, err
	}
	t.RoomID, err = rooms.ParseRoomID(l.RoomID)
	return t, err
}

func checkUser(field, id string) error {
	if err := auth.CheckUserID(id); err != nil {
		return rooms.BadField(field, "%v", err)
	}
	return nil
}

func parseID(field, text string) (rooms.EventID, error) {
	id, ok := rooms.ParseEventID(text)
	if !ok {
		return id, rooms.BadField(field, "must be %d hexadecimal digits", 2*len(id))
	}
	return id, nil
}

func parseHash(field, text string) (hash [32]byte, err error) {
	if n, err := hex.Decode(hash[:], []byte(text[:min(len(text), 2*len(hash))])); err != nil || n != len(hash) || len(text) != 2*len(hash) {
		return hash, rooms.BadField(field, "must be %d hexadecimal digits", 2*len(hash))
	}
	return hash, nil
}

// ofType gives texts of one type as those of another; nil stays nil.
func ofType[To, From ~string](list []From) []To {
	var texts []To
	for _, text := range list {
		texts = append(texts, To(text))
	}
	return texts
}

// canonical writes a JSON text in one way whichever store it comes from: without spaces,
// with its members in their order, and each number as MongoDB would have it: an integer of
// 64 bits, or a double.
func canonical(text []byte) ([]byte, error) {
	if len(text) == 0 {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var b bytes.Buffer
	if err := appendValue(&b, d); err != nil {
		return nil, rooms.BadField("fields", "must be JSON: %v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, rooms.BadField("fields", "must be one JSON value")
	}
	return b.Bytes(), nil
}

// appendValue writes the next value that a decoder gives.
func appendValue(b *bytes.Buffer, d *json.Decoder) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	open, is := token.(json.Delim)
	if !is {
		return appendScalar(b, token)
	}
	b.WriteByte(byte(open))
	for first := true; d.More(); first = false {
		if !first {
			b.WriteByte(',')
		}
		if open == '{' {
			if err := appendValue(b, d); err != nil {
				return err
			}
			b.WriteByte(':')
		}
		if err := appendValue(b, d); err != nil {
			return err
		}
	}
	end, err := d.Token()
	if err == nil {
		b.WriteByte(byte(end.(json.Delim)))
	}
	return err
}

func appendScalar(b *bytes.Buffer, token json.Token) error {
	number, is := token.(json.Number)
	if !is {
		text, err := json.Marshal(token)
		b.Write(text)
		return err
	}
	if _, err := number.Int64(); err == nil {
		b.WriteString(number.String())
		return nil
	}
	f, err := number.Float64()
	if err != nil {
		return err
	}
	text, err := json.Marshal(f)
	b.Write(text)
	if !slices.ContainsFunc(text, func(c byte) bool { return c == '.' || c == 'e' }) {
		b.WriteString(".0") // else it would be read as an integer
	}
	return err
}

// sameJSON says whether two texts have one canonical form.
func sameJSON(a, b []byte) bool {
	x, errX := canonical(a)
	y, errY := canonical(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
