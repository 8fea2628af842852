package mongodb

import (
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"roomstream/auth"
	"roomstream/rooms"
)

// maxDocument is the largest document, in bytes, that the stream carries whole and
// that may be numbered. A text and data of the greatest length take less than 48 KiB; what
// comes to more with its mentions and attachments is read from the log.
const maxDocument = 64 << 10

// The years of a timestamp that RFC 3339 can write.
const (
	firstYear = 1
	lastYear  = 9999
)

// documentSize is what keys and fixed values of a stored event take, rounded up.
const documentSize = 256

// appendDocument appends an event as it is stored. Absent fields are left out, because
// the partial indexes ask whether a field exists.
func appendDocument(b []byte, e *rooms.Event) []byte {
	start, b := bsoncore.AppendDocumentStart(b)
	b = bsoncore.AppendObjectIDElement(b, "_id", e.ID)
	b = bsoncore.AppendStringElement(b, "roomId", string(e.RoomID))
	b = bsoncore.AppendInt64Element(b, "seq", e.Seq)
	b = appendText(b, "type", string(e.Type))
	b = appendText(b, "author", string(e.Author))
	b = appendText(b, "authorName", e.AuthorName)
	if !e.Timestamp.IsZero() {
		b = bsoncore.AppendDateTimeElement(b, "timestamp", e.Timestamp.UnixMilli())
	}
	b = appendText(b, "clientId", e.ClientID)
	b = appendText(b, "text", e.Text)
	if e.Parent > 0 {
		b = bsoncore.AppendInt64Element(b, "parent", e.Parent)
	}
	b = appendText(b, "data", e.Data)
	if e.Target > 0 {
		b = bsoncore.AppendInt64Element(b, "target", e.Target)
	}
	b = appendText(b, "emoji", e.Emoji)
	b = appendFlag(b, "on", e.On)
	b = appendText(b, "counts", e.Counts)
	b = appendFlag(b, "erased", e.Erased)
	b = appendText(b, "mentions", e.Mentions)
	b = appendText(b, "attachments", e.Attachments)
	b = appendText(b, "subject", string(e.Subject))
	b = appendText(b, "role", string(e.Role))
	b = appendText(b, "was", string(e.Was))
	if !e.Until.IsZero() {
		b = bsoncore.AppendDateTimeElement(b, "bannedUntil", e.Until.UnixMilli())
	}
	b = appendText(b, "settings", e.Settings)
	b, _ = bsoncore.AppendDocumentEnd(b, start) // fails only for a start beyond b
	return b
}

func appendText(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return bsoncore.AppendStringElement(b, key, value)
}

func appendFlag(b []byte, key string, value bool) []byte {
	if !value {
		return b
	}
	return bsoncore.AppendBooleanElement(b, key, true)
}

// document is a document of messages, as far as it can be read: whoever inserts there
// may have put anything into it.
type document struct {
	in     rooms.ForeignInput
	id     bsoncore.Value // the _id as it stands; valid as long as the bytes it was read from
	hasID  bool           // the _id is an ObjectID
	seq    int64          // > 0: numbered
	badSeq bool           // seq is there and no positive integer of 64 bits
	typ    string
	typed  bool // type is there
	beat   bool // heartbeat is there

	// Of events that change others. In another program's message they mean nothing, so a
	// wrong type is no fault; in an event it leaves the zero, which is one.
	target        int64
	emoji, counts string
	on, erased    bool

	stated state // of events about the room and its members, and what a message has besides

	instance    string
	quarantined bool   // badSeq is there: Quarantine was here
	large       bool   // the stream left out all but the key
	wrong       string // the first field whose type is wrong; empty: none
}

