// Package streams is what declared streams are: an operator declares filtered live streams of any collection, and
// clients open them by name and nothing else.
//
// Concurrency: a Service is safe for concurrent use.
//
// Lifecycle: New, then Run until its context is done, which closes every subscription.
//
// Order and loss: those who open the same declaration share one change stream (a feed), also with different values where
// these can be told apart here (plan.go). A feed bridges failures of the database by going on behind its last event, for
// as long as the oplog reaches back; when it does not, its subscribers are told and must read anew. Each subscriber gets
// the events in the order of the oplog, each once.
package streams

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/sync/errgroup"

	"roomstream/rooms"
)

// DefaultMaxCursors is Options.MaxCursors where that is 0: each costs the database a scan of all that is written.
const DefaultMaxCursors = 50

// Options are a Service's settings.
type Options struct {
	Database Database // nil: there is no MongoDB, and no stream
	Store    Store    // nil as Database is
	// MaxCursors is how many change streams may be open at once for those who listen; 0: DefaultMaxCursors. Those who
	// come back may open catchUps more for a while.
	MaxCursors int
	// Linger is how long a cursor stays open that nobody listens to; 0: 5 s.
	Linger time.Duration
	Now    func() time.Time // nil: time.Now
	Logger *slog.Logger     // nil: none

	Auditor *rooms.Auditor // is told who declared what; nil: nobody is
}

// defaultLinger lets a client that reconnects find its cursor open.
const defaultLinger = 5 * time.Second

// Service keeps the declarations and shares cursors among those who open them. It is safe for concurrent use, and
// serves while Run runs.
type Service struct {
	db     Database
	store  Store
	most   int
	linger time.Duration
	now    func() time.Time
	logger *slog.Logger

	auditor *rooms.Auditor // nil: nobody is told

	reopenings atomic.Int64 // of feeds and the stream of declarations

	catchUps chan struct{} // a place for each cursor of those who come back
	initials chan struct{} // and for each reading of what is there

	reloads sync.Mutex // one reload at a time

	mu       sync.Mutex
	running  context.Context // Run's; nil before it
	group    *errgroup.Group // Run's; its goroutines are the feeds'
	teller   rooms.Teller    // Run's
	key      []byte
	declared map[Name]*declared // nil: not read yet
	rules    []rule
	feeds    map[string]*feed
}

