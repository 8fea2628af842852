package rooms

import (
	"strconv"
	"time"
)

// AppendJSON appends a room as web/docs/protocol.md gives it to one user.
func (v *View) AppendJSON(b []byte) []byte { return append(v.AppendMembers(append(b, '{')), '}') }

// AppendMembers appends the members of the same without its braces.
func (v *View) AppendMembers(b []byte) []byte {
	r := &v.Room
	b = AppendJSONString(append(b, `"id":`...), string(r.ID))
	b = AppendJSONString(append(b, `,"name":`...), r.Name)
	b = AppendJSONString(append(b, `,"type":`...), r.Type)
	b = AppendJSONString(append(b, `,"topic":`...), r.Topic)
	b = strconv.AppendBool(append(b, `,"readOnly":`...), r.ReadOnly)
	b = strconv.AppendInt(append(b, `,"slowModeMs":`...), r.SlowMode.Milliseconds(), 10)
	b = strconv.AppendBool(append(b, `,"archived":`...), r.Archived)
	b = strconv.AppendBool(append(b, `,"receipts":`...), r.Receipts)
	b = r.Pins.Kept(r.MinSeq).append(b)
	b = appendRole(append(b, `,"role":`...), v.Role)
	if v.Peer != "" {
		b = AppendJSONString(append(b, `,"userId":`...), string(v.Peer))
	}
	return b
}

// MarshalJSON makes View fit for encoding/json; it is AppendJSON.
func (v View) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// AppendJSON appends the room with lastSeq and last?: new_message's payload of its newest message.
func (s *Summary) AppendJSON(b []byte) []byte {
	b = s.AppendMembers(append(b, '{'))
	b = strconv.AppendInt(append(b, `,"lastSeq":`...), s.LastSeq, 10)
	if s.Last != nil {
		b = s.Last.AppendJSON(append(b, `,"last":`...))
	}
	return append(b, '}')
}

// MarshalJSON makes Summary fit for encoding/json; it is AppendJSON.
func (s Summary) MarshalJSON() ([]byte, error) { return s.AppendJSON(nil), nil }

// AppendJSON appends {id, name, type, role, userId?, lastSeq, alerts?, readSeq, unread, mentions} as ready gives it.
func (m *Mine) AppendJSON(b []byte) []byte {
	b = AppendJSONString(append(b, `{"id":`...), string(m.Room.ID))
	b = AppendJSONString(append(b, `,"name":`...), m.Room.Name)
	b = AppendJSONString(append(b, `,"type":`...), m.Room.Type)
	b = appendRole(append(b, `,"role":`...), m.Role)
	if m.Peer != "" {
		b = AppendJSONString(append(b, `,"userId":`...), string(m.Peer))
	}
	b = strconv.AppendInt(append(b, `,"lastSeq":`...), m.LastSeq, 10)
	if m.Alerts != (Alerts{}) {
		b = m.Alerts.AppendJSON(append(b, `,"alerts":`...))
	}
	return append(ReadState{m.ReadSeq, m.Unread}.AppendMembers(append(b, ',')), '}')
}

// MarshalJSON makes Mine fit for encoding/json; it is AppendJSON.
func (m Mine) MarshalJSON() ([]byte, error) { return m.AppendJSON(nil), nil }

// AppendMembers appends readSeq, unread and mentions without braces, as mark_read is answered.
func (s ReadState) AppendMembers(b []byte) []byte {
	b = strconv.AppendInt(append(b, `"readSeq":`...), s.ReadSeq, 10)
	b = strconv.AppendInt(append(b, `,"unread":`...), int64(s.Unread.Messages), 10)
	return strconv.AppendInt(append(b, `,"mentions":`...), int64(s.Unread.Mentions), 10)
}

// AppendJSON appends {userId, role, bannedUntil?} as list_members gives it.
func (m *Member) AppendJSON(b []byte) []byte {
	b = AppendJSONString(append(b, `{"userId":`...), string(m.UserID))
	b = appendRole(append(b, `,"role":`...), m.Role)
	if !m.BannedUntil.IsZero() {
		b = appendTime(append(b, `,"bannedUntil":`...), m.BannedUntil)
	}
	return append(b, '}')
}

// MarshalJSON makes Member fit for encoding/json; it is AppendJSON.
func (m Member) MarshalJSON() ([]byte, error) { return m.AppendJSON(nil), nil }

// AppendReceipt appends {userId, seq, deliveredSeq} as list_receipts gives it.
func (m *Member) AppendReceipt(b []byte) []byte {
	b = AppendJSONString(append(b, `{"userId":`...), string(m.UserID))
	b = strconv.AppendInt(append(b, `,"seq":`...), m.ReadSeq, 10)
	b = strconv.AppendInt(append(b, `,"deliveredSeq":`...), m.DeliveredUpTo(), 10)
	return append(b, '}')
}

// AppendJSON appends {id, roomId, role, author, createdAt, expiresAt, maxUses, uses}.
func (i *Invitation) AppendJSON(b []byte) []byte {
	b = AppendJSONString(append(b, `{"id":`...), i.ID)
	b = AppendJSONString(append(b, `,"roomId":`...), string(i.RoomID))
	b = appendRole(append(b, `,"role":`...), i.Role)
	b = AppendJSONString(append(b, `,"author":`...), string(i.CreatedBy))
	b = appendTime(append(b, `,"createdAt":`...), i.CreatedAt)
	b = appendTime(append(b, `,"expiresAt":`...), i.ExpiresAt)
	b = strconv.AppendInt(append(b, `,"maxUses":`...), int64(i.MaxUses), 10)
	b = strconv.AppendInt(append(b, `,"uses":`...), int64(len(i.UsedBy)), 10)
	return append(b, '}')
}

// MarshalJSON makes Invitation fit for encoding/json; it is AppendJSON.
func (i Invitation) MarshalJSON() ([]byte, error) { return i.AppendJSON(nil), nil }

func appendTime(b []byte, t time.Time) []byte {
	b = append(b, '"')
	return append(t.UTC().AppendFormat(b, TimeFormat), '"')
}
