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

// reads are the positions that others are to be told of. What is lost with a signal, a client
// finds when it comes again: the positions themselves are in the store. It is safe for
// concurrent use.
type reads struct {
	wake chan struct{}

	mu      sync.Mutex
	pending map[readKey]readMark
}

type readKey struct {
	room RoomID
	user auth.UserID
}

type readMark struct {
	ReadState
	receipts bool // everybody in the room is told
}

func newReads() *reads {
	return &reads{wake: make(chan struct{}, 1), pending: map[readKey]readMark{}}
}

func (r *reads) mark(room RoomID, user auth.UserID, receipts bool, state ReadState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := readKey{room, user}
	if before, there := r.pending[key]; there && before.ReadSeq > state.ReadSeq || !there && len(r.pending) >= readsKept {
		return
	}
	r.pending[key] = readMark{state, receipts}
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
			s.signal(Signal{Kind: SignalRead, Room: key.room, User: key.user, On: m.receipts, Ref: m.ref()})
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
	b := AppendJSONString([]byte(`{"roomId":`), string(g.Room))
	b = AppendJSONString(append(b, `,"userId":`...), string(g.User))
	b = strconv.AppendInt(append(b, `,"seq":`...), state.ReadSeq, 10)
	if sockets := s.router.sockets(); g.On && sockets != nil && sockets.Members(g.Room) <= receiptsMost {
		body := append(b[:len(b):len(b)], '}')
		s.router.behind(g.Room, state.ReadSeq, func() { s.teller.TellRoom(g.Room, "read_updated", body) })
	}
	b = strconv.AppendInt(append(b, `,"unread":`...), int64(state.Unread.Messages), 10)
	b = strconv.AppendInt(append(b, `,"mentions":`...), int64(state.Unread.Mentions), 10)
	s.teller.TellUser(g.User, "read_updated", append(b, '}'))
}
