package rooms

import (
	"context"
	"slices"
	"time"

	"roomstream/auth"
)

// Missed is what somebody without a socket is to be told on his devices. It is told once, by the instance that stored the
// notification of it.
type Missed struct {
	ID         EventID // the notification's
	UserID     auth.UserID
	Kind       string // one of ChatKinds
	RoomID     RoomID
	RoomName   string // empty: a direct room
	Seq        int64  // 0: of an invitation
	Author     auth.UserID
	AuthorName string // empty: not known
	Text       string // the beginning of the message; empty: of an invitation
}

// Pusher takes what somebody missed to his devices. Its methods only queue, never wait; they are safe for concurrent use.
type Pusher interface {
	// Push queues what was missed.
	Push(list []Missed)

	// Forget drops what waits for a user, or was written by him.
	Forget(user auth.UserID)
}

// PushTo has pusher told of what users without a socket miss. Call it before Run.
func (s *Service) PushTo(pusher Pusher) { s.pusher = pusher }

// MayDisturb says whether a user has no socket at any instance, as far as is known here, and has not set StatusDND. An
// instance that has just begun waits until it has heard of the others, a few seconds. Errors: UNAVAILABLE.
func (s *Service) MayDisturb(ctx context.Context, user auth.UserID) (bool, error) {
	if err := s.awaitPresence(ctx); err != nil {
		return false, err
	}
	if !s.presence.away(user) {
		return false, nil
	}
	profiles, err := s.store.Profiles.Profiles(ctx, []auth.UserID{user})
	if err != nil {
		return false, notStored(err)
	}
	return len(profiles) == 0 || profiles[0].Status != StatusDND, nil
}

// awaitPresence waits until the sockets of all instances are known. Where no other process can have the store open there is
// nobody to wait for.
func (s *Service) awaitPresence(ctx context.Context) error {
	if s.store.Foreign == nil || s.presence.settled(s.peers.others()) {
		return nil
	}
	tick := time.NewTicker(settledEvery)
	defer tick.Stop()
	for !s.presence.settled(s.peers.others()) {
		select {
		case <-ctx.Done():
			return Wrap(CodeUnavailable, ctx.Err(), "who is here is not known yet")
		case <-tick.C:
		}
	}
	return nil
}

// StillMissed gives what a user missed as it is by now: without its text where that was edited. False: he may not be disturbed
// any more, or not read the room, or wants not to be told of it, or the message is gone. Errors: UNAVAILABLE.
func (s *Service) StillMissed(ctx context.Context, m Missed) (Missed, bool, error) {
	may, err := s.MayDisturb(ctx, m.UserID)
	if err != nil || !may {
		return m, false, err
	}
	if may, err = s.notifier.mayTell(ctx, &m); err != nil || !may || m.Seq == 0 {
		return m, may, err
	}
	changed, err := s.notifier.changed(ctx, map[RoomID][]int64{m.RoomID: {m.Seq}})
	if err != nil {
		return m, false, notStored(err)
	}
	w := changed.of(m.RoomID)
	if slices.Contains(w.Edited, m.Seq) {
		m.Text = ""
	}
	return m, !slices.Contains(w.Gone, m.Seq), nil
}

// mayTell says whether a user may read the room of what he missed by its log as it is now, and wants to be told of it.
func (n *notifier) mayTell(ctx context.Context, m *Missed) (bool, error) {
	room, err := n.service.rosters.room(ctx, m.RoomID)
	if err != nil && AsError(err).Code == CodeNotFound {
		return false, nil
	}
	readers := map[auth.UserID]string{m.UserID: m.Kind}
	if err == nil {
		err = n.keepWilling(ctx, room, readers)
	}
	if err != nil {
		return false, notStored(err)
	}
	return len(readers) > 0, nil
}

// notice is a notification that the chat makes, and what its user misses while he is away.
type notice struct {
	notification Notification
	missed       Missed
}

// storeAndPush stores notifications and has those pushed that no other instance had stored.
func (n *notifier) storeAndPush(ctx context.Context, list []notice) error {
	notifications := make([]Notification, len(list))
	for i := range list {
		notifications[i] = list[i].notification
	}
	stored, err := n.service.notify(ctx, notifications)
	if err != nil || n.service.pusher == nil {
		return err
	}
	fresh := make(map[EventID]bool, len(stored))
	for _, id := range stored {
		fresh[id] = true
	}
	var missed []Missed
	for i := range list {
		if m := list[i].missed; fresh[m.ID] && n.service.presence.away(m.UserID) {
			missed = append(missed, m)
		}
	}
	if len(missed) > 0 {
		n.service.pusher.Push(missed)
	}
	return nil
}

// forgetPushes drops what waits to be pushed of a user.
func (s *Service) forgetPushes(user auth.UserID) {
	if s.pusher != nil {
		s.pusher.Forget(user)
	}
}
