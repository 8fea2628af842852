package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"time"
)

const (
	// saidRows and saidTime are how long a row's payload is compared with notifications: these come with the commit.
	saidRows = 4096
	saidTime = 30 * time.Second
	// maxNotified is longer than any notification: PostgreSQL takes less than 8,000 bytes, and jsonb writes them with spaces.
	maxNotified = 16_000
)

// said is what rows were told last, so that a notification with a row's payload is known for the row's.
type said struct {
	open  map[spoken][]*saidAt // that no notification was taken for, oldest first
	order []*saidAt            // oldest first
}

// spoken is a channel and a payload in one form of many.
type spoken struct{ channel, payload string }

type saidAt struct {
	spoken
	at    time.Time
	taken bool
}

// add remembers a row.
func (s *said) add(channel, text string) {
	if len(text) > maxNotified {
		return
	}
	payload, ok := oneForm(text)
	if !ok {
		return
	}
	if s.open == nil {
		s.open = make(map[spoken][]*saidAt)
	}
	one := &saidAt{spoken: spoken{channel, payload}, at: time.Now()}
	s.open[one.spoken] = append(s.open[one.spoken], one)
	s.order = append(s.order, one)
	s.forget()
}

// take says whether a row with this payload was told that no notification has been taken for yet.
func (s *said) take(channel, text string) bool {
	s.forget()
	payload, ok := oneForm(text)
	if !ok {
		return false
	}
	what := spoken{channel, payload}
	if len(s.open[what]) == 0 {
		return false
	}
	s.close(what)
	return true
}

func (s *said) forget() {
	for len(s.order) > saidRows || len(s.order) > 0 && time.Since(s.order[0].at) > saidTime {
		if oldest := s.order[0]; !oldest.taken {
			s.close(oldest.spoken)
		}
		s.order = s.order[1:]
	}
}

// close takes the oldest with this payload out.
func (s *said) close(what spoken) {
	s.open[what][0].taken = true
	if s.open[what] = s.open[what][1:]; len(s.open[what]) == 0 {
		delete(s.open, what)
	}
}

// oneForm writes JSON as any other text of the same value would be written, but for the spelling of numbers.
func oneForm(text string) (string, bool) {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return "", false
	}
	form, err := json.Marshal(value)
	return string(form), err == nil
}

// has says whether a notification belongs to a row of the outbox. The outbox was read after it came.
func (o *outbox) has(ctx context.Context, s *session, channel, text string) (bool, error) {
	if text == "" || isBell(text) || o.said.take(channel, text) {
		return true, nil
	}
	if o.wait == nil || !json.Valid([]byte(text)) {
		return false, nil
	}
	// Rows are held back: it may be one of those.
	asking, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	var there bool
	err := s.conn.QueryRow(asking, heldSQL, o.last, channel, text).Scan(&there)
	return there, err
}

// isBell knows {"outbox": 17}.
func isBell(text string) bool {
	var fields map[string]json.RawMessage
	if len(text) > len(`{"outbox":}`)*4 || json.Unmarshal([]byte(text), &fields) != nil || len(fields) != 1 {
		return false
	}
	return integer.Match(fields["outbox"])
}
