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
	b = appendRole(append(b, `,"role":`...), v.Role)
	if v.Peer != "" {
		b = AppendJSONString(append(b, `,"userId":`...), string(v.Peer))
	}
	return b
}

// MarshalJSON makes View fit for encoding/json; it is AppendJSON.
func (v View) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// AppendJSON appends {userId, role, bannedUntil?} as list_members gives it.
func (m *Member) AppendJSON(b []byte) []byte {
	b = AppendJSONString(append(b, `{"userId":`...), string(m.UserID))
	b = appendRole(append(b, `,"role":`...), m.Role)
	if !m.BannedUntil.IsZero() {
		b = appendTime(append(b, `,"bannedUntil":`...), m.BannedUntil)
	}
	return append(b, '}')
}

// AppendReceipt appends {userId, seq} as list_receipts gives it.
func (m *Member) AppendReceipt(b []byte) []byte {
	b = AppendJSONString(append(b, `{"userId":`...), string(m.UserID))
	b = strconv.AppendInt(append(b, `,"seq":`...), m.ReadSeq, 10)
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

func appendTime(b []byte, t time.Time) []byte {
	b = append(b, '"')
	return append(t.UTC().AppendFormat(b, TimeFormat), '"')
}
