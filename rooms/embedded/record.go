package embedded

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// A record is a version byte, then fields: a tag byte, the length as uvarint, the
// bytes. Empty fields are left out. A reader passes over tags it does not know, so a
// later version may add fields; it raises the version only when an old reader would
// misunderstand what it finds.
const recordVersion = 1

// The tags of the records' fields. A number is never used again for something else.
const (
	tagID         = 1
	tagType       = 2
	tagAuthor     = 3
	tagAuthorName = 4
	tagTimestamp  = 5
	tagClientID   = 6
	tagText       = 7
	tagParent     = 8
	tagData       = 9
	tagTarget     = 10
	tagEmoji      = 11
	tagOn         = 12
	tagCounts     = 13
	tagErased     = 14

	tagMentions    = 15
	tagAttachments = 16
	tagSubject     = 17
	tagRole        = 18
	tagUntil       = 19
	tagSettings    = 20
	tagWas         = 21

	tagRoomName      = 1
	tagRoomType      = 2
	tagRoomTopic     = 3
	tagRoomCreatedAt = 4

	tagRoomMinSeq      = 5
	tagRoomRetention   = 6 // milliseconds; below 0: rooms.KeepForever
	tagRoomRemoveBelow = 7
	tagRoomRemoveAt    = 8

	tagRoomReadOnly  = 9
	tagRoomSlowMode  = 10 // milliseconds
	tagRoomArchived  = 11
	tagRoomReceipts  = 12
	tagRoomDirect    = 13 // twice, or not at all
	tagRoomCreatedBy = 14
	tagRoomCreateKey = 15
	tagRoomStateSeq  = 16
	tagRoomPins      = 17

	tagMemberRole        = 1
	tagMemberRemoved     = 2
	tagMemberBannedUntil = 3
	tagMemberSeq         = 4
	tagMemberReadSeq     = 5
	tagMemberLeftAs      = 6
	tagMemberLevel       = 7
	tagMemberMutedUntil  = 8
	tagMemberDelivered   = 9

	tagInvitationID        = 1
	tagInvitationRoom      = 2
	tagInvitationRole      = 3
	tagInvitationCreatedBy = 4
	tagInvitationCreatedAt = 5
	tagInvitationExpiresAt = 6
	tagInvitationMaxUses   = 7
	tagInvitationUsedBy    = 8 // once for each user
	tagInvitationRight     = 9

	tagAccountID        = 1
	tagAccountName      = 2
	tagAccountHash      = 3
	tagAccountRole      = 4 // once for each role
	tagAccountCreatedAt = 5

	tagNotificationID     = 1
	tagNotificationUser   = 2
	tagNotificationKind   = 3
	tagNotificationFields = 4
)

var errRecord = errors.New("the record is damaged")

// record is a record in the making.
type record []byte

func newRecord(size int) record { return append(make(record, 0, size), recordVersion) }

func (r *record) text(tag byte, value string) {
	if value == "" {
		return
	}
	*r = append(*r, tag)
	*r = binary.AppendUvarint(*r, uint64(len(value)))
	*r = append(*r, value...)
}

func (r *record) number(tag byte, value int64) {
	if value == 0 {
		return
	}
	var buf [binary.MaxVarintLen64]byte
	n := binary.PutVarint(buf[:], value)
	*r = append(*r, tag, byte(n))
	*r = append(*r, buf[:n]...)
}

func (r *record) flag(tag byte, value bool) {
	if value {
		r.number(tag, 1)
	}
}

// readRecord gives each field of a record; value is valid only during the call.
func readRecord(b []byte, field func(tag byte, value []byte)) error {
	if len(b) == 0 {
		return errRecord
	}
	if b[0] != recordVersion {
		return fmt.Errorf("the record has version %d, this program reads version %d", b[0], recordVersion)
	}
	for b = b[1:]; len(b) > 0; {
		tag := b[0]
		size, n := binary.Uvarint(b[1:])
		if n <= 0 || size > uint64(len(b)-1-n) {
			return errRecord
		}
		b = b[1+n:]
		field(tag, b[:size])
		b = b[size:]
	}
	return nil
}

