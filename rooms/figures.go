package rooms

import (
	"sync/atomic"
	"time"

	"roomstream/rooms/tally"
)

// The outcomes of a send besides the codes of errors.
const (
	OutcomeStored    = "stored"
	OutcomeDuplicate = "duplicate" // its clientId was stored before
)

// Outcomes are those of Figures.Sends: stored, duplicate, and every Code.
func Outcomes() []string { return append([]string{OutcomeStored, OutcomeDuplicate}, CodeNames()...) }

// CodeNames are all Codes, as counts of them are named.
func CodeNames() []string {
	var names []string
	for _, c := range []Code{
		CodeBadRequest, CodeUnknownEvent, CodeUnauthenticated, CodeTokenExpired, CodeForbidden, CodeNotFound, CodeMethodNotAllowed, CodeConflict, CodeGone,
		CodeTooLarge, CodeUnsupportedMedia, CodeRange, CodeUpgradeRequired, CodeRateLimited, CodeInternal, CodeUnavailable, CodeOverloaded, CodeTimeout,
	} {
		names = append(names, string(c))
	}
	return names
}

// The streams of Figures.Reopenings.
const (
	StreamMessages      = "messages"
	StreamSignals       = "signals"
	StreamNotifications = "notifications"
)

// tallies are what a Service counts.
type tallies struct {
	sends      *tally.By
	answers    *tally.Histogram // of sends, from their submit
	appends    *tally.Histogram
	batches    *tally.Histogram // events
	retries    *tally.By
	reopenings *tally.By
	transit    *transit
	emitted    atomic.Int64
	deliveries atomic.Int64
}

// Why a batch, or a part of it, is tried again.
const (
	retryOvertaken   = "overtaken"   // another instance took the number
	retryUnconfirmed = "unconfirmed" // its outcome is unknown and must be looked up
)

func newTallies(ids *ids, now func() time.Time) *tallies {
	return &tallies{
		sends: tally.NewBy(Outcomes()...), answers: tally.NewTimes(), appends: tally.NewTimes(),
		batches: tally.NewHistogram(1, 2, 5, 10, 20, 50, batchEvents), retries: tally.NewBy(retryOvertaken, retryUnconfirmed),
		reopenings: tally.NewBy(StreamMessages, StreamSignals, StreamNotifications), transit: newTransit(ids, now),
	}
}

// sent counts the answer to a send.
func (t *tallies) sent(sent Sent, err error) {
	switch {
	case err != nil:
		t.sends.Add(string(AsError(err).Code))
	case sent.Duplicate:
		t.sends.Add(OutcomeDuplicate)
	default:
		t.sends.Add(OutcomeStored)
	}
}

// delivered counts events that were given to so many sockets.
func (t *tallies) delivered(events []Event, sockets int) {
	t.emitted.Add(int64(len(events)))
	t.deliveries.Add(int64(len(events) * sockets))
	t.transit.arrived(events)
}

// Figures are what a Service has counted since it was made, and how it stands.
type Figures struct {
	Sends      map[string]int64 // messages sent, by their answer: see Outcomes
	Answers    tally.Buckets    // ns from a send's submit to the answer that it is stored
	Appends    tally.Buckets    // ns that the store took for a batch
	Batches    tally.Buckets    // events of a batch
	Retries    map[string]int64 // batches that were tried again
	Transit    tally.Buckets    // ns from the lane to all sockets of the room, of this instance's events
	Emitted    int64            // events given to rooms with sockets
	Deliveries int64            // events times sockets
	Reopenings map[string]int64 // streams that ended, by name
	Malformed  int64            // inserts of other programs that are no messages
	BadSeqs    int64            // documents with a seq that is no positive integer

	QueuedEvents int           // that wait for a lane
	QueuedBytes  int           // as Event.Size counts them
	Lag          time.Duration // of the stream: see heartbeats.lag
	Ready        bool          // as Ready says
	Instances    int           // that live, with this one
	Rooms        int           // that are followed here
	Sockets      int           // of signed-in users here
}

// Figures reads the counts. It takes some locks for a moment; once a second is nothing.
func (s *Service) Figures() Figures {
	t := s.tallies
	f := Figures{
		Sends: t.sends.Read(), Answers: t.answers.Read(), Appends: t.appends.Read(), Batches: t.batches.Read(), Retries: t.retries.Read(),
		Transit: t.transit.times.Read(), Emitted: t.emitted.Load(), Deliveries: t.deliveries.Load(), Reopenings: t.reopenings.Read(),
		Malformed: s.malformed.Load(), BadSeqs: s.badSeqs.Load(),
		Lag: s.replay.heard.lag(), Ready: s.Ready() == nil, Instances: 1 + len(s.peers.others()), Rooms: len(s.router.followed()), Sockets: s.presence.sockets(),
	}
	for _, l := range s.appender.lanes {
		events, bytes := l.queued()
		f.QueuedEvents += events
		f.QueuedBytes += bytes
	}
	return f
}
