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
	if e.Type == TypeMessage {
		return "new_message"
	}
	return "void"
}

// AppendJSON appends the payload of the event as web/docs/protocol.md gives it.
func (e *Event) AppendJSON(b []byte) []byte { return e.appendJSON(b, false) }

// AppendReplayJSON appends the same with the member `event`, as joins and syncs
// replay it.
func (e *Event) AppendReplayJSON(b []byte) []byte { return e.appendJSON(b, true) }

func (e *Event) appendJSON(b []byte, replay bool) []byte {
	b = append(b, '{')
	if replay {
		b = append(b, `"event":"`...)
		b = append(b, e.EventName()...)
		b = append(b, `",`...)
	}
	if e.Type != TypeMessage {
		b = append(b, `"roomId":`...)
		b = AppendJSONString(b, string(e.RoomID))
		b = append(b, `,"seq":`...)
		b = strconv.AppendInt(b, e.Seq, 10)
		return append(b, '}')
	}
	b = append(b, `"id":"`...)
	b = append(b, e.ID.String()...)
	b = append(b, `","roomId":`...)
	b = AppendJSONString(b, string(e.RoomID))
	b = append(b, `,"seq":`...)
	b = strconv.AppendInt(b, e.Seq, 10)
	b = append(b, `,"text":`...)
	b = AppendJSONString(b, e.Text)
	b = append(b, `,"author":`...)
	b = AppendJSONString(b, string(e.Author))
	if e.AuthorName != "" {
		b = append(b, `,"authorName":`...)
		b = AppendJSONString(b, e.AuthorName)
	}
	b = append(b, `,"timestamp":"`...)
	b = e.Timestamp.UTC().AppendFormat(b, TimeFormat)
	b = append(b, '"')
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
	return append(b, '}')
}

// MarshalJSON makes Event fit for encoding/json; it is AppendJSON.
func (e Event) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil), nil }

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
	Code         Code              `json:"code"`
	Message      string            `json:"message"`
	Retryable    bool              `json:"retryable"`
	RetryAfterMs int64             `json:"retryAfterMs,omitempty"`
	Details      map[string]string `json:"details,omitempty"`
}

// MarshalJSON gives {code, message, retryable, retryAfterMs?, details?}.
func (e *Error) MarshalJSON() ([]byte, error) {
	body := errorBody{Code: e.Code, Message: e.Message, Retryable: e.Code.Retryable(), RetryAfterMs: int64(e.RetryAfter / time.Millisecond)}
	if e.Field != "" {
		body.Details = map[string]string{"field": e.Field}
	}
	return json.Marshal(body)
}
