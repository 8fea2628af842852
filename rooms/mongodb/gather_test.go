package mongodb

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
)

// slowReads answers each key with its length once it is let, and keeps what was asked.
type slowReads struct {
	let     chan struct{} // a token a read
	begun   chan []string
	refused error
}

func newSlowReads() *slowReads {
	return &slowReads{let: make(chan struct{}), begun: make(chan []string, 100)}
}

func (r *slowReads) gatherer(t *testing.T) *gatherer[string, int] {
	return &gatherer[string, int]{live: t.Context(), read: func(_ context.Context, keys []string) (map[string]int, error) {
		r.begun <- keys
		<-r.let
		answer := map[string]int{}
		for _, k := range keys {
			answer[k] = len(k)
		}
		return answer, r.refused
	}}
}

// waits is how many wait for the next read.
func (g *gatherer[K, V]) waits() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting)
}

func TestWhoAsksMeanwhileIsAnsweredByOneRead(t *testing.T) {
	reads := newSlowReads()
	g := reads.gatherer(t)
	var all sync.WaitGroup
	for i := range gatherReads {
		key := fmt.Sprint("first", i)
		all.Go(func() {
			if n, err := g.ask(t.Context(), key); n != len(key) || err != nil {
				t.Errorf("%s: %d, %v", key, n, err)
			}
		})
		if got := <-reads.begun; len(got) != 1 {
			t.Fatalf("the first ones wait for others: %v", got)
		}
	}
	for i, key := range []string{"a", "bb", "a", "ccc"} {
		all.Go(func() {
			if n, err := g.ask(t.Context(), key); n != len(key) || err != nil {
				t.Errorf("%s: %d, %v", key, n, err)
			}
		})
		for g.waits() <= i {
			runtime.Gosched()
		}
	}
	reads.let <- struct{}{}
	if got := <-reads.begun; len(got) != 3 {
		t.Errorf("one read was asked %v, want a, bb and ccc once each", got)
	}
	close(reads.let)
	all.Wait()
	if n := len(reads.begun); n != 0 {
		t.Errorf("%d reads more than needed", n)
	}
}

func TestAReadIsNoLargerThanItsBound(t *testing.T) {
	reads := newSlowReads()
	g := reads.gatherer(t)
	for i := range gatherMost + 1 {
		g.waiting = append(g.waiting, &question[string, int]{key: fmt.Sprint(i), answered: make(chan struct{})})
	}
	last := g.waiting[gatherMost]
	close(reads.let)
	g.running = 1
	g.run()
	if first, second := <-reads.begun, <-reads.begun; len(first) != gatherMost || len(second) != 1 {
		t.Errorf("reads of %d and %d keys", len(first), len(second))
	}
	<-last.answered
}

func TestReadsBeginApartSoThatManyAreAnsweredByEach(t *testing.T) {
	reads := newSlowReads()
	g := reads.gatherer(t)
	close(reads.let)
	const asks = 4
	begun := time.Now()
	for range asks {
		if _, err := g.ask(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(begun); took < (asks-1)*gatherGap {
		t.Errorf("%d reads began within %v", asks, took)
	}
}

func TestAFailedReadFailsAllWhoAskedIt(t *testing.T) {
	reads := newSlowReads()
	reads.refused = errors.New("away")
	g := reads.gatherer(t)
	close(reads.let)
	if _, err := g.ask(t.Context(), "a"); !errors.Is(err, reads.refused) {
		t.Errorf("told %v", err)
	}
}

func TestWhoGivesUpIsNotWaitedFor(t *testing.T) {
	reads := newSlowReads()
	g := reads.gatherer(t)
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := g.ask(ctx, "gone"); !errors.Is(err, context.Canceled) {
			t.Errorf("told %v", err)
		}
	})
	<-reads.begun
	cancel()
	all.Wait()
	close(reads.let)
	if n, err := g.ask(t.Context(), "here"); n != 4 || err != nil {
		t.Errorf("another one: %d, %v", n, err)
	}
}
