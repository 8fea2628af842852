package rooms

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// The limits of a message, as web/docs/protocol.md states them.
const (
	MaxTextLength = 8000      // code points
	MaxDataBytes  = 8 << 10   // of `data`, as the text received
	MaxClientID   = 128       // printable ASCII characters
	MaxSeq        = 1<<53 - 1 // the largest integer JavaScript holds exactly
	maxNameBytes  = 512       // of an author's stored name
)

// checkContent holds a message to its limits, whoever wrote it.
func checkContent(e *Event) error {
	if err := checkText(e.Text); err != nil {
		return err
	}
	if err := checkClientID(e.ClientID); err != nil {
		return err
	}
	if e.Parent < 0 || e.Parent > MaxSeq {
		return BadField("parent", "must be the seq of a message of this room")
	}
	if len(e.AuthorName) > maxNameBytes || !utf8.ValidString(e.AuthorName) {
		return BadField("authorName", "must be valid UTF-8 of at most %d bytes", maxNameBytes)
	}
	return checkData(e.Data)
}

func checkText(text string) error {
	switch {
	case text == "":
		return BadField("text", "must not be empty")
	case !utf8.ValidString(text):
		return BadField("text", "must be valid UTF-8")
	case strings.IndexByte(text, 0) >= 0:
		return BadField("text", "must not hold NUL characters")
	case utf8.RuneCountInString(text) > MaxTextLength:
		return BadField("text", "must be at most %d characters", MaxTextLength)
	}
	return nil
}

func checkClientID(id string) error {
	if len(id) > MaxClientID {
		return BadField("clientId", "must be at most %d characters", MaxClientID)
	}
	for i := range len(id) {
		if id[i] < 0x20 || id[i] > 0x7e {
			return BadField("clientId", "may hold only printable ASCII characters")
		}
	}
	return nil
}

func checkData(data string) error {
	if data == "" {
		return nil
	}
	if len(data) > MaxDataBytes {
		return &Error{Code: CodeTooLarge, Message: "data: must be at most 8 KiB", Field: "data"}
	}
	if data[0] != '{' || !json.Valid([]byte(data)) || !utf8.ValidString(data) {
		return BadField("data", "must be a JSON object")
	}
	return nil
}
