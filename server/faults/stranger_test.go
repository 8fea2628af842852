package faults

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// stranger is another program that inserts messages by itself, again and again with the
// same _id until they are durable.
type stranger struct {
	messages *mongo.Collection
	rooms    []string

	mu    sync.Mutex
	quiet bool
	busy  bool
	acked []ack
}

func (s *stranger) run(ctx context.Context) {
	tick := time.NewTicker(strangerPace)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if s.begin() {
			s.insert(ctx, s.rooms[n%len(s.rooms)], fmt.Sprintf("foreign %d", n))
		}
	}
}

func (s *stranger) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = !s.quiet
	return s.busy
}

func (s *stranger) insert(ctx context.Context, room, text string) {
	const callTime = 10 * time.Second // for one try
	id, made := bson.NewObjectID(), time.Now()
	for ctx.Err() == nil {
		call, cancel := context.WithTimeout(ctx, callTime)
		_, err := s.messages.InsertOne(call, bson.D{{Key: "_id", Value: id}, {Key: "roomId", Value: room}, {Key: "text", Value: text}, {Key: "author", Value: "bot"}})
		cancel()
		if err == nil || mongo.IsDuplicateKeyError(err) {
			s.mu.Lock()
			s.busy = false
			s.acked = append(s.acked, ack{room: room, author: "bot", id: id.Hex(), made: made, at: time.Now()})
			s.mu.Unlock()
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(retryPause):
		}
	}
}

// hush has it insert no more, or again.
func (s *stranger) hush(quiet bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quiet = quiet
}

// done says that nothing is under way.
func (s *stranger) done() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.busy
}

// forget drops what the test destroys.
func (s *stranger) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.acked = slices.DeleteFunc(s.acked, func(a ack) bool { return a.id == id })
}
