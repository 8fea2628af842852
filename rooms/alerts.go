package rooms

import (
	"context"
	"time"

	"roomstream/auth"
)

// Level says of which messages of a room a user is told while he is not looking.
type Level string

// The levels of web/docs/protocol.md.
const (
	LevelDefault  Level = "" // he set none: LevelAll in a direct room, LevelMentions in all others
	LevelAll      Level = "all"
	LevelMentions Level = "mentions"
	LevelNothing  Level = "nothing"
)

// Known says whether l is a level, LevelDefault included.
func (l Level) Known() bool {
	return l == LevelDefault || l == LevelAll || l == LevelMentions || l == LevelNothing
}

// Alerts are what a user has set for one room, for all his devices.
type Alerts struct {
	Level      Level
	MutedUntil time.Time // to the millisecond: until then he is told of no message; zero: not muted
}

// AlertsChange is what changes of Alerts; nil: stays as it is.
type AlertsChange struct {
	Level      *Level
	MutedUntil *time.Time // zero: not muted any more
}

// Over gives the alerts as they are after a change.
func (c AlertsChange) Over(a Alerts) Alerts {
	if c.Level != nil {
		a.Level = *c.Level
	}
	if c.MutedUntil != nil {
		a.MutedUntil = *c.MutedUntil
	}
	return a
}

// want says whether a user is to be told of what a notification of a kind tells. That he was let into a room he is told
// always.
func (a Alerts) want(kind string, direct bool, now time.Time) bool {
	switch {
	case kind == KindInvitation:
		return true
	case now.Before(a.MutedUntil):
		return false
	case a.Level == LevelAll, a.Level == LevelDefault && direct:
		return true
	}
	return a.Level != LevelNothing && kind == KindMention
}

// SetAlerts changes of what a user is told in a room he may read, on all his devices, and returns what is so then. Errors:
// BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (s *Service) SetAlerts(ctx context.Context, user auth.User, roomID string, c AlertsChange) (Alerts, error) {
	if auth.IsBot(user.ID) {
		return Alerts{}, forbidden("bot", "bots are told of nothing")
	}
	if c.Level != nil && !c.Level.Known() {
		return Alerts{}, BadField("level", "must be %s, %s, %s or null", LevelAll, LevelMentions, LevelNothing)
	}
	if c.MutedUntil != nil {
		at := c.MutedUntil.UTC().Truncate(time.Millisecond)
		if !at.IsZero() && (at.Year() < 1970 || at.Year() > 9999) {
			return Alerts{}, BadField("mutedUntil", "must be a time from the year 1970 to 9999")
		}
		c.MutedUntil = &at
	}
	defer s.Doing(user.ID)()
	at, err := s.access(ctx, user, roomID)
	if err != nil {
		return Alerts{}, notStored(err)
	}
	set, err := s.store.Inbox.SetAlerts(ctx, at.room.ID, user.ID, c)
	if err != nil {
		return Alerts{}, notStored(err)
	}
	if err := s.stillMay(ctx, user, at.room); err != nil {
		return Alerts{}, notStored(err)
	}
	if c != (AlertsChange{}) {
		s.followers.forget(at.room.ID)
		s.signal(Signal{Kind: SignalAlerts, Room: at.room.ID, User: user.ID, Ref: string(set.Level), At: set.MutedUntil})
	}
	return set, nil
}

// alertsTold tells a user's sockets here what he has set. What is lost with a signal, a client finds when it comes again.
func (s *Service) alertsTold(g Signal) {
	s.followers.forget(g.Room)
	if s.teller == nil {
		return
	}
	b := AppendJSONString([]byte(`{"roomId":`), string(g.Room))
	b = AppendJSONString(append(b, `,"userId":`...), string(g.User))
	set := Alerts{Level(g.Ref), g.At}
	s.teller.TellUser(g.User, "alerts_updated", append(set.AppendJSON(append(b, `,"alerts":`...)), '}'))
}

// AppendJSON appends {level?, mutedUntil?}.
func (a Alerts) AppendJSON(b []byte) []byte {
	b = append(b, '{')
	if a.Level != LevelDefault {
		b = AppendJSONString(append(b, `"level":`...), string(a.Level))
	}
	if !a.MutedUntil.IsZero() {
		if a.Level != LevelDefault {
			b = append(b, ',')
		}
		b = appendTime(append(b, `"mutedUntil":`...), a.MutedUntil)
	}
	return append(b, '}')
}

// MarshalJSON makes Alerts fit for encoding/json; it is AppendJSON.
func (a Alerts) MarshalJSON() ([]byte, error) { return a.AppendJSON(nil), nil }
