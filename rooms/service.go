// Package rooms is what a chat is: rooms, their logs of numbered events, and the way
// of an event from a sender through the log to every socket in the room. It knows no
// database, no Socket.IO and no HTTP: stores implement the interfaces of store.go, and
// whoever has sockets is an Emitter.
//
// Concurrency: a Service is safe for concurrent use.
//
// Lifecycle: New, Run until its context is done; before that, Drain lets queued sends
// finish.
//
// Order and loss: a send never emits. What the stream of the store tells is emitted,
// per room in the order of seq, holes read from the log first. An accepted send is
// tried until it is durable or the process ends.
package rooms

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"roomstream/auth"
)

// Options are a Service's settings. The zero value works.
type Options struct {
	// ClosedRooms ends rooms made by a join, send or POST.
	ClosedRooms bool
	// SendTimeout is how long a send may wait for its answer before it is TIMEOUT;
	// 0: 8 s.
	SendTimeout time.Duration
	// Instance names this instance among those on one database; empty: random.
	Instance string
	// Version is that of the program, which the instances tell each other.
	Version string
	// Retention is how long events of rooms that say nothing else are kept; 0: for ever.
	Retention time.Duration
	// RemoveDelay is how long trimmed documents stay, without content; 0: 1 h. Less than 10 s
	// is only for a single instance: see removeDelay.
	RemoveDelay time.Duration
	// SweepEvery is how often rooms are looked over for what is too old; 0: 1 min.
	SweepEvery time.Duration
	// ReplayBytes bounds the events kept for those who come back; 0: 64 MiB.
	ReplayBytes int
	// MaxFileSize bounds an uploaded file in bytes; 0: DefaultMaxFileSize.
	MaxFileSize int64
	// FileTypes are the types that files may have, each as CheckFileType takes it; none:
	// DefaultFileTypes.
	FileTypes []string
	// Words are what nobody may write; nil: there are none.
	Words *Words
	// Revocations are the tokens that are out of force. nil: RevokeTokens and RevokeToken do not work, and who is erased
	// keeps his tokens.
	Revocations *auth.Revocations
	// Sessions are those of accounts. nil: there is no list of them.
	Sessions auth.SessionStore
	// Limits are how often each user may do what others pay for.
	Limits Limits
	Tracer Tracer           // nil: nobody looks at single events
	Now    func() time.Time // nil: time.Now
	Logger *slog.Logger     // nil: none
}

// defaultSendTimeout is below the 10 s after which the stock client sends again.
const defaultSendTimeout = 8 * time.Second

// Service is the chat.
type Service struct {
	store    Store
	open     bool
	timeout  time.Duration
	instance string
	now      func() time.Time
	logger   *slog.Logger
	version  string
	started  time.Time
	ids      *ids
	tallies  *tallies
	peers    *peers
	router   *router
	replay   *replay
	keeper   *keeper
	files    *files
	rosters  *rosters
	words    *Words
	paces    *paces
	limits   Limits
	searches chan struct{} // holds a token for each search under way
	appender *appender
	auditor  *Auditor
	adopter  *adopter // nil: no other program can write

	revocations   *auth.Revocations // nil: no token is ever revoked
	sessions      auth.SessionStore // nil: none are kept
	signals       chan Signal       // to be sent
	confirmations *confirmations
	presence      *presence
	met           *acquaintance
	notifier      *notifier
	followers     *followers
	reads         *reads
	underway      *underway
	teller        Teller // set by Run; nil: there are no users here to tell
	pusher        Pusher // set before Run; nil: nothing is pushed

	watchers watchers

	opened    chan struct{} // rings when a stream opened
	malformed atomic.Int64
	badSeqs   atomic.Int64

	quarantines atomic.Int64 // under way

	mu      sync.Mutex
	logID   string
	logIDAt time.Time // when it was read
	heardAt time.Time // when the stream last told something
	rate    sendRate
}

