package rooms

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"roomstream/auth"
)

// RoomID names a room: 1 to 128 characters of A-Z a-z 0-9 _ . : -
type RoomID string

// maxRoomID is the longest room id in characters.
const maxRoomID = 128

// ParseRoomID returns BAD_REQUEST naming roomId for anything that is no room id.
func ParseRoomID(s string) (RoomID, error) {
	if len(s) == 0 || len(s) > maxRoomID {
		return "", BadField("roomId", "must be 1 to %d characters", maxRoomID)
	}
	for i := range len(s) {
		if !roomIDChar(s[i]) {
			return "", BadField("roomId", "may hold only letters, digits and _ . : -")
		}
	}
	return RoomID(s), nil
}

func roomIDChar(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	return c == '_' || c == '.' || c == ':' || c == '-'
}

// The types of rooms. A room keeps its type.
const (
	TypePublic  = "public"  // anybody may read it, and write unless it is read-only
	TypePrivate = "private" // its members may
	TypeDirect  = "direct"  // the two users of Room.Direct may, nobody else
)

// Room is what a room is called and who may enter it.
type Room struct {
	ID        RoomID
	Name      string
	Type      string
	Topic     string
	CreatedAt time.Time

	ReadOnly bool          // only moderators and owners write
	SlowMode time.Duration // at least so long between two messages of one member; 0: no bound
	Archived bool          // nobody writes
	Receipts bool          // members see how far the others have read
	Pins     Pins

	// Direct are the users of a direct room, ascending by id; both are the same in a room
	// with oneself. Empty in all others.
	Direct [2]auth.UserID
	// CreatedBy and CreateKey say which create_room made it: the user, and his clientId.
	CreatedBy auth.UserID
	CreateKey string
	// StateSeq is the seq of the newest event that changed the settings or a member; 0: none
	// did. What is judged by a room's state may be stored only while it is still the same.
	StateSeq int64

	// MinSeq is the first number that may be read; what stands below was trimmed. 0 and 1:
	// nothing was. It never falls, and a room's last seq is never below MinSeq-1.
	MinSeq int64
	// Retention is how long the room's events are kept; 0: as the server's setting says,
	// KeepForever: always.
	Retention time.Duration
	// RemoveBelow and RemoveAt say which trimmed events are removed from the store, and
	// not before when. Zero: none.
	RemoveBelow int64
	RemoveAt    time.Time
}

// KeepForever is the Retention of a room that keeps everything whatever the server's
// setting says.
const KeepForever time.Duration = -1

// Summary is a room with the newest event of its log.
type Summary struct {
	View
	LastSeq int64
	Last    *Event // nil: nothing was said yet
}

// The limits of what a room is called.
const (
	MaxRoomName  = 128       // code points
	MaxRoomTopic = 1000      // code points
	MaxSlowMode  = time.Hour // between two messages of one member
)

// Settings are what update_room changes, and what is pinned.
type Settings struct {
	Name     string
	Topic    string
	ReadOnly bool
	SlowMode time.Duration
	Archived bool
	Receipts bool
	Pins     Pins
}

// Settings gives the room's.
func (r *Room) Settings() Settings {
	return Settings{r.Name, r.Topic, r.ReadOnly, r.SlowMode, r.Archived, r.Receipts, r.Pins}
}

// Set gives the room other settings.
func (r *Room) Set(s Settings) {
	r.Name, r.Topic, r.ReadOnly, r.SlowMode, r.Archived, r.Receipts, r.Pins = s.Name, s.Topic, s.ReadOnly, s.SlowMode, s.Archived, s.Receipts, s.Pins
}

// wireSettings are settings as clients see them and as an event keeps them.
type wireSettings struct {
	Name       string  `json:"name"`
	Topic      string  `json:"topic"`
	ReadOnly   bool    `json:"readOnly"`
	SlowModeMs int64   `json:"slowModeMs"`
	Archived   bool    `json:"archived"`
	Receipts   bool    `json:"receipts"`
	Pins       []int64 `json:"pins"`
}

// JSON gives {name, topic, readOnly, slowModeMs, archived, receipts, pins?}.
func (s Settings) JSON() string {
	b := AppendJSONString([]byte(`{"name":`), s.Name)
	b = AppendJSONString(append(b, `,"topic":`...), s.Topic)
	b = strconv.AppendBool(append(b, `,"readOnly":`...), s.ReadOnly)
	b = strconv.AppendInt(append(b, `,"slowModeMs":`...), s.SlowMode.Milliseconds(), 10)
	b = strconv.AppendBool(append(b, `,"archived":`...), s.Archived)
	b = strconv.AppendBool(append(b, `,"receipts":`...), s.Receipts)
	b = s.Pins.append(b)
	return string(append(b, '}'))
}

// ParseSettings reads what JSON wrote. BAD_REQUEST names the field that is not as it must be.
func ParseSettings(text string) (Settings, error) {
	var w wireSettings
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return Settings{}, BadField("settings", "must be a JSON object of a room's settings")
	}
	s := Settings{w.Name, w.Topic, w.ReadOnly, time.Duration(w.SlowModeMs) * time.Millisecond, w.Archived, w.Receipts, PinsOf(w.Pins)}
	if w.SlowModeMs < 0 || w.SlowModeMs > MaxSlowMode.Milliseconds() {
		return Settings{}, BadField("slowModeMs", "must be from 0 to %d", MaxSlowMode.Milliseconds())
	}
	return s, s.check()
}

// check returns BAD_REQUEST naming the field that no room may have.
func (s *Settings) check() error {
	if err := checkLine("name", s.Name, MaxRoomName); err != nil {
		return err
	}
	if !strings.ContainsFunc(s.Name, showsItself) {
		return BadField("name", "must hold a visible character")
	}
	if s.SlowMode < 0 || s.SlowMode > MaxSlowMode {
		return BadField("slowModeMs", "must be from 0 to %d", MaxSlowMode.Milliseconds())
	}
	if err := s.Pins.Check(); err != nil {
		return err
	}
	return checkLine("topic", s.Topic, MaxRoomTopic)
}

// checkLine takes one line of text that a page may show beside others: no control
// character, and none that changes the direction of what stands around it (Unicode's
// Bidi_Control), which could make one name look like another.
func checkLine(field, text string, most int) error {
	switch {
	case !utf8.ValidString(text):
		return BadField(field, "must be valid UTF-8")
	case utf8.RuneCountInString(text) > most:
		return BadField(field, "must be at most %d characters", most)
	case strings.ContainsFunc(text, unicode.IsControl):
		return BadField(field, "must not hold control characters")
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }):
		return BadField(field, "must not hold characters that change the direction of text")
	}
	return nil
}
