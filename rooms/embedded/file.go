package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"roomstream/rooms"
	"roomstream/rooms/tally"
)

const (
	// queueLength is how many changes may wait for the committer. Those who find it
	// full wait: each of them is a lane or a request, so their number is bounded.
	queueLength = 256

	// commitEvents bounds the events of one transaction: more would make the first one
	// wait for the last, and fewer pay the two flushes of a commit more often.
	commitEvents = 1000
)

// change is something to be written.
type change struct {
	// apply makes the change. answer goes to the caller once the transaction is on the
	// disk, and what was put before it stays; err gives up the whole transaction and
	// ends the store. nil: nothing to write, only an answer from the committer.
	apply  func(tx *bolt.Tx) (answer, err error)
	events int // how many events it holds at most

	// told is what the watchers are told when it is durable; apply may shorten it.
	told []rooms.Arrival
	// durable is called when the change is on the disk, by the committer: it must not wait.
	// nil: nobody wants to know.
	durable func()

	answer error
	done   chan error // holds 1
}

// file is the open file and its committer.
type file struct {
	db     *bolt.DB
	hub    *hub
	logger *slog.Logger
	search *searchFeed // nil: there is none; fixed before anything is written
	queue  chan *change

	closeOnce sync.Once
	closing   chan struct{} // closed: nothing is accepted any more
	stopped   chan struct{} // closed: the committer has ended
	failure   atomic.Pointer[error]

	commits *tally.Histogram // ns of a transaction, to its end on the disk
}

func newFile(db *bolt.DB, hub *hub, logger *slog.Logger) *file {
	f := &file{
		db: db, hub: hub, logger: logger, queue: make(chan *change, queueLength),
		closing: make(chan struct{}), stopped: make(chan struct{}), commits: tally.NewTimes(),
	}
	go f.commitAll()
	return f
}

// read runs fn in a short read transaction. fn must copy what it keeps.
func (f *file) read(ctx context.Context, fn func(tx *bolt.Tx) error) error {
	return f.readIn(ctx, f.db.View, fn)
}

// readAlone runs fn in a transaction while nothing is written. bbolt's check of the pages
// needs it: it reads the list of free pages, which is not part of a read transaction's
// snapshot and which a commit changes under it.
func (f *file) readAlone(ctx context.Context, fn func(tx *bolt.Tx) error) error {
	return f.readIn(ctx, func(fn func(*bolt.Tx) error) (err error) {
		tx, err := f.db.Begin(true)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, tx.Rollback()) }()
		return fn(tx)
	}, fn)
}

func (f *file) readIn(ctx context.Context, transaction func(func(*bolt.Tx) error) error, fn func(*bolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := f.refusal(); err != nil {
		return err
	}
	err := transaction(fn)
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return errClosed()
	}
	return err
}

// write queues a change and waits until it is durable. When ctx is done first the
// outcome is unknown.
func (f *file) write(ctx context.Context, c *change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := f.refusal(); err != nil {
		return err
	}
	c.done = make(chan error, 1)
	select {
	case f.queue <- c:
	case <-f.closing:
		return errClosed()
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-c.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-f.stopped:
	}
	select {
	case err := <-c.done:
		return err
	default:
		return errClosed() // queued after the committer had looked for the last time
	}
}

// refusal is why nothing is served any more, or nil.
func (f *file) refusal() error {
	select {
	case <-f.closing:
		return errClosed()
	default:
	}
	return f.failed()
}

// failed is the error that the disk's failure left, or nil.
func (f *file) failed() error {
	if err := f.failure.Load(); err != nil {
		return *err
	}
	return nil
}

func errClosed() error { return rooms.E(rooms.CodeUnavailable, "the store is closed") }

func (f *file) close(ctx context.Context) error {
	var err error
	f.closeOnce.Do(func() {
		close(f.closing)
		select {
		case <-f.stopped:
			err = f.db.Close()
		case <-ctx.Done():
			err = fmt.Errorf("close the store: %w", ctx.Err())
		}
	})
	return err
}

// commitAll is the committer.
func (f *file) commitAll() {
	defer close(f.stopped)
	defer f.hub.end(errClosed())
	for {
		select {
		case c := <-f.queue:
			f.commit(f.gather(c))
		case <-f.closing:
			f.commitRest()
			return
		}
	}
}

// commitRest writes what was queued when the store closed.
func (f *file) commitRest() {
	for {
		select {
		case c := <-f.queue:
			f.commit(f.gather(c))
		default:
			return
		}
	}
}

// gather takes what queued up while the last transaction was written. There is no
// waiting for more: under load the batches form by themselves.
func (f *file) gather(first *change) []*change {
	batch := []*change{first}
	for n := first.events; n < commitEvents; {
		select {
		case c := <-f.queue:
			batch = append(batch, c)
			n += c.events
		default:
			return batch
		}
	}
	return batch
}

// commit writes a batch, tells the watchers and answers.
func (f *file) commit(batch []*change) {
	err := f.failed()
	if err == nil {
		err = f.update(batch)
	}
	for _, c := range batch {
		if err != nil {
			c.done <- err
			continue
		}
		f.hub.tell(c.told)
		if c.durable != nil {
			c.durable()
		}
		c.done <- c.answer
	}
}

func (f *file) update(batch []*change) error {
	writes := batch[:0:0]
	for _, c := range batch {
		if c.apply != nil {
			writes = append(writes, c)
		}
	}
	if len(writes) == 0 {
		return nil // a flush for nothing would wear the disk every two seconds
	}
	begun := time.Now()
	err := f.db.Update(func(tx *bolt.Tx) error {
		for _, c := range writes {
			answer, err := c.apply(tx)
			if err != nil {
				return err
			}
			c.answer = answer
		}
		return nil
	})
	f.commits.Took(time.Since(begun))
	if err == nil {
		return nil
	}
	// Whether the pages reached the disk is unknown, and a flush that failed once may
	// succeed the next time without having written anything: this handle is done with.
	// The folder's name is in the cause, which no client sees.
	dir := filepath.Dir(f.db.Path())
	failed := error(rooms.Wrap(rooms.CodeUnavailable, fmt.Errorf("-data-dir %s: %w", dir, err),
		"the data file cannot be written: see to the disk and start again"))
	f.failure.Store(&failed)
	f.logger.Error("the data file cannot be written, the store is stopped", "dir", dir, "error", err)
	f.hub.end(failed)
	return failed
}
