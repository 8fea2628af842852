package archive

import (
	"context"
	"errors"
	"sync"

	"roomstream/rooms"
)

// memberWriters write members at once: each write waits for the disk, and the stores write
// together what comes together.
const memberWriters = 32

// putMembers writes the members of the room that differ from the store's, and says how many.
func (w *writer) putMembers() (int, error) {
	wanted := w.state.members
	for _, m := range w.lines {
		if by, is := wanted[m.UserID]; is {
			by.ReadSeq, by.DeliveredSeq, by.Alerts = m.ReadSeq, m.DeliveredSeq, m.Alerts
			m = by
		}
		wanted[m.UserID] = m
	}
	if len(wanted) == 0 {
		return 0, nil
	}
	stored, err := allMembers(w.ctx, w.store.Rooms.Members, w.at.ID)
	if err != nil {
		return 0, err
	}
	var changed []rooms.Member
	for _, m := range byUser(wanted) {
		there, is := stored[m.UserID]
		if m = newer(m, there); !is || m != there {
			changed = append(changed, m)
		}
	}
	return len(changed), putAll(w.ctx, w.store.Rooms.Members, changed)
}

// newer gives what is newer of two records of one member. What is read or delivered stays so, and what he has set in the store stands.
func newer(m, stored rooms.Member) rooms.Member {
	read, delivered, alerts := max(m.ReadSeq, stored.ReadSeq), max(m.DeliveredSeq, stored.DeliveredSeq), stored.Alerts
	if alerts == (rooms.Alerts{}) {
		alerts = m.Alerts
	}
	if stored.Seq > m.Seq {
		m = stored
	}
	m.ReadSeq, m.DeliveredSeq, m.Alerts = read, delivered, alerts
	return m
}

// putAll writes members, some at a time. It returns when none is under way any more.
func putAll(ctx context.Context, s rooms.Members, members []rooms.Member) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	next := make(chan rooms.Member)
	failed := make(chan error, memberWriters)
	var writers sync.WaitGroup
	for range min(memberWriters, len(members)) {
		writers.Go(func() {
			for m := range next {
				if err := s.PutMember(ctx, m); err != nil {
					failed <- err
					stop()
					return
				}
			}
		})
	}
	for _, m := range members {
		select {
		case next <- m:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	writers.Wait()
	close(failed)
	return errors.Join(<-failed, ctx.Err())
}
