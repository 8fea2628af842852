package rooms

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"roomstream/auth"
)

const (
	// threadsLook is how many events from a room's end are looked through for unread answers: who has missed more of a
	// room finds the rest when he has read on.
	threadsLook = 5_000
	// threadsAnswers is how many of those answers are asked what they answer.
	threadsAnswers = 1_000
	// threadsAtOnce bounds the rooms that are read at the same time.
	threadsAtOnce = 8
)

// UnreadThread is a thread with answers that its follower has not read.
type UnreadThread struct {
	ThreadState
	Message Message // that is answered, as it is by now
}

// UnreadThreads returns at most limit (0: 50; at most 100) threads that the user follows in his rooms and has not read, the
// one with the newest answer first, and whether there are more. They end at 256 KiB too. Errors: BAD_REQUEST, UNAVAILABLE.
func (s *Service) UnreadThreads(ctx context.Context, user auth.User, limit int) ([]UnreadThread, bool, error) {
	limit, err := pageLimit(limit)
	if err != nil {
		return nil, false, err
	}
	mine, err := s.Mine(ctx, user)
	if err != nil {
		return nil, false, err
	}
	var (
		mu  sync.Mutex
		all []UnreadThread
	)
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(threadsAtOnce)
	for _, m := range mine {
		if m.Unread.Messages == 0 {
			continue
		}
		group.Go(func() error {
			found, err := s.unreadThreadsIn(reading, user.ID, m)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, found...)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, false, notStored(err)
	}
	slices.SortFunc(all, func(a, b UnreadThread) int {
		return cmp.Or(b.LastAt.Compare(a.LastAt), cmp.Compare(a.RoomID, b.RoomID), cmp.Compare(b.Seq, a.Seq))
	})
	more := len(all) > limit
	all = all[:min(len(all), limit)]
	kept, err := s.foldThreads(ctx, user, mine, all)
	if err != nil {
		return nil, false, notStored(err)
	}
	return kept, more || len(kept) < len(all), nil
}

// unreadThreadsIn gives those of one room, whose messages are as they were sent.
func (s *Service) unreadThreadsIn(ctx context.Context, user auth.UserID, m Mine) ([]UnreadThread, error) {
	room := m.Room
	seqs, err := s.store.Threads.Answered(ctx, room.ID, max(m.ReadSeq, m.LastSeq-threadsLook, room.MinSeq-1), threadsAnswers)
	if err != nil || len(seqs) == 0 {
		return nil, err
	}
	states, roots, err := s.threadsOf(ctx, user, room, m.ReadSeq, seqs)
	var found []UnreadThread
	for _, t := range states {
		if t.Following && t.Unread > 0 {
			found = append(found, UnreadThread{t, Message{Event: roots[t.Seq]}})
		}
	}
	return found, err
}

// foldThreads gives the messages as they are by now, as far as they fit into a page, and leaves those out whose room the
// user may not know any more.
func (s *Service) foldThreads(ctx context.Context, user auth.User, mine []Mine, list []UnreadThread) ([]UnreadThread, error) {
	byRoom := map[RoomID][]Event{}
	for i := range list {
		byRoom[list[i].RoomID] = append(byRoom[list[i].RoomID], list[i].Message.Event)
	}
	folded := map[RoomID]map[int64]Message{}
	for _, m := range mine {
		id := m.Room.ID
		if len(byRoom[id]) == 0 {
			continue
		}
		messages, err := s.folded(ctx, user, id, byRoom[id])
		if err != nil {
			return nil, err
		}
		if err := s.stillMay(ctx, user, m.Room); err != nil {
			if storeAway(err) {
				return nil, err
			}
			continue
		}
		folded[id] = map[int64]Message{}
		for _, message := range messages {
			folded[id][message.Seq] = message
		}
	}
	kept, size := make([]UnreadThread, 0, len(list)), 0
	for _, t := range list {
		message, there := folded[t.RoomID][t.Seq]
		if !there {
			continue
		}
		if size += message.size(); size > maxPageBytes && len(kept) > 0 {
			break
		}
		t.Message = message
		kept = append(kept, t)
	}
	return kept, nil
}

// AppendJSON appends the thread as an object.
func (t *UnreadThread) AppendJSON(b []byte) []byte {
	b = AppendJSONString(append(b, `{"roomId":`...), string(t.RoomID))
	b = t.AppendMembers(append(b, ','))
	b = append(b, `,"lastAt":"`...)
	b = t.LastAt.UTC().AppendFormat(b, TimeFormat)
	b = t.Message.AppendJSON(append(b, `","message":`...))
	return append(b, '}')
}