// readDocument reads what is known of a document. Unknown fields are passed over.
func readDocument(raw []byte) document {
	var d document
	_, rest, _ := bsoncore.ReadLength(raw)
	for len(rest) > 1 { // the last byte ends the document
		element, after, ok := bsoncore.ReadElement(rest)
		if !ok {
			d.wrong = "the document is damaged"
			return d
		}
		d.read(element.KeyBytes(), element.Value())
		rest = after
	}
	return d
}

func (d *document) read(key []byte, v bsoncore.Value) {
	switch string(key) { // does not allocate
	case "_id":
		var id [12]byte
		id, d.hasID = v.ObjectIDOK()
		d.id, d.in.ID = v, id
	case "roomId":
		d.text(&d.in.RoomID, "roomId", v)
	case "text":
		d.text(&d.in.Text, "text", v)
	case "author":
		d.text(&d.in.Author, "author", v)
	case "authorName":
		d.text(&d.in.Name, "authorName", v)
	case "clientId":
		d.text(&d.in.ClientID, "clientId", v)
	case "data":
		d.text(&d.in.Data, "data", v)
	case "timestamp":
		d.time(v)
	case "parent":
		var ok bool
		if d.in.Parent, ok = integer(v); !ok {
			d.isWrong("parent", "an integer")
		}
	case "seq":
		n, ok := integer(v)
		d.badSeq = !ok || n < 1 || n > rooms.MaxSeq
		if !d.badSeq {
			d.seq = n
		}
	case "type":
		d.typed = true
		d.typ, _ = v.StringValueOK()
	case "target":
		d.target, _ = integer(v)
	case "emoji":
		d.emoji, _ = v.StringValueOK()
	case "on":
		d.on, _ = v.BooleanOK()
	case "counts":
		d.counts, _ = v.StringValueOK()
	case "erased":
		d.erased, _ = v.BooleanOK()
	case "badSeq":
		d.quarantined = true
	case "heartbeat":
		d.beat = true
	case "instance":
		d.instance, _ = v.StringValueOK()
	case "large":
		d.large, _ = v.BooleanOK()
	default:
		d.stated.read(key, v)
	}
}

func (d *document) text(into *string, name string, v bsoncore.Value) {
	value, ok := v.StringValueOK()
	if !ok {
		d.isWrong(name, "a string")
		return
	}
	*into = value
}

func (d *document) time(v bsoncore.Value) {
	ms, ok := v.DateTimeOK()
	if !ok {
		d.isWrong("timestamp", "a date")
		return
	}
	d.in.Timestamp = time.UnixMilli(ms).UTC()
	if year := d.in.Timestamp.Year(); year < firstYear || year > lastYear {
		d.in.Timestamp = time.Time{} // a void, too, must be written as RFC 3339
		d.isWrong("timestamp", "a date of the years 1 to 9999")
	}
}

func (d *document) isWrong(name, want string) {
	if d.wrong == "" {
		d.wrong = name + ": must be " + want
	}
}

// integer reads both sizes of integer: shells and drivers choose by value.
func integer(v bsoncore.Value) (int64, bool) {
	switch v.Type {
	case bsoncore.TypeInt64:
		return v.Int64OK()
	case bsoncore.TypeInt32:
		n, ok := v.Int32OK()
		return int64(n), ok
	}
	return 0, false
}

// stored gives the event of a document that was read from the log. Content that this
// version cannot read is a void, so that no number of a room is missing; seq is 0
// where the document has none yet.
func (d *document) stored() rooms.Event {
	if d.seq > 0 {
		return d.numbered()
	}
	e, reason := d.unnumbered()
	if reason != "" {
		return d.void()
	}
	return e
}

// standIn is checked in place of a text that may be absent.
const standIn = "-"

