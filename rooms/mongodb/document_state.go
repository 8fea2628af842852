package mongodb

import (
	"encoding/json"
	"time"

	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"roomstream/auth"
	"roomstream/rooms"
)

// state is what a document says of a room and its members, and what a message has besides
// its text. In another program's document these names may hold anything.
type state struct {
	mentions, attachments   string
	subject, role, settings string
	was                     string
	until                   time.Time
	wrong                   bool // a field that makes a member's event has a wrong type
}

func (s *state) read(key []byte, v bsoncore.Value) {
	ok := true
	switch string(key) { // does not allocate
	case "mentions":
		s.mentions, _ = v.StringValueOK()
	case "attachments":
		s.attachments, _ = v.StringValueOK()
	case "settings":
		s.settings, _ = v.StringValueOK()
	case "subject":
		s.subject, ok = v.StringValueOK()
	case "role":
		s.role, ok = v.StringValueOK()
	case "was":
		s.was, _ = v.StringValueOK()
	case "bannedUntil":
		var ms int64
		ms, ok = v.DateTimeOK()
		s.until = time.UnixMilli(ms).UTC()
		if year := s.until.Year(); year < firstYear || year > lastYear {
			ok = false
		}
	}
	s.wrong = s.wrong || !ok
}

// enrich gives an event whom it names and its files, each where it is as clients are to be
// given it: what is no such text means nothing.
func (s *state) enrich(e *rooms.Event) {
	if s.mentions != "" {
		probe := rooms.Event{RoomID: e.RoomID, Author: e.Author, Text: standIn, Mentions: s.mentions}
		if rooms.CheckStored(&probe) == nil {
			e.Mentions = s.mentions
		}
	}
	if s.attachments != "" && s.attachments[0] == '[' && json.Valid([]byte(s.attachments)) {
		e.Attachments = s.attachments
	}
}

// describe makes an event that of a member or of the room's settings. False: it cannot be
// read.
func (s *state) describe(e *rooms.Event) bool {
	if e.Type == rooms.TypeRoom {
		e.Settings = s.settings
		return true
	}
	e.Subject, e.Role, e.Was, e.Until = auth.UserID(s.subject), rooms.Role(s.role), rooms.Role(s.was), s.until
	return !s.wrong
}
