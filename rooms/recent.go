package rooms

import (
	"crypto/sha256"
	"strconv"
	"sync"

	"roomstream/auth"
)

// recentKept is how many answered sends with a clientId are remembered, so that the
// usual retry (same client, same instance, seconds later) costs no read. Older ones
// are found by the log's unique index.
const recentKept = 8192

// sendKey identifies a send for ever.
type sendKey struct {
	room     RoomID
	author   auth.UserID
	clientID string
}

func keyOf(e *Event) sendKey { return sendKey{e.RoomID, e.Author, e.ClientID} }

// recent knows the sends that are on their way or were answered lately. A send that
// is repeated while the first is on its way waits for the first one's answer.
// It is safe for concurrent use.
type recent struct {
	mu    sync.Mutex
	byKey map[sendKey]*recentSend
	ring  []sendKey // answered ones, oldest at next
	next  int
}

type recentSend struct {
	content [sha256.Size]byte
	item    *item // nil once answered
	sent    Sent
}

func newRecent() *recent { return &recent{byKey: map[sendKey]*recentSend{}} }

// contentHash stands for what sameContent compares.
func contentHash(e *Event) [sha256.Size]byte {
	b := make([]byte, 0, len(e.Type)+len(e.Text)+len(e.Data)+32)
	b = append(append(b, e.Type...), 0)
	b = append(strconv.AppendInt(b, e.Parent, 10), 0)
	b = append(strconv.AppendInt(b, e.Target, 10), 0)
	b = append(strconv.AppendBool(append(append(b, e.Emoji...), 0), e.On), 0)
	b = append(strconv.AppendInt(b, int64(len(e.Text)), 10), 0)
	b = append(append(b, e.Text...), e.Data...)
	return sha256.Sum256(b)
}

// verdict is what recent says of a send.
type verdict int

const (
	sendNew       verdict = iota // go on: it is registered now
	sendRepeated                 // answered before: the Sent is given
	sendWaits                    // the first is on its way: the call waits with it
	sendConflicts                // the clientId was used with other content
)

// register looks a send up by its clientId, and enters it if it is new.
func (r *recent) register(it *item, c *call) (verdict, Sent) {
	content := contentHash(it.event)
	key := keyOf(it.event)
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.byKey[key]
	switch {
	case !ok:
		r.byKey[key] = &recentSend{content: content, item: it}
		return sendNew, Sent{}
	case s.content != content:
		return sendConflicts, Sent{}
	case s.item == nil:
		repeated := s.sent
		repeated.Duplicate = true
		return sendRepeated, repeated
	}
	s.item.repeats = append(s.item.repeats, c)
	return sendWaits, Sent{}
}

// settle ends a send's way: sent is remembered, err is not. It returns the calls
// that waited with it.
func (r *recent) settle(it *item, sent Sent, err error) []*call {
	if it.event.ClientID == "" {
		return nil
	}
	key := keyOf(it.event)
	r.mu.Lock()
	defer r.mu.Unlock()
	repeats := it.repeats
	it.repeats = nil
	s := r.byKey[key]
	if s == nil || s.item != it {
		return repeats
	}
	if err != nil {
		delete(r.byKey, key)
		return repeats
	}
	s.item, s.sent = nil, sent
	r.remember(key)
	return repeats
}

func (r *recent) remember(key sendKey) {
	if len(r.ring) < recentKept {
		r.ring = append(r.ring, key)
		return
	}
	old := r.ring[r.next]
	if s := r.byKey[old]; s != nil && s.item == nil {
		delete(r.byKey, old)
	}
	r.ring[r.next] = key
	r.next = (r.next + 1) % recentKept
}
