// Package tracing tells an OpenTelemetry collector how single events went: from the send, through the log, to the sockets.
// It is the Tracer of a rooms.Service, which knows nothing of OpenTelemetry.
//
// The spans of one send:
//
//	send                 accepted -> its outcome is known        (a server's)
//	  queue              checked -> taken by its lane
//	  insert             one call of the store each              (a client's)
//	  deliver            the stream tells of it -> written       (a consumer's; one of each instance that follows the room)
//	    route            -> queued to all sockets of the room
//	    write            -> written to them
//
// The ids of the trace and of the send's span follow from the event's id (see identity.go): every instance knows them without being
// told, and nothing is stored for it.
//
// Concurrency: a Tracer is safe for concurrent use; Run is called once.
//
// Lifecycle: New, Run until its context is done, which then sends what is left.
//
// Order and loss: spans go in batches; what is more than queueMost or is not taken by the collector is dropped and told of in
// the log. Nothing on the way of events ever waits for a collector.
package tracing

import (
	"log/slog"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"roomstream/rooms"
)

// Options are what a Tracer stands on. Endpoint is required.
type Options struct {
	Endpoint string  // the collector's, for OTLP over HTTP, as CheckEndpoint takes it
	Ratio    float64 // of events, from 0 to 1; of those of callers that have a trace, only such as that one records
	Store    string  // db.system.name of the store
	Version  string  // of the program
	Instance string  // the name of this instance
	Now      func() time.Time
	Logger   *slog.Logger // nil: none
}

// Tracer makes spans of what it is told.
type Tracer struct {
	ratio    ratio
	store    string
	now      func() time.Time
	logger   *slog.Logger
	callers  *recent[link]      // of events that are in a caller's trace
	arrivals *recent[time.Time] // of sampled events
	exporter *exporter
}

var _ rooms.Tracer = (*Tracer)(nil)

// New makes a Tracer.
func New(o Options) *Tracer {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Tracer{
		ratio: newRatio(o.Ratio), store: o.Store, now: o.Now, logger: o.Logger,
		callers: newRecent[link](), arrivals: newRecent[time.Time](), exporter: newExporter(o),
	}
}

// Sending implements rooms.Tracer. Whether an event is told of follows from its own id, which no caller chooses: a caller's trace
// may leave his events out, and cannot have more of them told of than the ratio says. Nor is more remembered of callers.
func (t *Tracer) Sending(id rooms.EventID, caller string) bool {
	if !t.ratio.takes(traceOf(id)) {
		return false
	}
	from, ok := parseParent(caller)
	if !ok {
		return true
	}
	t.callers.put(id, from)
	return from.sampled
}

// identity says which trace an event is in, and which span of a caller its send is a part of, if any.
func (t *Tracer) identity(id rooms.EventID) (trace traceID, parent []byte, sampled bool) {
	if from, ok := t.callers.get(id); ok {
		return from.trace, from.span[:], from.sampled
	}
	trace = traceOf(id)
	return trace, nil, t.ratio.takes(trace)
}

// Sent implements rooms.Tracer.
func (t *Tracer) Sent(s rooms.SendTrace) {
	trace, parent, sampled := t.identity(s.Event.ID)
	if !sampled {
		return // more than recentMost callers' traces have begun since
	}
	root := span{trace: trace, id: sendSpan(s.Event.ID), parent: parent, name: "send", kind: tracepb.Span_SPAN_KIND_SERVER, from: s.Begun, to: s.Ended, err: s.Err}
	root.about(s.Event.ID, s.Event.RoomID, s.Event.EventName(), s.Seq)
	if own := traceOf(s.Event.ID); own != trace {
		root.linked = &own // the other instances cannot know of the caller's
	}
	taken := s.Ended
	if len(s.Tries) > 0 {
		taken = s.Tries[0].Begun
	}
	t.exporter.add(root.encode())
	t.exporter.add(span{trace: trace, id: newSpanID(), parent: root.id[:], name: "queue", from: s.Queued, to: taken}.encode())
	for _, try := range s.Tries {
		t.exporter.add(t.insert(trace, root.id, try).encode())
	}
}

// insert is the span of one call of the store.
func (t *Tracer) insert(trace traceID, parent spanID, try rooms.StoreTry) span {
	s := span{trace: trace, id: newSpanID(), parent: parent[:], name: "insert", kind: tracepb.Span_SPAN_KIND_CLIENT, from: try.Begun, to: try.Ended, err: try.Err}
	s.text("db.system.name", t.store)
	s.text("db.operation.name", "insert")
	s.text("db.collection.name", "messages")
	if try.Events > 1 { // the conventions want it for more than one only
		s.number("db.operation.batch.size", int64(try.Events))
	}
	return s
}

// Arrived implements rooms.Tracer.
func (t *Tracer) Arrived(id rooms.EventID) {
	if _, _, sampled := t.identity(id); sampled {
		t.arrivals.put(id, t.now())
	}
}

// Routed implements rooms.Tracer.
func (t *Tracer) Routed(e *rooms.Event, sockets int) (written func()) {
	trace, _, sampled := t.identity(e.ID)
	if !sampled {
		return nil
	}
	routed := t.now()
	arrived, told := t.arrivals.get(e.ID)
	parent := sendSpan(e.ID)
	whole := span{trace: trace, id: newSpanID(), parent: parent[:], name: "deliver", kind: tracepb.Span_SPAN_KIND_CONSUMER, from: routed}
	if told {
		whole.from = arrived
	}
	whole.about(e.ID, e.RoomID, e.EventName(), e.Seq)
	whole.number("roomstream.sockets", int64(sockets))
	whole.flag("roomstream.read_from_log", !told) // a hole, or what was missed: no stream told of it
	return func() {
		whole.to = t.now()
		t.exporter.add(whole.encode())
		if told {
			t.exporter.add(span{trace: trace, id: newSpanID(), parent: whole.id[:], name: "route", from: arrived, to: routed}.encode())
		}
		t.exporter.add(span{trace: trace, id: newSpanID(), parent: whole.id[:], name: "write", from: routed, to: whole.to}.encode())
	}
}
