package previews

import (
	"container/list"
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"roomstream/rooms/outward"
)

const (
	// fetchers is how many pages are fetched at once.
	fetchers = 4
	// maxQueue is how many links wait for that; more are not taken.
	maxQueue = 64
	// maxKept is how many links are remembered: 2 MB at most.
	maxKept = 2000
	// keepFound is how long a preview is shown without asking again.
	keepFound = 24 * time.Hour
	// keepNone is how long a link that has none is left alone.
	keepNone = 10 * time.Minute
	// defaultTimeout bounds one link, all redirects and reading together.
	defaultTimeout = 5 * time.Second
)

// Preview is what a page says of itself: plain texts of one line, never HTML.
type Preview struct {
	Title       string // at most 200 code points, not empty
	Description string // at most 400 code points; empty: none
}

// Found is what is known of a link.
type Found struct {
	Preview Preview // the zero value: there is none
	Pending bool    // it is not known yet
}

// Options are what Previews are made of. The zero value works.
type Options struct {
	AllowPrivate bool             // links may lead anywhere, on any port
	Timeout      time.Duration    // of one link; 0: 5 s
	Resolver     *net.Resolver    // nil: the system's
	Now          func() time.Time // nil: time.Now
	Logger       *slog.Logger     // nil: none
}

// Previews fetches and remembers.
type Previews struct {
	guard   outward.Guard
	client  *http.Client
	timeout time.Duration
	now     func() time.Time
	logger  *slog.Logger
	queue   chan *entry

	mu      sync.Mutex
	entries map[string]*list.Element // of *entry, by link
	recent  *list.List               // the one looked at last first
}

// entry is one link. done is closed when found and until are set, which nobody changes after that.
type entry struct {
	link  string
	done  chan struct{}
	found Preview
	until time.Time
}

// New makes Previews.
func New(o Options) *Previews {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	guard := outward.Guard{Private: o.AllowPrivate, Setting: "-link-previews-allow-private"}
	return &Previews{
		guard: guard, client: guard.Client(o.Resolver), timeout: o.Timeout, now: o.Now, logger: o.Logger,
		queue: make(chan *entry, maxQueue), entries: map[string]*list.Element{}, recent: list.New(),
	}
}

// Run fetches until ctx is done.
func (p *Previews) Run(ctx context.Context) error {
	var group sync.WaitGroup
	for range fetchers {
		group.Go(func() { p.work(ctx) })
	}
	group.Wait()
	p.client.CloseIdleConnections()
	return ctx.Err()
}

// Look gives what is known of each link, in their order. It has those fetched that nobody has asked for lately, once
// however many ask, and waits for them until ctx is done.
func (p *Previews) Look(ctx context.Context, links []string) []Found {
	entries := make([]*entry, len(links))
	for i, link := range links {
		entries[i] = p.entry(link)
	}
	found := make([]Found, len(links))
	for i, e := range entries {
		found[i] = Found{Pending: true}
		if e == nil {
			continue
		}
		select { // what is known is told, however late it is
		case <-e.done:
			found[i] = Found{Preview: e.found}
			continue
		default:
		}
		select {
		case <-e.done:
			found[i] = Found{Preview: e.found}
		case <-ctx.Done():
		}
	}
	return found
}

// entry gives what is known of a link, or is being fetched; nil: too many are.
func (p *Previews) entry(link string) *entry {
	p.mu.Lock()
	defer p.mu.Unlock()
	if at := p.entries[link]; at != nil {
		e := at.Value.(*entry)
		if !e.isOver(p.now()) {
			p.recent.MoveToFront(at)
			return e
		}
		p.forget(at)
	}
	e := &entry{link: link, done: make(chan struct{})}
	select {
	case p.queue <- e:
	default:
		return nil
	}
	p.entries[link] = p.recent.PushFront(e)
	for p.recent.Len() > maxKept {
		p.forget(p.recent.Back())
	}
	return e
}

// forget is called with the mutex held. Who waits for it is answered all the same.
func (p *Previews) forget(at *list.Element) {
	p.recent.Remove(at)
	delete(p.entries, at.Value.(*entry).link)
}

// isOver says whether what was found is too old to be told.
func (e *entry) isOver(now time.Time) bool {
	select {
	case <-e.done:
		return !now.Before(e.until)
	default:
		return false
	}
}

func (p *Previews) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-p.queue:
			p.settle(ctx, e)
		}
	}
}

// settle fetches a link. One that could not be fetched has no preview for a while, whatever the reason: it is asked for
// by everybody who reads the message.
func (p *Previews) settle(ctx context.Context, e *entry) {
	fetching, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	found, err := p.fetch(fetching, e.link)
	keep := keepFound
	if err != nil {
		keep = keepNone
		// Without the link: it may be one that only its room should know.
		p.logger.Debug("a link has no preview", "error", withoutURL(err))
	}
	e.found, e.until = found, p.now().Add(keep)
	close(e.done)
}
