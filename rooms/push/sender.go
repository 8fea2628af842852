package push

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/outward"
	"roomstream/rooms/tally"
)

const (
	// lookEvery is how often the clock is looked at for what waits for its time.
	lookEvery = time.Second
	// storeTimeout bounds one call of the store.
	storeTimeout = 8 * time.Second
	// lookTries is how often the store is asked for a user's devices, lookPause apart.
	lookTries = 3
	lookPause = time.Second
	// currentFor is how long what was looked up of a user and his devices holds: behind a service that hangs a message waits
	// longer, and meanwhile another may have signed in with the browser.
	currentFor = 2 * time.Second
	// lostLogged is how many lost messages make one line of the log.
	lostLogged = 1000
)

// Chat is what a Sender asks of the chat.
type Chat interface {
	// MayDisturb is rooms.Service.MayDisturb.
	MayDisturb(ctx context.Context, user auth.UserID) (bool, error)
	// StillMissed is rooms.Service.StillMissed.
	StillMissed(ctx context.Context, m rooms.Missed) (rooms.Missed, bool, error)
	// Doing is rooms.Service.Doing.
	Doing(user auth.UserID) (end func())
}

// Options are a Sender's settings. Subject is required, the zero of all others works.
type Options struct {
	Subject      string // whom push services may turn to: see CheckSubject
	NoTexts      bool   // devices are not told what was said
	AllowPrivate bool   // push services may have addresses that are not of the public internet

	Resolver *net.Resolver    // of names; nil: the system's
	Now      func() time.Time // nil: time.Now
	Logger   *slog.Logger     // nil: none

	// The times below are shortened by tests.
	Look    time.Duration // 0: lookEvery
	Attempt time.Duration // 0: attemptTimeout
}

// Sender takes what users miss to their devices.
type Sender struct {
	chat     Chat
	store    rooms.Subscriptions
	guard    outward.Guard
	client   *http.Client
	vapid    *vapid
	waiting  *waiting
	texts    bool
	every    time.Duration
	timeout  time.Duration
	now      func() time.Time
	logger   *slog.Logger
	lost     atomic.Int64
	outcomes *tally.By
	missed   chan struct{} // holds 1: something waits to be looked at
}

var _ rooms.Pusher = (*Sender)(nil)

// New makes a Sender with the key that the store keeps, which is made when there is none. ctx bounds that.
func New(ctx context.Context, chat Chat, store rooms.Subscriptions, o Options) (*Sender, error) {
	if err := CheckSubject(o.Subject); err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	made, err := newKey()
	if err != nil {
		return nil, err
	}
	key, err := store.PushKey(ctx, made)
	if err != nil {
		return nil, err
	}
	v, err := newVapid(key, o.Subject, o.Now)
	if err != nil {
		return nil, err
	}
	guard := outward.Guard{Private: o.AllowPrivate, Setting: "-push-allow-private"}
	return &Sender{
		chat: chat, store: store, guard: guard, client: guard.Client(o.Resolver), vapid: v, waiting: newWaiting(o.Now), texts: !o.NoTexts,
		every: cmp.Or(o.Look, lookEvery), timeout: cmp.Or(o.Attempt, attemptTimeout), now: o.Now, logger: o.Logger, missed: make(chan struct{}, 1),
		outcomes: tally.NewBy(outcomeSent, outcomeRetry, outcomeFailed, outcomeGone, outcomeMoot),
	}, nil
}

// Push queues what was missed.
func (s *Sender) Push(list []rooms.Missed) {
	s.lose(s.waiting.miss(list))
	select {
	case s.missed <- struct{}{}:
	default:
	}
}

// Forget drops what waits for a user, or was written by him. A request that is under way may still arrive.
func (s *Sender) Forget(user auth.UserID) { s.waiting.forget(user) }

// lose counts what there was no place for, and says so now and then.
func (s *Sender) lose(n int) {
	if n == 0 {
		return
	}
	if after := s.lost.Add(int64(n)); after/lostLogged != (after-int64(n))/lostLogged || after == int64(n) {
		s.logger.Warn("messages are not pushed: too many wait", "lost", after)
	}
}

// Run sends until ctx is done and returns when nothing is under way any more.
func (s *Sender) Run(ctx context.Context) error {
	defer s.client.CloseIdleConnections()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.lookUp(ctx) })
	group.Go(func() error { return s.dispatch(ctx) })
	return group.Wait()
}

