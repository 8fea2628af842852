package rooms

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"
)

// TimeFormat is how times are written for clients: RFC 3339, UTC, milliseconds.
const TimeFormat = "2006-01-02T15:04:05.000Z"

// EventName is the Socket.IO event that carries this kind of event.
func (e *Event) EventName() string {
	switch e.Type {
	case TypeMessage:
		return "new_message"
	case TypeEdit:
		return "message_updated"
	case TypeDelete:
		return "message_deleted"
	case TypeReaction:
		return "reaction_updated"
	case TypeMember:
		return "member_updated"
	case TypeRoom:
		return "room_updated"
	}
	return "void"
}

// AppendJSON appends the payload of the event as web/docs/protocol.md gives it.
func (e *Event) AppendJSON(b []byte) []byte { return append(e.appendMembers(append(b, '{')), '}') }

// AppendReplayJSON appends the same with the member `event`, as joins and syncs
// replay it.
func (e *Event) AppendReplayJSON(b []byte) []byte {
	b = append(b, `{"event":"`...)
	b = append(b, e.EventName()...)
	return append(e.appendMembers(append(b, `",`...)), '}')
}

// appendMembers appends the members of the payload without its braces.
func (e *Event) appendMembers(b []byte) []byte {
	switch e.Type {
	case TypeMessage:
		return e.appendMessage(b)
	case TypeEdit, TypeDelete, TypeReaction:
		return e.appendChange(b)
	case TypeMember:
		return e.appendMember(b)
	case TypeRoom:
		return e.appendRoom(b)
	}
	return e.appendPlace(b)
}

// appendPlace appends roomId and seq.
func (e *Event) appendPlace(b []byte) []byte {
	b = append(b, `"roomId":`...)
	b = AppendJSONString(b, string(e.RoomID))
	b = append(b, `,"seq":`...)
	return strconv.AppendInt(b, e.Seq, 10)
}

// appendContent appends the text, or that it is gone.
func (e *Event) appendContent(b []byte) []byte {
	if e.Erased {
		return append(b, `,"deleted":true`...)
	}
	return AppendJSONString(append(b, `,"text":`...), e.Text)
}

func (e *Event) appendAuthor(b []byte) []byte {
	return AppendJSONString(append(b, `,"author":`...), string(e.Author))
}

func (e *Event) appendTime(b []byte) []byte {
	b = append(b, `,"timestamp":"`...)
	b = e.Timestamp.UTC().AppendFormat(b, TimeFormat)
	return append(b, '"')
}

func (e *Event) appendMessage(b []byte) []byte {
	b = append(b, `"id":"`...)
	b = append(b, e.ID.String()...)
	b = e.appendPlace(append(b, `",`...))
	b = e.appendContent(b)
	b = e.appendAuthor(b)
	if e.AuthorName != "" {
		b = append(b, `,"authorName":`...)
		b = AppendJSONString(b, e.AuthorName)
	}
	b = e.appendTime(b)
	if e.ClientID != "" {
		b = append(b, `,"clientId":`...)
		b = AppendJSONString(b, e.ClientID)
	}
	if e.Parent > 0 {
		b = append(b, `,"parent":`...)
		b = strconv.AppendInt(b, e.Parent, 10)
	}
	if e.Data != "" {
		b = append(b, `,"data":`...)
		b = append(b, e.Data...)
	}
	if e.Attachments != "" {
		b = append(append(b, `,"attachments":`...), e.Attachments...)
	}
	if e.Mentions != "" {
		b = append(append(b, `,"mentions":`...), e.Mentions...)
	}
	return b
}

func (e *Event) appendMember(b []byte) []byte {
	b = e.appendPlace(b)
	b = AppendJSONString(append(b, `,"userId":`...), string(e.Subject))
	b = appendRole(append(b, `,"role":`...), e.Role)
	if !e.Until.IsZero() {
		b = append(b, `,"bannedUntil":"`...)
		b = append(e.Until.UTC().AppendFormat(b, TimeFormat), '"')
	}
	return e.appendAuthor(b)
}

// appendRole appends a role, or null for none.
func appendRole(b []byte, r Role) []byte {
	if r == RoleNone {
		return append(b, `null`...)
	}
	return AppendJSONString(b, string(r))
}

