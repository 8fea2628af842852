package rooms

import (
	"context"
	"log/slog"
	"time"

	"roomstream/auth"
)

// Options are a Service's settings. The zero value works.
type Options struct {
	// ClosedRooms ends rooms made by a join, send or POST.
	ClosedRooms bool
	// SendTimeout is how long a send may wait for its answer before it is TIMEOUT.
	SendTimeout time.Duration
	// Instance names this instance among those on one database; empty: random.
	Instance string
	Now      func() time.Time
	Logger   *slog.Logger
}

type Service struct{}

func New(store Store, o Options) *Service { return &Service{} }

// Run serves until ctx is done: lanes, stream, adoption, heartbeats.
func (s *Service) Run(ctx context.Context, emitter Emitter) error { panic("soon") }

// Drain refuses new sends with UNAVAILABLE and waits until the queued ones are answered, or ctx is done.
func (s *Service) Drain(ctx context.Context) error { panic("soon") }

// Ready returns nil while a heartbeat came through the stream within 6 s.
func (s *Service) Ready() error { panic("soon") }

// LogID identifies the log; it is known once Run has opened the stream.
func (s *Service) LogID(ctx context.Context) (string, error) { panic("soon") }

// SendInput is what a client sends. RoomID is the text as received.
type SendInput struct {
	RoomID   string
	Text     string
	ClientID string
	Parent   int64  // 0: none
	Data     string // the JSON text as received; empty: none
}

// Sent tells of a durable event.
type Sent struct {
	ID        EventID
	Seq       int64
	Timestamp time.Time
	Duplicate bool
}

// Send queues one message and returns at once; sends of one caller are stored in
// the order of its calls. done is called exactly once, from any goroutine (also
// before Send returns), and must not wait.
func (s *Service) Send(user auth.User, in SendInput, done func(Sent, error)) { panic("soon") }

// SendWait is Send for those who wait.
func (s *Service) SendWait(ctx context.Context, user auth.User, in SendInput) (Sent, error) {
	panic("soon")
}

// ResetReason says why a client must drop what it has of a room.
type ResetReason string

const (
	ResetForbidden ResetReason = "forbidden"
	ResetTooFar    ResetReason = "too_far"
	ResetAhead     ResetReason = "ahead"
)

// Joined answers a join: Events end at LastSeq unless More.
type Joined struct {
	Room    Room
	LastSeq int64
	Events  []Event
	More    bool
	Reset   ResetReason // empty: none
}

// Join calls commit with the answer while the room's delivery stands still: commit
// puts the socket in the room and queues the ack, so the next event the socket sees is
// LastSeq+1. commit only queues; it is not called when Join returns an error.
// since nil: no events wanted.
func (s *Service) Join(ctx context.Context, user auth.User, roomID string, since *int64, commit func(Joined)) error {
	panic("soon")
}

// HistoryInput selects a page: at most one of Before, After (exclusive) and Around
// (inclusive); none: the newest. Limit 0: 50; at most 100.
type HistoryInput struct {
	RoomID                string
	Before, After, Around *int64
	Limit                 int
}

// History is a page of messages, ascending.
type History struct {
	Messages            []Event
	HasBefore, HasAfter bool
}

func (s *Service) History(ctx context.Context, user auth.User, in HistoryInput) (History, error) {
	panic("soon")
}

// Synced answers for one room: the events after the client's number, or a reset.
type Synced struct {
	Events  []Event
	More    bool
	LastSeq int64       // -1: not told
	Reset   ResetReason // empty: none
}

// Sync answers for each room; at most 100 rooms.
func (s *Service) Sync(ctx context.Context, user auth.User, since map[string]int64) (map[string]Synced, error) {
	panic("soon")
}

// ListRooms returns at most limit (0: 50; at most 100) rooms with id > after and whether there are more.
func (s *Service) ListRooms(ctx context.Context, user auth.User, after string, limit int) ([]Summary, bool, error) {
	panic("soon")
}