// lookUp finds the devices for what was missed.
func (s *Sender) lookUp(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.missed:
		}
		for ctx.Err() == nil {
			m, ok := s.waiting.look()
			if !ok {
				break
			}
			s.lose(s.waiting.deliver(s.devices(ctx, m.UserID)))
		}
	}
}

// devices gives those of a user who may be disturbed.
func (s *Sender) devices(ctx context.Context, user auth.UserID) []rooms.Subscription {
	var err error
	for try := 0; try < lookTries && ctx.Err() == nil; try++ {
		if try > 0 {
			pause(ctx, lookPause)
		}
		var list []rooms.Subscription
		if list, err = s.devicesNow(ctx, user); err == nil {
			return list
		}
	}
	if ctx.Err() == nil {
		s.logger.Warn("a message is not pushed: the store does not answer", "error", err)
	}
	return nil
}

func (s *Sender) devicesNow(ctx context.Context, user auth.UserID) ([]rooms.Subscription, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	list, err := s.store.Subscriptions(ctx, user)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	may, err := s.chat.MayDisturb(ctx, user)
	if err != nil || !may {
		return nil, err
	}
	return list, nil
}

func pause(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// dispatch begins requests when there is something to send and a place for it.
func (s *Sender) dispatch(ctx context.Context) error {
	var work sync.WaitGroup
	defer work.Wait()
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for {
		for ctx.Err() == nil {
			d := s.waiting.next()
			if d == nil {
				break
			}
			work.Go(func() { s.try(ctx, d) })
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.waiting.wake:
		case <-tick.C:
		}
	}
}

// try sends a delivery and says what becomes of it.
func (s *Sender) try(ctx context.Context, d *delivery) {
	result := s.attempt(ctx, d)
	now := s.now()
	if result.again && ctx.Err() == nil {
		d.attempts++
		wait := max(backoff(d.attempts), result.after)
		if now.Add(wait).Sub(d.since) <= giveUpAfter {
			s.outcomes.Add(outcomeRetry)
			s.waiting.done(d, result.said, true, now.Add(wait))
			return
		}
		result.err = fmt.Errorf("given up after %s: %w", giveUpAfter, result.err)
	}
	s.waiting.done(d, result.said, false, time.Time{})
	switch {
	case result.gone:
		s.outcomes.Add(outcomeGone)
		s.remove(ctx, &d.device)
	case result.err != nil && ctx.Err() == nil:
		s.outcomes.Add(outcomeFailed)
		// At most a line a message; whose address it is only its user can mend.
		s.logger.Info("a message was not pushed", "service", serviceOf(&d.device), "error", result.err)
	case result.moot:
		s.outcomes.Add(outcomeMoot)
	case result.err == nil:
		s.outcomes.Add(outcomeSent)
	}
}

// attempt sends a delivery. One that has waited is looked at first: its user may have come meanwhile, or have lost the device
// or the room, and the message be gone. While that cannot be known it is not sent.
func (s *Sender) attempt(ctx context.Context, d *delivery) outcome {
	if d.attempts > 0 || s.now().Sub(d.since) > currentFor {
		still, err := s.still(ctx, d)
		if err != nil {
			return outcome{again: true, err: err}
		}
		if !still {
			return outcome{moot: true}
		}
	}
	return s.send(ctx, d)
}

// still makes a delivery what it is by now, and says whether it is one.
func (s *Sender) still(ctx context.Context, d *delivery) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	list, err := s.store.Subscriptions(ctx, d.missed.UserID)
	if err != nil {
		return false, err
	}
	at := slices.IndexFunc(list, func(device rooms.Subscription) bool { return device.ID == d.device.ID })
	if at < 0 {
		return false, nil
	}
	missed, still, err := s.chat.StillMissed(ctx, d.missed)
	if err != nil || !still {
		return false, err
	}
	d.device, d.missed.Text = list[at], missed.Text
	return true, nil
}

// remove forgets a device that wants no more. Where the store does not answer, the next message finds out again.
func (s *Sender) remove(ctx context.Context, device *rooms.Subscription) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	if err := s.store.RemoveSubscription(ctx, device.UserID, device.ID); err != nil && !errors.Is(err, context.Canceled) {
		s.logger.Warn("a device that is gone was not removed", "error", err)
	}
}
