package auth

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// seenEvery is how exact SeenAt of a session is: each session in use costs one write in this time and no more.
	seenEvery = 5 * time.Minute

	// seenWrites is how often what was seen is written.
	seenWrites = 30 * time.Second

	// maxSeen bounds what waits to be written; beyond it a session is seen later.
	maxSeen = 10_000

	// seenTimeout bounds one writing.
	seenTimeout = 10 * time.Second
)

// LastSeen notes when the sessions of accounts are used.
//
// Concurrency: safe for concurrent use; Note costs a look into a map.
//
// Lifecycle: Run until its context is done.
//
// Order and loss: what waits when the process ends, or while the store is away, is lost: a session is then seen some minutes
// later.
type LastSeen struct {
	store  SessionStore
	now    func() time.Time
	logger *slog.Logger

	mu      sync.Mutex
	noted   map[string]time.Time // by session, when it was last noted; only of the last seenEvery
	waiting []SeenSession
}

// NewLastSeen has seen nothing yet. now and logger may be nil.
func NewLastSeen(store SessionStore, now func() time.Time, logger *slog.Logger) *LastSeen {
	if now == nil {
		now = time.Now
	}
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &LastSeen{store: store, now: now, logger: logger, noted: map[string]time.Time{}}
}

// Note takes down that a user is here by the token that he shows. Who has no session is passed over.
func (l *LastSeen) Note(u User) {
	if u.Token == nil || u.Token.ID == "" || !IsAccount(u.ID) {
		return
	}
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if at, ok := l.noted[u.Token.ID]; ok && now.Sub(at) < seenEvery || len(l.waiting) >= maxSeen {
		return
	}
	l.noted[u.Token.ID] = now
	l.waiting = append(l.waiting, SeenSession{User: u.ID, ID: u.Token.ID, At: now.UTC().Truncate(time.Millisecond)})
}

// Run writes down what was noted every half minute, and looks over the live connections, whose tokens nobody verifies again,
// until ctx is done.
func (l *LastSeen) Run(ctx context.Context, live Sessions) error {
	tick := time.NewTicker(seenWrites)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		if err := l.look(ctx, live); err != nil && ctx.Err() == nil {
			l.logger.Warn("when sessions were last used was not written down", "error", err)
		}
	}
}

// look notes who is here, and writes down what waits.
func (l *LastSeen) look(ctx context.Context, live Sessions) error {
	for u := range live.All() {
		l.Note(u)
	}
	return l.Write(ctx)
}

// Write writes down what waits.
func (l *LastSeen) Write(ctx context.Context) error {
	now := l.now()
	l.mu.Lock()
	waiting := l.waiting
	l.waiting = nil
	for id, at := range l.noted {
		if now.Sub(at) >= seenEvery {
			delete(l.noted, id)
		}
	}
	l.mu.Unlock()
	if len(waiting) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, seenTimeout)
	defer cancel()
	return l.store.SeeSessions(ctx, waiting)
}
