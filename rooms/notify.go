package rooms

import (
	"context"
	"math/rand/v2"

	"roomstream/auth"
)

const (
	// MaxMarked is how many notifications can be marked at once.
	MaxMarked = 100
	// MaxUnread is how far unread notifications are counted: nobody tells more apart.
	MaxUnread = 1000
)

// Notify stores notifications, for each user to be told on whatever instance he is, and to
// be found by him later. Those without an ID are given one. They are durable on return.
// Errors: BAD_REQUEST, UNAVAILABLE.
func (s *Service) Notify(ctx context.Context, list []Notification) error {
	_, err := s.notify(ctx, list)
	return err
}

// notify returns the IDs of those that were not there yet.
func (s *Service) notify(ctx context.Context, list []Notification) ([]EventID, error) {
	checked := make([]Notification, len(list))
	for i, n := range list {
		if n.ID == (EventID{}) {
			n.ID = s.ids.next(s.now())
		}
		if err := n.check(); err != nil {
			return nil, err
		}
		checked[i] = n
	}
	stored, err := s.store.Notifications.Notify(ctx, checked)
	if err != nil {
		return nil, notStored(err)
	}
	return stored, nil
}

// NotificationsInput selects notifications of a user.
type NotificationsInput struct {
	Before string // an id: only those below it; empty: from the newest on
	Unread bool   // only those that are not read
	Limit  int    // 0: 50; at most 100
}

// NotificationPage is a page of a user's notifications.
type NotificationPage struct {
	Notifications []Notification // newest first
	Unread        int            // of all the user's, at most MaxUnread
	More          bool
}

// Notifications reads a page of a user's notifications. It ends at 256 KiB too, and holds
// at least one if there is one. Errors: BAD_REQUEST, UNAVAILABLE.
func (s *Service) Notifications(ctx context.Context, user auth.User, in NotificationsInput) (NotificationPage, error) {
	limit, err := pageLimit(in.Limit)
	if err != nil {
		return NotificationPage{}, err
	}
	var before EventID
	if in.Before != "" {
		var ok bool
		if before, ok = ParseEventID(in.Before); !ok {
			return NotificationPage{}, BadField("before", "must be the id of a notification: 24 hexadecimal digits")
		}
		if before == (EventID{}) { // below it there is nothing, and it means "from the newest on" to the store
			return s.withUnread(ctx, user.ID, NotificationPage{})
		}
	}
	list, err := s.store.Notifications.Notifications(ctx, user.ID, before, in.Unread, limit+1)
	if err != nil {
		return NotificationPage{}, notStored(err)
	}
	page := NotificationPage{More: len(list) > limit}
	size := 0
	for _, n := range list[:min(len(list), limit)] {
		size += eventOverhead + len(n.Fields)
		if size > maxPageBytes && len(page.Notifications) > 0 {
			page.More = true
			break
		}
		page.Notifications = append(page.Notifications, n)
	}
	return s.withUnread(ctx, user.ID, page)
}

func (s *Service) withUnread(ctx context.Context, user auth.UserID, page NotificationPage) (NotificationPage, error) {
	unread, err := s.UnreadNotifications(ctx, user)
	page.Unread = unread
	return page, err
}

// MarkNotifications marks notifications of a user read or unread and returns how many are
// unread then, at most MaxUnread. Ids of none of his are passed over. Errors: BAD_REQUEST
// naming ids, UNAVAILABLE.
func (s *Service) MarkNotifications(ctx context.Context, user auth.User, ids []string, read bool) (unread int, err error) {
	if len(ids) > MaxMarked {
		return 0, BadField("ids", "at most %d at once", MaxMarked)
	}
	parsed := make([]EventID, len(ids))
	for i, digits := range ids {
		var ok bool
		if parsed[i], ok = ParseEventID(digits); !ok {
			return 0, BadField("ids", "must be ids of notifications: 24 hexadecimal digits each")
		}
	}
	if len(parsed) > 0 {
		if err := s.store.Notifications.MarkNotifications(ctx, user.ID, parsed, read); err != nil {
			return 0, notStored(err)
		}
	}
	return s.UnreadNotifications(ctx, user.ID)
}

// UnreadNotifications counts a user's notifications that are not read, at most up to
// MaxUnread.
func (s *Service) UnreadNotifications(ctx context.Context, user auth.UserID) (int, error) {
	n, err := s.store.Notifications.UnreadNotifications(ctx, user, MaxUnread)
	if err != nil {
		return 0, notStored(err)
	}
	return n, nil
}

// watchNotifications keeps the stream of notifications open, for ever. The store goes on
// where it was; what it cannot tell any more its user finds among his unread ones.
func (s *Service) watchNotifications(ctx context.Context, teller Teller) error {
	told := func(list []Notification) {
		for i := range list {
			teller.TellUser(list[i].UserID, "notification", list[i].AppendJSON(nil))
		}
	}
	wait := reopenFirst
	for ctx.Err() == nil {
		started := s.now()
		err := s.store.Notifications.WatchNotifications(ctx, func() {}, told)
		if ctx.Err() != nil {
			return nil
		}
		if s.now().Sub(started) > reopenHealthy {
			wait = reopenFirst
		}
		s.logger.Warn("the stream of notifications ended and is reopened", "error", err, "in", wait)
		s.tallies.reopenings.Add(StreamNotifications)
		pause(ctx, wait/2+rand.N(wait/2+1), nil)
		wait = min(2*wait, reopenMost)
	}
	return nil
}
