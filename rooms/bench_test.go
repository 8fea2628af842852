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
