package rooms

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"roomstream/auth"
)

// The limits of a message, as web/docs/protocol.md states them.
const (
	MaxTextLength = 8000      // code points
	MaxDataBytes  = 8 << 10   // of `data`, as the text received
	MaxClientID   = 128       // printable ASCII characters
	MaxSeq        = 1<<53 - 1 // the largest integer JavaScript holds exactly
	MaxEmojiBytes = 64        // of a reaction's emoji
	maxNameBytes  = 512       // of an author's stored name
)

// checkContent holds a message to its limits, whoever wrote it.
func checkContent(e *Event) error {
	if err := checkText(e.Text); err != nil && (e.Text != "" || e.Attachments == "") { // files speak for themselves
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
	if err := checkMentions(e.Mentions); err != nil {
		return err
	}
	return checkData(e.Data)
}

// MaxMentions is how many users one message may name.
const MaxMentions = 50

// checkMentions takes what Event.Mentions may be.
func checkMentions(text string) error {
	if text == "" {
		return nil
	}
	var ids []auth.UserID
	if json.Unmarshal([]byte(text), &ids) != nil || len(ids) == 0 || len(ids) > MaxMentions {
		return BadField("mentions", "must be a JSON array of 1 to %d user ids", MaxMentions)
	}
	for _, id := range ids {
		if err := auth.CheckUserID(string(id)); err != nil {
			return BadField("mentions", "%v", err)
		}
	}
	return nil
}

// CheckStored holds an event that was read from a store to what its type must have: a
// store that other programs can write to may hold anything.
func CheckStored(e *Event) error {
	if _, err := ParseRoomID(string(e.RoomID)); err != nil {
		return err
	}
	if err := auth.CheckUserID(string(e.Author)); err != nil {
		return BadField("author", "%v", err)
	}
	switch e.Type {
	case TypeMember:
		return checkMember(e)
	case TypeRoom:
		return checkRoom(e)
	}
	if e.Type != TypeMessage && (e.Target < 1 || e.Target > MaxSeq) {
		return BadField("target", "must be the seq of a message of this room")
	}
	switch {
	case e.Type == TypeDelete, e.Erased:
		return checkClientID(e.ClientID)
	case e.Type == TypeMessage:
		return checkContent(e)
	case e.Type == TypeEdit:
		return checkText(e.Text)
	case e.Type != TypeReaction:
		return BadField("type", "is not known")
	case e.Counts == "" || e.Counts[0] != '{' || !json.Valid([]byte(e.Counts)):
		return BadField("counts", "must be a JSON object")
	}
	return checkEmoji(e.Emoji)
}

// checkMember holds a member event to its form.
func checkMember(e *Event) error {
	if err := auth.CheckUserID(string(e.Subject)); err != nil {
		return BadField("userId", "%v", err)
	}
	if !e.Role.Known() {
		return BadField("role", "must be %s, %s, %s, %s or null", RoleOwner, RoleModerator, RoleMember, RoleReader)
	}
	if !e.Was.Known() {
		return BadField("was", "is not known")
	}
	return checkClientID(e.ClientID)
}

// checkRoom holds a room event to its form.
func checkRoom(e *Event) error {
	if e.Erased {
		return checkClientID(e.ClientID)
	}
	if _, err := ParseSettings(e.Settings); err != nil {
		return err
	}
	return checkClientID(e.ClientID)
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

// checkEmoji takes one grapheme cluster, as Unicode's UAX #29 has it, or a :name: of
// letters, digits and _ + -.
func checkEmoji(emoji string) error {
	switch {
	case emoji == "" || len(emoji) > MaxEmojiBytes || !utf8.ValidString(emoji):
		return BadField("emoji", "must be 1 to %d bytes of valid UTF-8", MaxEmojiBytes)
	case isEmojiName(emoji):
		return nil
	case uniseg.GraphemeClusterCount(emoji) != 1 || strings.IndexFunc(emoji, unicode.IsGraphic) != 0 || strings.ContainsFunc(emoji, unicode.IsSpace):
		return BadField("emoji", "must be one visible character or a :name: of letters, digits and _ + -")
	}
	return nil
}

func isEmojiName(s string) bool {
	name, ok := strings.CutPrefix(s, ":")
	if !ok || len(name) < 2 || name[len(name)-1] != ':' {
		return false
	}
	for _, c := range name[:len(name)-1] {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '+', c == '-':
		default:
			return false
		}
	}
	return true
}
