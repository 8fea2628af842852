package push

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"unicode/utf8"

	"roomstream/auth"
	"roomstream/rooms"
)

// message is what a device is sent: web/docs/protocol.md.
type message struct {
	ID         string       `json:"id"`
	Kind       string       `json:"kind"`
	RoomID     rooms.RoomID `json:"roomId"`
	RoomName   string       `json:"roomName,omitempty"`
	Seq        int64        `json:"seq,omitempty"`
	Author     auth.UserID  `json:"author"`
	AuthorName string       `json:"authorName,omitempty"`
	Text       string       `json:"text,omitempty"`
}

// messageOf writes a message that fits; texts: with what was said, or as much of it as fits.
func messageOf(m *rooms.Missed, texts bool) ([]byte, error) {
	content := message{
		ID: m.ID.String(), Kind: m.Kind, RoomID: m.RoomID, RoomName: m.RoomName, Seq: m.Seq, Author: m.Author, AuthorName: m.AuthorName,
	}
	if texts {
		content.Text = m.Text
	}
	for {
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(content); err != nil {
			return nil, err
		}
		encoded := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
		if len(encoded) < plainBytes || content.Text == "" {
			return encoded, nil
		}
		content.Text = half(content.Text)
	}
}

// half gives the first half of a text, or a little less.
func half(text string) string {
	n := len(text) / 2
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// topicBytes of a hash are the 32 characters that a topic may have (RFC 8030, 5.4).
const topicBytes = 24

// topicOf names a room to a device's push service, which keeps the newest message of each topic for a device that is off. By
// the device's secret, so that the service cannot tell who are in one room.
func topicOf(s *rooms.Subscription, room rooms.RoomID) string {
	sum := sha256.Sum256(append(append([]byte("topic\x00"), s.Auth...), room...))
	return base64.RawURLEncoding.EncodeToString(sum[:topicBytes])
}
