package storetest

import (
	"testing"

	"roomstream/rooms"
)

// BenchmarkAppend measures a lane's full batch: 100 messages of ten rooms.
func BenchmarkAppend(b *testing.B, store rooms.Store) {
	const batchRooms, perRoom = 10, 10
	next := int64(1)
	b.ReportAllocs()
	for b.Loop() {
		var batch []*rooms.Event
		for r := range batchRooms {
			batch = append(batch, Messages(rooms.RoomID("room"+string(rune('a'+r))), next, perRoom)...)
		}
		next += perRoom
		if err := store.Log.Append(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*batchRooms*perRoom), "µs/message")
}
