package hooks

import (
	"cmp"
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"roomstream/rooms"
	"roomstream/rooms/outward"
	"roomstream/rooms/tally"
)

const (
	// leaseTTL is how long a claim on a cursor holds: longer than an attempt, after each of which it is prolonged.
	leaseTTL = 15 * time.Second
	// lookEvery is how often the clock is looked at for what waits for its time.
	lookEvery = time.Second
	// reloadEvery is how soon a hook that another instance made is known.
	reloadEvery = 5 * time.Second
	// sweepEvery is how soon work is found that nobody rang for: of an instance that died, or while the stream was away.
	sweepEvery = 30 * time.Second
	// storeTimeout bounds one call of the store.
	storeTimeout = 8 * time.Second
)

// OutgoingOptions are an Outgoing's settings. Secret is required, the zero of all others works.
type OutgoingOptions struct {
	Secret       []byte // that tokens are signed with; what hooks sign with is sealed by it
	AllowPrivate bool   // deliveries may go to addresses that are not of the public internet

	Resolver *net.Resolver    // of names; nil: the system's
	Now      func() time.Time // for backoff and signatures; nil: time.Now
	Logger   *slog.Logger     // nil: none

	// The times below are shortened by tests.
	Lease   time.Duration // 0: leaseTTL
	Look    time.Duration // 0: lookEvery
	Reload  time.Duration // 0: reloadEvery
	Sweep   time.Duration // 0: sweepEvery
	Attempt time.Duration // 0: attemptTimeout
}

// Outgoing takes events to the addresses of hooks.
type Outgoing struct {
	chat    *rooms.Service
	store   Store
	cursors Cursors
	vault   vault
	guard   outward.Guard
	targets *targets
	jobs    *schedule
	owner   string // of claims: no two runs have the same
	options OutgoingOptions
	logger  *slog.Logger

	outcomes *tally.By

	known  atomic.Pointer[known] // the hooks, as last read
	reload chan struct{}         // holds 1

	mu    sync.Mutex
	ahead map[jobKey]int // how often a cursor was found beyond the log's end, in a row
}

// NewOutgoing makes an Outgoing, and has the chat tell it of what is said.
func NewOutgoing(chat *rooms.Service, store Store, cursors Cursors, o OutgoingOptions) (*Outgoing, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Lease, o.Look, o.Reload = cmp.Or(o.Lease, leaseTTL), cmp.Or(o.Look, lookEvery), cmp.Or(o.Reload, reloadEvery)
	o.Sweep, o.Attempt = cmp.Or(o.Sweep, sweepEvery), cmp.Or(o.Attempt, attemptTimeout)
	v, err := newVault(o.Secret)
	if err != nil {
		return nil, err
	}
	g := outward.Guard{Private: o.AllowPrivate, Setting: "-webhook-allow-private"}
	out := &Outgoing{
		chat: chat, store: store, cursors: cursors, vault: v, guard: g, targets: newTargets(g, o.Resolver, o.Attempt, o.Now),
		jobs: newSchedule(o.Now), owner: chat.Instance() + "/" + rand.Text(), options: o, logger: o.Logger, outcomes: tally.NewBy(outcomeDelivered, outcomeFailed, outcomeGivenUp),
		reload: make(chan struct{}, 1), ahead: map[jobKey]int{},
	}
	out.known.Store(newKnown(nil))
	chat.Watch(out.rung)
	return out, nil
}

// Run delivers until ctx is done and returns when nothing is under way any more.
func (o *Outgoing) Run(ctx context.Context) error {
	defer o.targets.close()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return o.keepKnown(ctx) })
	group.Go(func() error { return o.dispatch(ctx) })
	return group.Wait()
}

// dispatch begins work when there is some and a place for it.
func (o *Outgoing) dispatch(ctx context.Context) error {
	var work sync.WaitGroup
	defer work.Wait()
	tick := time.NewTicker(o.options.Look)
	defer tick.Stop()
	for {
		for ctx.Err() == nil {
			key, ok := o.jobs.next()
			if !ok {
				break
			}
			work.Go(func() { o.jobs.done(key, o.work(ctx, key)) })
		}
		select {
		case <-ctx.Done():
			return nil
		case <-o.jobs.wake:
		case <-tick.C:
		}
	}
}
