package rooms

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"roomstream/auth"
)

// ThreadState is what the answers to one message are to a user.
type ThreadState struct {
	RoomID    RoomID
	Seq       int64 // of the message that is answered
	Following bool
	ReadSeq   int64 // up to here he has read the answers, in the thread or in the room
	Unread    int   // at most MaxUnread: answers above ReadSeq that are neither his own nor deleted
	LastSeq   int64 // of the newest answer that is not deleted; 0: there is none
	LastAt    time.Time
}

// ThreadInput asks how a thread is, or says what changes.
type ThreadInput struct {
	RoomID    string
	Thread    int64 // the seq of the message that is answered
	Following *bool // nil: as it is
	ReadSeq   int64 // he has read the answers up to here; 0: as it is
}

// SetThread follows the answers to a message or ceases to, and says how far they are read: that goes up, never down, and
// not beyond the room's end. His other sockets are told. Errors: BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (s *Service) SetThread(ctx context.Context, user auth.User, in ThreadInput) (ThreadState, error) {
	if in.Thread < 1 || in.Thread > MaxSeq {
		return ThreadState{}, BadField("thread", "must be the seq of a message of this room")
	}
	if in.ReadSeq < 0 || in.ReadSeq > MaxSeq {
		return ThreadState{}, BadField("readSeq", "must be the seq of an event of this room")
	}
	defer s.Doing(user.ID)()
	at, err := s.access(ctx, user, in.RoomID)
	if err != nil {
		return ThreadState{}, notStored(err)
	}
	state, err := s.setThread(ctx, user, at.room, in)
	if err == nil {
		err = s.stillMay(ctx, user, at.room)
	}
	if err != nil {
		return ThreadState{}, notStored(err)
	}
	if in.Following != nil || in.ReadSeq > 0 {
		s.signal(Signal{Kind: SignalThread, Room: state.RoomID, User: user.ID, Ref: state.ref()})
	}
	return state, nil
}

func (s *Service) setThread(ctx context.Context, user auth.User, room Room, in ThreadInput) (ThreadState, error) {
	if in.Following == nil && in.ReadSeq == 0 {
		return s.threadOf(ctx, user, room, in.Thread)
	}
	// Nothing is kept of what is no thread.
	if roots, err := s.rootsOf(ctx, room, []int64{in.Thread}); err != nil {
		return ThreadState{}, err
	} else if len(roots) == 0 {
		return ThreadState{}, noThread()
	}
	change := Thread{RoomID: room.ID, Seq: in.Thread, UserID: user.ID}
	if in.Following != nil {
		change.Choice = ThreadLeft
		if *in.Following {
			change.Choice = ThreadFollowed
		}
	}
	var err error
	if change.ReadSeq, err = s.withinEnd(ctx, room.ID, in.ReadSeq); err != nil {
		return ThreadState{}, err
	}
	if _, err := s.store.Threads.ChangeThread(ctx, change); err != nil {
		return ThreadState{}, err
	}
	return s.threadOf(ctx, user, room, in.Thread)
}

// withinEnd gives a seq, or the room's end where that is less.
func (s *Service) withinEnd(ctx context.Context, room RoomID, seq int64) (int64, error) {
	if seq <= s.router.deliveredIn(room) {
		return seq, nil
	}
	end, err := s.router.end(ctx, room)
	return min(seq, end), err
}

// threadOf gives one thread. NOT_FOUND: the room has no such message, or does not keep it any more.
func (s *Service) threadOf(ctx context.Context, user auth.User, room Room, seq int64) (ThreadState, error) {
	member, err := s.store.Members.Member(ctx, room.ID, user.ID)
	if err != nil {
		return ThreadState{}, err
	}
	states, _, err := s.threadsOf(ctx, user.ID, room, member.ReadSeq, []int64{seq})
	if err != nil {
		return ThreadState{}, err
	}
	if len(states) == 0 {
		return ThreadState{}, noThread()
	}
	return states[0], nil
}

func noThread() *Error {
	return &Error{Code: CodeNotFound, Message: "thread: no message of this room has this number", Field: "thread"}
}