// New makes a Service.
func New(o Options) *Service {
	if o.MaxCursors <= 0 {
		o.MaxCursors = DefaultMaxCursors
	}
	if o.Linger <= 0 {
		o.Linger = defaultLinger
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{
		db: o.Database, store: o.Store, most: o.MaxCursors, linger: o.Linger, now: o.Now, logger: o.Logger, auditor: o.Auditor,
		catchUps: make(chan struct{}, catchUpsMost), initials: make(chan struct{}, initialsMost),
		feeds: map[string]*feed{},
	}
}

// Run serves until ctx is done: it follows the declarations and pushes what is declared to be pushed. It returns nil when
// all has ended. Call it once.
func (s *Service) Run(ctx context.Context, to rooms.Teller) error {
	if s.db == nil {
		<-ctx.Done()
		return nil
	}
	group, running := errgroup.WithContext(ctx)
	s.mu.Lock()
	s.running, s.group, s.teller = running, group, to
	s.mu.Unlock()
	group.Go(func() error { return s.follow(running) })
	return group.Wait()
}

// begin runs work in Run's time; false: Run does not run.
func (s *Service) begin(work func(ctx context.Context)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.beginLocked(work)
}

func (s *Service) beginLocked(work func(ctx context.Context)) bool {
	if s.running == nil || s.running.Err() != nil {
		return false
	}
	running := s.running
	s.group.Go(func() error { work(running); return nil })
	return true
}

// errNotRunning is for those who come before the declarations are read, or while the server stops.
func errNotRunning() error {
	e := rooms.E(rooms.CodeUnavailable, "the streams are not open yet: try again")
	e.RetryAfter = time.Second
	return e
}

// Subscribe opens a stream for a caller. The sink gets the changes since then, perhaps with some from shortly before, or
// those behind Request.After; events may come before Subscribe returns. Errors: NOT_FOUND; UNAUTHENTICATED or FORBIDDEN;
// BAD_REQUEST for variables (Reason ReasonVariable where one is missing) and for a forged After; GONE where After lies
// too far back or is of an earlier declaration; CONFLICT where it is being declared anew; OVERLOADED where no cursor is to
// be had; UNAVAILABLE.
func (s *Service) Subscribe(ctx context.Context, caller Caller, r Request, to Sink) (*Subscription, error) {
	d, b, err := s.bound(caller, r)
	if err != nil {
		return nil, err
	}
	m := newMember(to, caller, s.binding(d, b))
	if r.After != "" {
		if m.after, err = m.binding.read(r.After); err != nil {
			return nil, err
		}
	}
	var begin []bson.D
	if r.Initial {
		if begin, err = d.initial(b); err != nil {
			return nil, err
		}
	}
	return s.subscribe(ctx, d, newPlan(b), m, begin)
}

// Check says why a caller cannot open a stream with these variables, without opening it: the errors are Subscribe's.
func (s *Service) Check(caller Caller, r Request) error {
	_, _, err := s.bound(caller, r)
	return err
}

// bound finds a stream that the caller may open, and gives it the variables.
func (s *Service) bound(caller Caller, r Request) (*declared, bound, error) {
	d, err := s.open(caller, r.Name)
	if err != nil {
		return nil, bound{}, err
	}
	if r.Initial && r.After != "" {
		return nil, bound{}, rooms.BadField("initial", "must not come together with after")
	}
	b, err := d.bind(r.Vars, caller)
	return d, b, err
}

// Cursors counts the change streams that are open for those who listen.
func (s *Service) Cursors() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, f := range s.feeds {
		if f.isOpen() {
			n++
		}
	}
	return n
}

// open finds a stream that the caller may open.
func (s *Service) open(caller Caller, name Name) (*declared, error) {
	if s.db == nil {
		return nil, errNoDatabase
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.declared == nil {
		return nil, errNotRunning()
	}
	d := s.declared[name]
	if d == nil {
		return nil, notDeclared(name)
	}
	return d, s.admit(caller, d)
}

func notDeclared(name Name) error {
	return rooms.E(rooms.CodeNotFound, "no stream %q is declared", name.String())
}

// stillAdmits says why a caller who has joined a feed may not stay: while he waited for it, what let him in may have gone,
// and expelForbidden did not find him there.
func (s *Service) stillAdmits(caller Caller, d *declared) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.admit(caller, d)
}

// subscribe puts the member into the feed of its plan.
func (s *Service) subscribe(ctx context.Context, d *declared, p plan, m *member, begin []bson.D) (*Subscription, error) {
	m.keys = p.keys
	for {
		f, err := s.feed(d, p)
		if err != nil {
			return nil, err
		}
		select {
		case <-f.opened:
		case <-ctx.Done():
			s.release(f)
			return nil, ctx.Err()
		}
		joined, err := f.join(m, begin != nil)
		s.release(f)
		if err != nil {
			return nil, err
		}
		if !joined {
			continue // it ended meanwhile
		}
		sub := &Subscription{feed: f, member: m}
		if err := s.stillAdmits(m.caller, d); err != nil {
			sub.Close()
			return nil, err
		}
		if err := s.settle(ctx, f, m, begin); err != nil {
			sub.Close()
			return nil, err
		}
		return sub, nil
	}
}

// settle sees to what a member is to get before it listens: it returns when that has begun.
func (s *Service) settle(ctx context.Context, f *feed, m *member, begin []bson.D) error {
	switch {
	case begin != nil:
		if !s.begin(func(ctx context.Context) { f.begin(ctx, m, begin) }) {
			return errNotRunning()
		}
		return nil
	case !m.behind:
		return nil
	}
	if !f.comeBack(m) {
		return errNotRunning()
	}
	select {
	case err := <-m.started:
		return err
	case <-m.gone.Done():
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-m.started: // it came before the end
		return err
	default:
		return nil // the feed ended before its turn came, and its sink was told why
	}
}