// New makes a Service on a store.
func New(store Store, o Options) *Service {
	if o.SendTimeout <= 0 {
		o.SendTimeout = defaultSendTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Instance == "" {
		var b [8]byte
		rand.Read(b[:])
		o.Instance = hex.EncodeToString(b[:])
	}
	s := &Service{
		store: store, revocations: o.Revocations, sessions: o.Sessions, open: !o.ClosedRooms, timeout: o.SendTimeout, instance: o.Instance, version: o.Version, started: o.Now().UTC().Truncate(time.Millisecond),
		now: o.Now, logger: o.Logger, ids: newIDs(), peers: newPeers(o.Instance, o.Now),
		opened: make(chan struct{}, 1), signals: make(chan Signal, signalsWaiting), confirmations: newConfirmations(), reads: newReads(), underway: newUnderway(), searches: make(chan struct{}, searchesAtOnce),
	}
	s.tallies = newTallies(s.ids, o.Now)
	s.replay = newReplay(newReplayReader(s.ends(), store.Related, s.ids, o.Now), &heartbeats{now: o.Now}, o.ReplayBytes)
	s.auditor = &Auditor{store.Moderation, s.ids, o.Now, o.Logger}
	s.router = newRouter(s.ends(), s.replay, s.tallies, o.Tracer, o.Now, o.Logger)
	s.paces, s.words, s.limits = newPaces(store.Log, o.Now), o.Words, o.Limits
	s.rosters = newRosters(store.Catalog, store.Members, o.Now)
	s.appender = newAppender(laneConfig{
		ends: s.ends(), related: store.Related, members: store.Members, router: s.router, now: o.Now, logger: o.Logger, tallies: s.tallies, tracer: o.Tracer,
	}, o.SendTimeout)
	s.files = &files{
		store: store, types: newFileTypes(o.FileTypes), most: cmp.Or(o.MaxFileSize, DefaultMaxFileSize), images: newImaging(),
		owns: s.peers.owns, now: o.Now, logger: o.Logger, every: filesEvery,
	}
	s.keeper = &keeper{
		store: store, retention: o.Retention, delay: cmp.Or(o.RemoveDelay, removeDelay), every: cmp.Or(o.SweepEvery, sweepEvery),
		owns: s.peers.owns, trimmed: s.forgetRoom, files: s.files, now: o.Now, logger: o.Logger,
		blank: map[RoomID]int64{}, removed: map[RoomID]int64{},
	}
	s.presence = newPresence(o.Instance, store.Signals, s.signal, o.Now, func(message string, err error) { o.Logger.Warn(message, "error", err) })
	s.met = newAcquaintance(store.Profiles, s.presence.setHand, o.Now, o.Logger)
	s.presence.handOf, s.presence.tell, s.presence.health = s.met.statusOf, roomTeller{s}, s.health
	s.followers = newFollowers(store.Members, o.Now)
	s.notifier = newNotifier(s, o.Logger)
	if store.Foreign != nil {
		s.adopter = &adopter{
			foreign: store.Foreign, lanes: s.appender, peers: s.peers, now: o.Now, logger: o.Logger,
			ensure: s.ensureForeign, wake: make(chan struct{}, 1),
			// What got its number from another instance between the reopening of the stream and
			// the search is told by nobody.
			searched: s.router.reconcile,
		}
	}
	return s
}

// ends reads where this store's logs end.
func (s *Service) ends() ends { return ends{s.store.Log, s.store.Foreign, s.store.Catalog} }

// Drain refuses new sends with UNAVAILABLE and returns when the queued ones are
// answered, or with ctx's error.
func (s *Service) Drain(ctx context.Context) error { return s.appender.drain(ctx) }

// Instance is the name of this instance among those on one database.
func (s *Service) Instance() string { return s.instance }

// MaxFileSize is how large a file may be, in bytes.
func (s *Service) MaxFileSize() int64 { return s.files.most }

// LogID identifies the log: when it changes, cursors are void. Another program may
// change it while this one runs; it is noticed within rosterTrust.
func (s *Service) LogID(ctx context.Context) (string, error) {
	s.mu.Lock()
	id, fresh := s.logID, s.now().Sub(s.logIDAt) < rosterTrust
	s.mu.Unlock()
	if id != "" && fresh {
		return id, nil
	}
	read, err := s.store.Catalog.LogID(ctx)
	if err != nil && id != "" {
		return id, nil // a store that is away gives the log no other name
	}
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logID, s.logIDAt = read, s.now()
	return read, nil
}