// rootsOf gives those of seqs that are messages of the room and kept, as they were sent.
func (s *Service) rootsOf(ctx context.Context, room Room, seqs []int64) (map[int64]Event, error) {
	found, err := s.store.Related.Fold(ctx, room.ID, seqs)
	if err != nil {
		return nil, err
	}
	roots := map[int64]Event{}
	for _, e := range found {
		if e.Type == TypeMessage && e.Seq >= room.MinSeq {
			roots[e.Seq] = e
		}
	}
	return roots, nil
}

// threadsOf gives those of seqs that are messages of the room and kept, in the order given, and the messages as they were
// sent. read is how far the user has read the room.
func (s *Service) threadsOf(ctx context.Context, user auth.UserID, room Room, read int64, seqs []int64) ([]ThreadState, map[int64]Event, error) {
	roots, err := s.rootsOf(ctx, room, seqs)
	if err != nil {
		return nil, nil, err
	}
	kept, err := s.store.Threads.Threads(ctx, room.ID, user, seqs)
	if err != nil {
		return nil, nil, err
	}
	about := map[int64]Thread{}
	for _, t := range kept {
		about[t.Seq] = t
	}
	events, err := s.store.Related.Concerning(ctx, room.ID, seqs)
	if err != nil {
		return nil, nil, err
	}
	deleted, answers := map[int64]bool{}, map[int64][]*Event{}
	for i := range events {
		switch e := &events[i]; {
		case e.Type == TypeDelete:
			deleted[e.Target] = true
		case e.Type == TypeMessage && e.Parent > 0 && !e.Erased:
			answers[e.Parent] = append(answers[e.Parent], e)
		}
	}
	var states []ThreadState
	for _, seq := range seqs {
		root, there := roots[seq]
		if !there {
			continue
		}
		t := ThreadState{RoomID: room.ID, Seq: seq, Following: root.Author == user, ReadSeq: max(read, about[seq].ReadSeq)}
		for _, e := range answers[seq] {
			if !deleted[e.Seq] {
				t.count(e, user)
			}
		}
		if choice := about[seq].Choice; choice != ThreadDefault {
			t.Following = choice == ThreadFollowed
		}
		states = append(states, t)
	}
	return states, roots, nil
}

// count takes an answer that is not deleted; they come ascending.
func (t *ThreadState) count(e *Event, user auth.UserID) {
	t.LastSeq, t.LastAt = e.Seq, e.Timestamp
	switch {
	case e.Author == user:
		t.Following = true
	case e.Seq > t.ReadSeq:
		t.Unread = min(t.Unread+1, MaxUnread)
	}
}

// ref writes what a signal tells of a thread.
func (t *ThreadState) ref() string {
	return fmt.Sprint(t.Seq, " ", t.Following, " ", t.ReadSeq, " ", t.Unread)
}

// threadTold tells a user's sockets here how a thread is to him.
func (s *Service) threadTold(g Signal) {
	t := ThreadState{RoomID: g.Room}
	if n, err := fmt.Sscan(g.Ref, &t.Seq, &t.Following, &t.ReadSeq, &t.Unread); n != 4 || err != nil || s.teller == nil {
		return
	}
	b := AppendJSONString([]byte(`{"roomId":`), string(g.Room))
	b = strconv.AppendInt(append(b, `,"thread":`...), t.Seq, 10)
	s.teller.TellUser(g.User, "thread_updated", append(t.appendCounts(b), '}'))
}

// appendCounts appends following, readSeq and unread as members of a JSON object.
func (t *ThreadState) appendCounts(b []byte) []byte {
	b = strconv.AppendBool(append(b, `,"following":`...), t.Following)
	b = strconv.AppendInt(append(b, `,"readSeq":`...), t.ReadSeq, 10)
	return strconv.AppendInt(append(b, `,"unread":`...), int64(t.Unread), 10)
}

// AppendMembers appends thread, following, readSeq, unread and lastSeq as members of a JSON object, without its braces.
func (t *ThreadState) AppendMembers(b []byte) []byte {
	b = strconv.AppendInt(append(b, `"thread":`...), t.Seq, 10)
	return strconv.AppendInt(append(t.appendCounts(b), `,"lastSeq":`...), t.LastSeq, 10)
}