// appendRoom appends the place and the settings, as far as they are still there.
func (e *Event) appendRoom(b []byte) []byte {
	b = e.appendPlace(b)
	if len(e.Settings) > len(`{}`) {
		b = append(append(b, ','), e.Settings[1:len(e.Settings)-1]...)
	}
	return e.appendAuthor(b)
}

func (e *Event) appendChange(b []byte) []byte {
	b = e.appendPlace(b)
	b = append(b, `,"target":`...)
	b = strconv.AppendInt(b, e.Target, 10)
	switch e.Type {
	case TypeEdit:
		b = e.appendContent(b)
	case TypeReaction:
		b = append(b, `,"emoji":`...)
		b = AppendJSONString(b, e.Emoji)
	}
	b = e.appendAuthor(b)
	if e.Type != TypeReaction {
		return e.appendTime(b)
	}
	b = append(b, `,"on":`...)
	b = strconv.AppendBool(b, e.On)
	b = append(b, `,"counts":`...)
	if e.Counts == "" { // trimmed
		return append(b, `{}`...)
	}
	return append(b, e.Counts...)
}

// AppendJSON appends the message as get_history gives it: new_message's payload with
// editedAt?, editSeq?, reactions and replies?.
func (m *Message) AppendJSON(b []byte) []byte {
	b = m.Event.appendMembers(append(b, '{'))
	if m.Fold.EditSeq > 0 && !m.Erased {
		b = append(b, `,"editedAt":"`...)
		b = m.Fold.EditedAt.UTC().AppendFormat(b, TimeFormat)
		b = append(b, `","editSeq":`...)
		b = strconv.AppendInt(b, m.Fold.EditSeq, 10)
	}
	b = append(b, `,"reactions":{`...)
	if !m.Erased {
		b = appendReactions(b, m.Fold.Reactions(m.User))
	}
	b = append(b, '}')
	if m.Fold.Replies > 0 {
		b = append(b, `,"replies":{"count":`...)
		b = strconv.AppendInt(b, int64(m.Fold.Replies), 10)
		b = append(b, `,"lastSeq":`...)
		b = strconv.AppendInt(b, m.Fold.LastReply, 10)
		b = append(b, '}')
	}
	return append(b, '}')
}

func appendReactions(b []byte, reactions []Reaction) []byte {
	for i, r := range reactions {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendJSONString(b, r.Emoji)
		b = append(b, `:{"count":`...)
		b = strconv.AppendInt(b, int64(r.Count), 10)
		b = append(b, `,"me":`...)
		b = strconv.AppendBool(b, r.Me)
		b = append(b, '}')
	}
	return b
}

// MarshalJSON makes Event fit for encoding/json; it is AppendJSON.
func (e Event) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil), nil }

// MarshalJSON makes Message fit for encoding/json; it is AppendJSON.
func (m Message) MarshalJSON() ([]byte, error) { return m.AppendJSON(nil), nil }

const hexDigits = "0123456789abcdef"

// AppendJSONString appends s as a JSON string. Invalid UTF-8 becomes U+FFFD;
// U+2028 and U+2029 are escaped, so that the text may stand in JavaScript.
func AppendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			b = append(b, s[start:i]...)
			b = appendEscape(b, c)
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			b = append(append(b, s[start:i]...), `\ufffd`...)
			start = i + n
		} else if r == '\u2028' || r == '\u2029' {
			b = append(append(b, s[start:i]...), `\u202`...)
			b = append(b, hexDigits[r&0xF])
			start = i + n
		}
		i += n
	}
	return append(append(b, s[start:]...), '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
}

// errorBody is an Error as clients see it.
type errorBody struct {
	Code         Code          `json:"code"`
	Message      string        `json:"message"`
	Retryable    bool          `json:"retryable"`
	RetryAfterMs int64         `json:"retryAfterMs,omitempty"`
	Details      *errorDetails `json:"details,omitempty"`
}

// errorDetails tell programs more of an Error.
type errorDetails struct {
	Field  string `json:"field,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// MarshalJSON gives {code, message, retryable, retryAfterMs?, details?}.
func (e *Error) MarshalJSON() ([]byte, error) {
	body := errorBody{Code: e.Code, Message: e.Message, Retryable: e.Code.Retryable(), RetryAfterMs: int64(e.RetryAfter / time.Millisecond)}
	if e.Field != "" || e.Reason != "" {
		body.Details = &errorDetails{e.Field, e.Reason}
	}
	return json.Marshal(body)
}
