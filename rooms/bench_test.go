package rooms

import (
	"testing"
	"time"
)

// BenchmarkAppendJSON encodes a message as its room gets it, into a buffer that is there.
func BenchmarkAppendJSON(b *testing.B) {
	e := Event{
		ID: EventID{0x65, 0x53, 0xf1, 0, 1, 2, 3, 4, 5, 6, 7, 8}, RoomID: "general", Seq: 42, Author: "alice", AuthorName: "Alice",
		Timestamp: time.Date(2026, 3, 4, 5, 6, 7, 8_000_000, time.UTC), ClientID: "c-123456", Text: "a line or so of text, as people write it, é 😀, of the usual length",
	}
	buffer := make([]byte, 0, 1<<10)
	b.ReportAllocs()
	for b.Loop() {
		if got := e.AppendJSON(buffer); len(got) < len(e.Text) {
			b.Fatal(len(got))
		}
	}
}

// crowd is an Emitter with sockets in every room, which takes what it is given.
type crowd struct {
	Emitter
	sockets, emitted int
}

func (c *crowd) Members(RoomID) int            { return c.sockets }
func (c *crowd) Emit(_ RoomID, events []Event) { c.emitted += len(events) }

// BenchmarkArrived takes an answer of the stream, 50 messages that this instance appended, to a room's sockets.
func BenchmarkArrived(b *testing.B) {
	const burst = 50
	s := New(Store{}, Options{})
	out := &crowd{sockets: 200}
	s.router.start(b.Context(), out)
	d := newDelivery(s.router, "general")
	d.delivered = 0
	s.router.rooms["general"] = d
	batch, items := make([]Arrival, burst), make([]*item, burst)
	for i := range items {
		items[i] = &item{event: &Event{}}
	}
	seq := int64(0)
	b.ReportAllocs()
	for b.Loop() {
		now := time.Now()
		for i := range batch {
			seq++
			batch[i] = Arrival{Event: Event{ID: s.ids.next(now), RoomID: "general", Seq: seq, Author: "alice", Timestamp: now, Text: "a line"}}
			items[i].event.ID = batch[i].Event.ID
		}
		s.tallies.transit.began(items)
		s.router.arrived(batch)
	}
	if out.emitted != int(seq) {
		b.Fatalf("%d of %d events were emitted", out.emitted, seq)
	}
	if got := s.Figures(); got.Transit.Count != seq || got.Deliveries != seq*int64(out.sockets) {
		b.Fatalf("%+v was counted", got)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(seq), "ns/event")
}
