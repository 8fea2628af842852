// Package postgres takes what PostgreSQL notifies to the sockets it concerns: it listens on declared channels and reads
// the rows of an outbox.
//
// A channel's events come in two ways. A notification without a row goes out as it is, and is lost when nobody listens.
// A row of the table outbox(id, channel, payload) goes out whenever it was committed: the row is the truth, and a
// notification with an empty payload, with {"outbox": id}, or with the payload of the row itself only says that there is
// something to read.
//
// Concurrency: a Listener is run once, by one goroutine, on one connection. Counts may be called at any time.
//
// Lifecycle: New reads its options and connects to nothing; Run connects, for ever anew, until its context is done, and
// leaves no goroutine and no connection.
//
// Order and loss: each row that is committed after Run first listened is told once by this Listener, however often the
// connection is lost; a row that is too large or is no JSON is counted instead. Rows are told by ascending id: a missing
// id is waited for as long as a transaction runs that may have taken it, at most GapWait a transaction. What such a
// transaction commits later is told when it is there, after rows with higher ids. A Listener that is made anew begins
// with what is committed from then on. Notifications without a row are told in the order of their commits while the
// connection stands; there is no order between them and rows.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"roomstream/rooms"
)

const (
	// DefaultGapWait is longer than a transaction that serves a request takes, and short enough that one that hangs does
	// not hold up everybody's events for long.
	DefaultGapWait = 5 * time.Second
	// DefaultPoll is how long a row may wait that nobody notified of, and how soon a dead connection is noticed.
	DefaultPoll = 5 * time.Second

	backoffFirst   = 50 * time.Millisecond
	backoffMost    = 5 * time.Second
	connectTimeout = 10 * time.Second
	// queryTimeout ends a read from a server that does not answer. A page takes some milliseconds.
	queryTimeout = 10 * time.Second
	// closeTimeout is for saying goodbye, which changes nothing for us.
	closeTimeout = time.Second
)

// Options are what a Listener is made of.
type Options struct {
	URL      string // postgres:// or postgresql://
	Channels []Channel
	GapWait  time.Duration // how long one running transaction holds up rows; 0: DefaultGapWait
	Poll     time.Duration // how often the outbox is read though nothing was notified; 0: DefaultPoll
	Logger   *slog.Logger  // nil: none
}

// Listener listens to one PostgreSQL database.
type Listener struct {
	config   *pgx.ConnConfig
	channels map[string]Channel
	outbox   *outbox
	poll     time.Duration
	logger   *slog.Logger
	counts   counts
}

// New makes a Listener. Its errors name what is wrong with the URL, without repeating it.
func New(o Options) (*Listener, error) {
	if err := CheckURL(o.URL); err != nil {
		return nil, err
	}
	config, err := pgx.ParseConfig(o.URL)
	if err != nil {
		// The error's own text repeats the URL; what it wraps names the parameter.
		return nil, fmt.Errorf("the URL of PostgreSQL: %w", errors.Unwrap(err))
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "roomstream"
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.GapWait == 0 {
		o.GapWait = DefaultGapWait
	}
	if o.Poll == 0 {
		o.Poll = DefaultPoll
	}
	l := &Listener{config: config, channels: make(map[string]Channel, len(o.Channels)), poll: o.Poll, logger: o.Logger}
	for _, c := range o.Channels {
		if err := c.check(); err != nil {
			return nil, err
		}
		l.channels[c.Channel] = c
	}
	if len(l.channels) == 0 {
		return nil, errors.New("no channel is declared")
	}
	l.outbox = newOutbox(o.GapWait)
	return l, nil
}

// CheckURL says what is wrong with a URL, without repeating it: it may hold a password.
func CheckURL(text string) error {
	const like = "write it like postgres://user:password@localhost:5432/database"
	if !strings.HasPrefix(text, "postgres://") && !strings.HasPrefix(text, "postgresql://") {
		return errors.New("must begin with postgres:// or postgresql://: " + like)
	}
	if _, err := url.Parse(text); err != nil {
		return errors.New("is no URL (a password's special characters must be percent-encoded): " + like)
	}
	return nil
}

// Run listens until ctx is done and returns its error. A database that cannot be reached is tried again for ever.
func (l *Listener) Run(ctx context.Context, teller rooms.Teller) error {
	for attempt := 0; ; attempt++ {
		listened, err := l.listen(ctx, teller)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if listened {
			attempt = 0
		}
		level := slog.LevelDebug // of an outage only the beginning is news
		if attempt == 0 {
			level = slog.LevelWarn
		}
		l.logger.Log(ctx, level, "PostgreSQL is not listened to; it is tried again", "error", err)
		l.counts.failures.Add(1)
		pause(ctx, attempt)
	}
}

// pause waits half to all of 50 ms, doubled with each attempt up to 5 s: instances that lost the same server come back one after the other.
func pause(ctx context.Context, attempt int) {
	most := min(backoffFirst<<min(attempt, 10), backoffMost)
	timer := time.NewTimer(most/2 + rand.N(most/2))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