// number reads what record.number wrote; anything else is 0, the absent value.
func number(value []byte) int64 {
	v, _ := binary.Varint(value)
	return v
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// eventFieldsSize is what tags, lengths, id and timestamp of an event take, rounded up.
const eventFieldsSize = 64

func encodeEvent(e *rooms.Event) []byte {
	r := newRecord(eventFieldsSize + len(e.Author) + len(e.AuthorName) + len(e.ClientID) + len(e.Text) + len(e.Data) + len(e.Emoji) + len(e.Counts) +
		len(e.Mentions) + len(e.Attachments) + len(e.Subject) + len(e.Role) + len(e.Was) + len(e.Settings))
	r.text(tagID, string(e.ID[:]))
	r.text(tagType, string(e.Type))
	r.text(tagAuthor, string(e.Author))
	r.text(tagAuthorName, e.AuthorName)
	r.number(tagTimestamp, millis(e.Timestamp))
	r.text(tagClientID, e.ClientID)
	r.text(tagText, e.Text)
	r.number(tagParent, e.Parent)
	r.text(tagData, e.Data)
	r.number(tagTarget, e.Target)
	r.text(tagEmoji, e.Emoji)
	r.flag(tagOn, e.On)
	r.text(tagCounts, e.Counts)
	r.flag(tagErased, e.Erased)
	r.text(tagMentions, e.Mentions)
	r.text(tagAttachments, e.Attachments)
	r.text(tagSubject, string(e.Subject))
	r.text(tagRole, string(e.Role))
	r.text(tagWas, string(e.Was))
	r.number(tagUntil, millis(e.Until))
	r.text(tagSettings, e.Settings)
	return r
}

// decodeEvent never fails: what this version cannot read is a void, so that no
// number of a room is missing.
func decodeEvent(key, value []byte) rooms.Event {
	var e rooms.Event
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagID:
			copy(e.ID[:], v)
		case tagType:
			e.Type = rooms.EventType(v)
		case tagAuthor:
			e.Author = auth.UserID(v)
		case tagAuthorName:
			e.AuthorName = string(v)
		case tagTimestamp:
			e.Timestamp = time.UnixMilli(number(v)).UTC()
		case tagClientID:
			e.ClientID = string(v)
		case tagText:
			e.Text = string(v)
		case tagParent:
			e.Parent = number(v)
		case tagData:
			e.Data = string(v)
		case tagTarget:
			e.Target = number(v)
		case tagEmoji:
			e.Emoji = string(v)
		case tagOn:
			e.On = number(v) != 0
		case tagCounts:
			e.Counts = string(v)
		case tagErased:
			e.Erased = number(v) != 0
		default:
			decodeState(&e, tag, v)
		}
	})
	e.RoomID, e.Seq = splitEventKey(key)
	if err != nil || !known(e.Type) {
		// Its keys stay readable: whoever was refused for one of them must find it.
		return rooms.Event{
			ID: e.ID, RoomID: e.RoomID, Seq: e.Seq, Type: rooms.TypeVoid,
			Author: e.Author, ClientID: e.ClientID, Timestamp: e.Timestamp, Erased: e.Erased,
		}
	}
	return e
}

// decodeState reads a field that has to do with who is in the room and what it is called.
func decodeState(e *rooms.Event, tag byte, v []byte) {
	switch tag {
	case tagMentions:
		e.Mentions = string(v)
	case tagAttachments:
		e.Attachments = string(v)
	case tagSubject:
		e.Subject = auth.UserID(v)
	case tagRole:
		e.Role = rooms.Role(v)
	case tagWas:
		e.Was = rooms.Role(v)
	case tagUntil:
		e.Until = time.UnixMilli(number(v)).UTC()
	case tagSettings:
		e.Settings = string(v)
	}
}

func encodeNotification(n *rooms.Notification) []byte {
	r := newRecord(eventFieldsSize + len(n.UserID) + len(n.Kind) + len(n.Fields))
	r.text(tagNotificationID, string(n.ID[:]))
	r.text(tagNotificationUser, string(n.UserID))
	r.text(tagNotificationKind, n.Kind)
	r.text(tagNotificationFields, string(n.Fields))
	return r
}

// decodeNotification reads all but whether it was read.
func decodeNotification(value []byte) (n rooms.Notification, ok bool) {
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagNotificationID:
			copy(n.ID[:], v)
		case tagNotificationUser:
			n.UserID = auth.UserID(v)
		case tagNotificationKind:
			n.Kind = string(v)
		case tagNotificationFields:
			n.Fields = bytes.Clone(v)
		}
	})
	return n, err == nil
}

// known says whether this version reads events of a type.
func known(t rooms.EventType) bool {
	switch t {
	case rooms.TypeMessage, rooms.TypeEdit, rooms.TypeDelete, rooms.TypeReaction, rooms.TypeMember, rooms.TypeRoom:
		return true
	}
	return false
}
