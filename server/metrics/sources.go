package metrics

import (
	"time"

	"roomstream/rooms"
	"roomstream/rooms/hooks"
	"roomstream/rooms/postgres"
	"roomstream/rooms/push"
	"roomstream/rooms/streams"
	"roomstream/rooms/tally"
)

// Sources are where the figures come from. Each is called once a scrape, from any goroutine; one that is nil has none,
// and its metrics are left out.
type Sources struct {
	Build    Build
	Chat     func() rooms.Figures
	Sockets  func() Sockets
	Feeds    func() Feeds
	Streams  func() streams.Figures
	Webhooks func() hooks.Figures
	Push     func() push.Figures
	Postgres func() postgres.Counts
	MongoDB  func() MongoDB
	Embedded func() Embedded
	Refusals func() map[string]map[string]int64 // by where they were told, by code
	Limits   func() map[string]int64            // how often each was hit

	// CertificateExpires is when the certificate of -addr is over; zero: none was shown yet.
	CertificateExpires func() time.Time
}

// Build is what runs.
type Build struct{ Version, Commit, Go string }

// Sockets are the figures of the Socket.IO server.
type Sockets struct {
	Connections map[string]int64 // by transport
	Handshakes  map[string]int64 // by transport
	Refused     map[string]int64 // handshakes, by why
	Upgrades    int64
	Slow        int64
}

// Feeds are the figures of live feeds.
type Feeds struct {
	Open int
	Slow int64
}

// MongoDB are the figures of the store on MongoDB.
type MongoDB struct{ ChangeStreams int }

// Embedded are the figures of the embedded store.
type Embedded struct {
	Size    int64 // bytes
	Commits tally.Buckets
	Failed  bool
}

// readings are what one scrape found; nil: there is no such source.
type readings struct {
	build    Build
	chat     *rooms.Figures
	sockets  *Sockets
	feeds    *Feeds
	streams  *streams.Figures
	webhooks *hooks.Figures
	push     *push.Figures
	postgres *postgres.Counts
	mongodb  *MongoDB
	embedded *Embedded
	refusals map[string]map[string]int64
	limits   map[string]int64
	expires  *time.Time // of the certificate
}

func (s *Sources) read() *readings {
	r := &readings{
		build: s.Build, chat: ask(s.Chat), sockets: ask(s.Sockets), feeds: ask(s.Feeds), streams: ask(s.Streams), webhooks: ask(s.Webhooks),
		push: ask(s.Push), postgres: ask(s.Postgres), mongodb: ask(s.MongoDB), embedded: ask(s.Embedded), expires: ask(s.CertificateExpires),
	}
	if s.Refusals != nil {
		r.refusals = s.Refusals()
	}
	if s.Limits != nil {
		r.limits = s.Limits()
	}
	return r
}

func ask[T any](source func() T) *T {
	if source == nil {
		return nil
	}
	answer := source()
	return &answer
}
