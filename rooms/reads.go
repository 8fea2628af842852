package rooms

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"roomstream/auth"
)

const (
	// readsFlush gathers what one user reads in a moment into one signal.
	readsFlush = 100 * time.Millisecond
	// readsKept bounds what waits for that; beyond it nobody else is told.
	readsKept = 10_000
	// receiptsMost is in how many sockets of a room here others are told how far somebody has
	// read: of more each message would make as many signals as there are readers, to each of
	// them. list_receipts tells it nevertheless.
	receiptsMost = 200
)

// reads are the positions, read or delivered, that others are to be told of. What is lost with a signal, a client
// finds when it comes again: the positions themselves are in the store. It is safe for
// concurrent use.
type reads struct {
	wake chan struct{}

	mu      sync.Mutex
	pending map[readKey]readMark
}

type readKey struct {
	room      RoomID
	user      auth.UserID
	delivered bool // it is no more than that
}

type readMark struct {
	ReadState
	receipts bool // everybody in the room is told
}

func newReads() *reads {
	return &reads{wake: make(chan struct{}, 1), pending: map[readKey]readMark{}}
}

func (r *reads) mark(room RoomID, user auth.UserID, receipts bool, state ReadState) {
	r.put(readKey{room: room, user: user}, readMark{state, receipts})
}

func (r *reads) delivered(room RoomID, user auth.UserID, seq int64) {
	r.put(readKey{room, user, true}, readMark{ReadState{ReadSeq: seq}, true})
}

func (r *reads) put(key readKey, m readMark) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if before, there := r.pending[key]; there && before.ReadSeq > m.ReadSeq || !there && len(r.pending) >= readsKept {
		return
	}
	r.pending[key] = m
	ring(r.wake)
}

func (r *reads) take() map[readKey]readMark {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.pending
	r.pending = map[readKey]readMark{}
	return all
}

// tellReads sends what was read as signals until ctx is done.
func (s *Service) tellReads(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.reads.wake:
		}
		pause(ctx, readsFlush, nil)
		for key, m := range s.reads.take() {
			if key.delivered {
				s.signal(Signal{Kind: SignalDelivered, Room: key.room, User: key.user, Ref: strconv.FormatInt(m.ReadSeq, 10)})
			} else {
				s.signal(Signal{Kind: SignalRead, Room: key.room, User: key.user, On: m.receipts, Ref: m.ref()})
			}
		}
	}
}

// ref writes the numbers of a mark for a signal.
func (m readMark) ref() string {
	return fmt.Sprint(m.ReadSeq, " ", m.Unread.Messages, " ", m.Unread.Mentions)
}

// readTold tells a user's sockets here how far he has read, and in rooms with receipts
// everybody.
func (s *Service) readTold(g Signal) {
	var state ReadState
	if n, err := fmt.Sscan(g.Ref, &state.ReadSeq, &state.Unread.Messages, &state.Unread.Mentions); n != 3 || err != nil || s.teller == nil {
		return
	}
	b := strconv.AppendInt(append(g.whoWhere(), `,"seq":`...), state.ReadSeq, 10)
	if g.On {
		s.tellReceipt(g.Room, "read_updated", state.ReadSeq, append(b[:len(b):len(b)], '}'))
	}
	b = strconv.AppendInt(append(b, `,"unread":`...), int64(state.Unread.Messages), 10)
	b = strconv.AppendInt(append(b, `,"mentions":`...), int64(state.Unread.Mentions), 10)
	s.teller.TellUser(g.User, "read_updated", append(b, '}'))
}

// deliveredTold tells everybody in a room up to where a device of one of them has it.
func (s *Service) deliveredTold(g Signal) {
	seq, err := strconv.ParseInt(g.Ref, 10, 64)
	if err != nil || s.teller == nil {
		return
	}
	b := strconv.AppendInt(append(g.whoWhere(), `,"deliveredSeq":`...), seq, 10)
	s.tellReceipt(g.Room, "delivered_updated", seq, append(b, '}'))
}

// whoWhere begins what clients are told of a position: {roomId, userId, without its end.
func (g *Signal) whoWhere() []byte {
	b := AppendJSONString([]byte(`{"roomId":`), string(g.Room))
	return AppendJSONString(append(b, `,"userId":`...), string(g.User))
}

// tellReceipt tells a room of a position, once everybody in it was given the event that stands there.
func (s *Service) tellReceipt(room RoomID, event string, seq int64, body []byte) {
	if sockets := s.router.sockets(); sockets != nil && sockets.Members(room) <= receiptsMost {
		s.router.behind(room, seq, func() { s.teller.TellRoom(room, event, body) })
	}
}
