package rooms_test

import (
	"context"
	"testing"
	"time"

	"roomstream/rooms"
)

// stuckSearcher answers when it is let.
type stuckSearcher struct {
	rooms.Searcher
	entered, leave chan struct{}
}

func (s stuckSearcher) Holding(ctx context.Context, _ rooms.SearchTerm, _ int) ([]rooms.Event, error) {
	s.entered <- struct{}{}
	select {
	case <-s.leave:
	case <-ctx.Done():
	}
	return nil, ctx.Err()
}

func TestSearchesAtOnceAreBounded(t *testing.T) {
	store := newStore(t)
	searcher := stuckSearcher{store.Searcher, make(chan struct{}, 100), make(chan struct{})}
	store.Searcher = searcher
	s, _ := serve(t, store, rooms.Options{})
	const asked = 20
	done := make(chan error, asked)
	for range asked {
		go func() {
			_, err := s.Search(context.Background(), alice, rooms.SearchInput{Query: "word"})
			done <- err
		}()
	}
	const most = 8
	for range most {
		<-searcher.entered
	}
	select {
	case <-searcher.entered:
		t.Errorf("more than %d searches are under way", most)
	case <-time.After(100 * time.Millisecond): // nothing is to be seen of the others
	}
	close(searcher.leave)
	for range asked {
		if err := <-done; err != nil {
			t.Errorf("a search that waited: %v", err)
		}
	}
}
