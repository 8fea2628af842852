package mongodb

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/address"
)

const (
	// kindPrimary is what the driver's events call the primary of a replica set.
	kindPrimary = "RSPrimary"
	// askTimeout is how long a primary is waited for that may hang while there is another one already.
	askTimeout = 2 * time.Second
	// askPause is how long asking again waits: a connection that broke is made anew in some milliseconds.
	askPause = 50 * time.Millisecond
)

// barrier keeps reads from showing less than was acked before they were begun. A primary that was just elected has all
// that a majority has, but shows majority reads only what it knows a majority to have: what it heard of that as a
// secondary, until a majority has an entry of its own term. So the first read at each primary waits for that, all who
// read meanwhile wait with it, and a read during which another primary was found is made again: the driver may have
// waited for that one, or have gone on to it.
//
// It knows of a primary when the driver does. What the last one answers before that can be older than what the new one
// acked to another instance.
//
// Concurrency: safe for concurrent use. Lifecycle: it has no goroutine. One of those who wait asks the primary, and when
// he gives up the next one does.
type barrier struct {
	probe *mongo.Collection // what the primary is asked for; set before the first read

	// primary counts the primaries that were found, each term of one by itself. Below zero: that one is not known yet to
	// show what was acked before it. 0: none was found, or none can be: a mongos does not tell of them.
	primary atomic.Int64

	asking chan struct{} // holds 1: whoever asks

	mu    sync.Mutex
	found int64 // primaries, so far
	last  term  // of the one found last
}

// term is the time of one primary from its election on.
type term struct {
	address  address.Address
	election bson.ObjectID
}

func newBarrier() *barrier { return &barrier{asking: make(chan struct{}, 1)} }

// monitor is to be the one of the driver's client that reads go through.
func (b *barrier) monitor() *event.ServerMonitor {
	return &event.ServerMonitor{TopologyDescriptionChanged: func(e *event.TopologyDescriptionChangedEvent) { b.changed(e.NewDescription) }}
}

// changed looks for a new primary. The driver calls it with the lock held that it takes to find a server's connections,
// so nothing is sent to a primary before it is counted here.
func (b *barrier) changed(now event.TopologyDescription) {
	at := slices.IndexFunc(now.Servers, func(s event.ServerDescription) bool { return s.Kind == kindPrimary })
	if at < 0 {
		return // the one before may be still: only its connection broke
	}
	newest := term{now.Servers[at].Addr, now.Servers[at].ElectionID}
	b.mu.Lock()
	defer b.mu.Unlock()
	if newest != b.last {
		b.last = newest
		b.found++
		b.primary.Store(-b.found)
	}
}

// pass returns once the primary shows what was acked before it, and says which primary that is. It takes opTimeout at
// most.
func (b *barrier) pass(ctx context.Context) (primary int64, err error) {
	if primary = b.primary.Load(); primary >= 0 {
		return primary, nil
	}
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	select {
	case b.asking <- struct{}{}:
		defer func() { <-b.asking }()
	case <-ctx.Done():
		return 0, fmt.Errorf("wait for the new primary: %w", ctx.Err())
	}
	for {
		if primary = b.primary.Load(); primary >= 0 {
			return primary, nil
		}
		if err = b.ask(ctx); err == nil {
			b.primary.CompareAndSwap(primary, -primary) // unless yet another one was found
			continue
		}
		if !isPassing(err) {
			return 0, fmt.Errorf("wait for the new primary: %w", err)
		}
		select {
		case <-time.After(askPause):
		case <-ctx.Done():
			return 0, fmt.Errorf("wait for the new primary: %w", err)
		}
	}
}

// ask returns once a majority has all that the primary has now, an entry of its own term among it: that is written
// before it takes itself for the primary.
func (b *barrier) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	applied, err := timeOf(ctx, b.probe, field("level", "local"))
	if err != nil || applied == nil {
		return err
	}
	_, err = timeOf(ctx, b.probe, bson.D{{Key: "level", Value: "majority"}, {Key: "afterClusterTime", Value: *applied}})
	return err
}

// timeOf gives the time of what a read sees: with the concern local that of the last write that the primary applied, with
// majority that of the last that a majority has. nil: the server does not tell.
func timeOf(ctx context.Context, coll *mongo.Collection, concern bson.D) (*bson.Timestamp, error) {
	answer, err := coll.Database().RunCommand(ctx, bson.D{
		{Key: "find", Value: coll.Name()}, {Key: "limit", Value: 1}, {Key: "singleBatch", Value: true},
		{Key: "projection", Value: field("_id", 1)}, {Key: "readConcern", Value: concern},
	}).Raw()
	if err != nil {
		return nil, err
	}
	t, i, ok := answer.Lookup("operationTime").TimestampOK()
	if !ok {
		return nil, nil
	}
	return &bson.Timestamp{T: t, I: i}, nil
}

// throughBarrier reads once the barrier lets it, and again when another primary was found meanwhile: what was read then
// is given to discard. nil: there is no barrier.
func throughBarrier[T any](ctx context.Context, b *barrier, read func() (T, error), discard func(T)) (T, error) {
	if b == nil {
		return read()
	}
	for {
		primary, err := b.pass(ctx)
		if err != nil {
			var nothing T
			return nothing, err
		}
		answer, err := read()
		if err != nil || b.primary.Load() == primary {
			return answer, err
		}
		discard(answer)
	}
}
