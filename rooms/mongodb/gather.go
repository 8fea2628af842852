package mongodb

import (
	"context"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

const (
	// gatherReads is how many reads of one gatherer run at once: while one is answered the next fills.
	gatherReads = 2
	// gatherMost bounds the keys of one read.
	gatherMost = 500
	// gatherGap is how long after one read of a gatherer began the next may begin: who comes alone waits for nothing,
	// and of thousands who come at once each read answers many, however fast the server answers.
	gatherGap = 20 * time.Millisecond
)

// gatherer reads what is asked of single keys, together where many ask at once: thousands come back after an outage, and
// a command for each costs the server ten times what its answer does. Who asks while gatherReads run waits for the next
// one. A read begins after all its questions were asked, so its answer is as fresh as one of its own.
//
// Concurrency: ask is safe from any goroutine. Lifecycle: the goroutines end when nobody waits any more; a read goes on
// when its askers give up, bounded as read bounds it, and ends with live.
type gatherer[K comparable, V any] struct {
	live context.Context
	// read answers keys that are all different; one that is absent from the answer has the zero value.
	read func(ctx context.Context, keys []K) (map[K]V, error)

	mu      sync.Mutex
	running int
	next    time.Time // when the next read may begin
	waiting []*question[K, V]
}

// question is one asker's.
type question[K comparable, V any] struct {
	key      K
	answered chan struct{} // closed when what is below is set
	value    V
	err      error
}

// ask gives the answer for one key.
func (g *gatherer[K, V]) ask(ctx context.Context, key K) (V, error) {
	q := &question[K, V]{key: key, answered: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, q)
	if g.running < gatherReads {
		g.running++
		go g.run()
	}
	g.mu.Unlock()
	select {
	case <-q.answered:
		return q.value, q.err
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}

// run reads until nobody waits.
func (g *gatherer[K, V]) run() {
	for {
		g.mu.Lock()
		batch := g.waiting
		if len(batch) == 0 {
			g.running--
			g.mu.Unlock()
			return
		}
		now := time.Now()
		if wait := g.next.Sub(now); wait > 0 {
			g.mu.Unlock()
			time.Sleep(wait)
			continue
		}
		g.next = now.Add(gatherGap)
		g.waiting = nil
		if len(batch) > gatherMost {
			batch, g.waiting = batch[:gatherMost:gatherMost], batch[gatherMost:]
		}
		g.mu.Unlock()
		g.answer(batch)
	}
}

func (g *gatherer[K, V]) answer(batch []*question[K, V]) {
	keys := make([]K, 0, len(batch))
	asked := make(map[K]bool, len(batch))
	for _, q := range batch {
		if !asked[q.key] {
			asked[q.key] = true
			keys = append(keys, q.key)
		}
	}
	values, err := g.read(g.live, keys)
	if err != nil && g.live.Err() != nil {
		err = mongo.ErrClientDisconnected
	}
	for _, q := range batch {
		q.value, q.err = values[q.key], err
		close(q.answered)
	}
}