// numbered gives the event of a document that has its seq.
func (d *document) numbered() rooms.Event {
	if d.typed && d.typ == "" || d.wrong != "" || !d.hasID {
		return d.void()
	}
	in := d.in
	if d.blank() {
		in.Name, in.Data = "", ""
	}
	if in.Text == "" && (d.typed || d.erased || d.stated.attachments != "") {
		in.Text = standIn
	}
	e, err := in.Event()
	if err != nil {
		return d.void()
	}
	e.Seq, e.Type, e.Text, e.Erased = d.seq, rooms.EventType(d.typ), d.in.Text, d.blank()
	if !d.blank() {
		d.stated.enrich(&e)
	}
	if !d.typed {
		return e
	}
	switch e.Type {
	case rooms.TypeMember, rooms.TypeRoom:
		if !d.stated.describe(&e) {
			return d.void()
		}
	default:
		e.Target, e.Emoji, e.On, e.Counts = d.target, d.emoji, d.on, d.counts
	}
	if rooms.CheckStored(&e) != nil {
		return d.void()
	}
	return e
}

// void stands for a document that cannot be read. It keeps what the keys are made of:
// whoever was refused for one of them must find it.
func (d *document) void() rooms.Event {
	return rooms.Event{
		ID: d.in.ID, RoomID: rooms.RoomID(d.in.RoomID), Seq: d.seq, Type: rooms.TypeVoid,
		Author: auth.UserID(d.in.Author), ClientID: d.in.ClientID, Timestamp: d.in.Timestamp, Erased: d.blank(),
	}
}

// blank says whether the content was taken away. Where there is a text, the field is
// another program's.
func (d *document) blank() bool { return d.erased && d.in.Text == "" }

// unnumbered gives the event of a document that another program inserted, or the
// reason why it gets no number.
func (d *document) unnumbered() (rooms.Event, string) {
	switch {
	case !d.hasID:
		return rooms.Event{}, "_id: must be an ObjectID"
	case d.quarantined:
		return rooms.Event{}, "badSeq: its seq was taken away"
	case d.badSeq:
		return rooms.Event{}, "seq: must be absent"
	case d.large:
		return rooms.Event{}, fmt.Sprintf("must be at most %d bytes", maxDocument)
	case d.typed:
		return rooms.Event{}, "type: must be absent"
	case d.wrong != "":
		return rooms.Event{}, d.wrong
	}
	e, err := d.in.Event()
	if err != nil {
		return rooms.Event{}, err.Error()
	}
	d.stated.enrich(&e)
	return e, ""
}

// arrival sorts a document that the stream told of into the cases of rooms.Arrival.
func (d *document) arrival() rooms.Arrival {
	switch {
	case d.beat && d.instance != "":
		return rooms.Arrival{Instance: d.instance}
	case d.oddlyNumbered():
		return rooms.Arrival{Malformed: "_id: must be an ObjectID where there is a seq"}
	case d.badSeq:
		return rooms.Arrival{Event: rooms.Event{ID: d.in.ID, RoomID: rooms.RoomID(d.in.RoomID)}, BadSeq: true}
	case d.seq > 0:
		return d.numberedArrival()
	}
	e, reason := d.unnumbered()
	if reason != "" {
		return rooms.Arrival{Event: rooms.Event{ID: d.in.ID}, Malformed: reason}
	}
	return rooms.Arrival{Event: e}
}

func (d *document) numberedArrival() rooms.Arrival {
	room, err := rooms.ParseRoomID(d.in.RoomID)
	if err != nil { // no room has this number
		return rooms.Arrival{Event: rooms.Event{ID: d.in.ID}, Malformed: err.Error()}
	}
	if d.large {
		return rooms.Arrival{Event: rooms.Event{ID: d.in.ID, RoomID: room, Seq: d.seq}, Partial: true}
	}
	return rooms.Arrival{Event: d.numbered()}
}

// oddlyNumbered tells of a seq on a document that Foreign cannot name, because its
// _id is no ObjectID.
func (d *document) oddlyNumbered() bool { return !d.hasID && (d.badSeq || d.seq > 0) }

// objectID gives an event's id as the driver takes it.
func objectID(id rooms.EventID) bson.ObjectID { return bson.ObjectID(id) }
