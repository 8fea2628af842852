package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	index "github.com/blevesearch/bleve_index_api"
	bolt "go.etcd.io/bbolt"

	"roomstream/rooms"
)

// feedEvents is how many events go into the index with one write of it.
const feedEvents = 1000

// feedEvery is how often what was committed goes into the index at most, unless a search waits for it. Each write of the
// index is a file that is merged with others later: one for each message would cost more than to store it and to deliver it
// to hundreds.
const feedEvery = 500 * time.Millisecond

// searchFeed keeps the index of a file. One goroutine, the feeder, writes to it: behind the
// commits, never in their way. What the index has of each room is written with it, so that a
// feeder that begins anew goes on there.
type searchFeed struct {
	file   *file
	hub    *hub
	dir    string
	logID  string
	logger *slog.Logger

	ring    chan struct{}      // holds 1: something is to be taken out
	settles chan chan struct{} // closed when all that was committed before is in the index
	purges  chan chan error    // told when what was erased is in no file of the index
	end     chan struct{}      // closed: stop
	ended   chan struct{}      // closed: the feeder has ended
	endOnce sync.Once
	ready   atomic.Bool   // all that the file had when it was opened is in the index
	settled chan struct{} // the feeder's: one of settles whose time has not come; nil: there is none

	mu    sync.RWMutex // held for reading while the index is used
	index *searchIndex // nil: it cannot be used
}

// newSearchFeed opens the index and starts the feeder.
func newSearchFeed(f *file, dir, logID string, logger *slog.Logger) (*searchFeed, error) {
	purge := false
	err := f.db.Update(func(tx *bolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(bucketUnsearched)
		purge = tx.Bucket(bucketMeta).Get(metaPurge) != nil
		return err
	})
	if err == nil && purge {
		err = removeIndex(dir)
	}
	if err != nil {
		return nil, err
	}
	opened, err := openIndex(dir, logID)
	if err != nil {
		return nil, fmt.Errorf("open the search index in %s: %w", dir, err)
	}
	if purge {
		err := f.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucketMeta).Delete(metaPurge) })
		if err != nil {
			return nil, errors.Join(err, opened.close())
		}
	}
	s := &searchFeed{
		file: f, hub: f.hub, dir: dir, logID: logID, logger: logger, index: opened,
		ring: make(chan struct{}, 1), settles: make(chan chan struct{}), purges: make(chan chan error), end: make(chan struct{}), ended: make(chan struct{}),
	}
	go s.run()
	return s, nil
}

// close ends the feeder and lets go of the index. What it lacks is caught up at the next start.
func (s *searchFeed) close() error {
	s.endOnce.Do(func() { close(s.end) })
	<-s.ended
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.index == nil {
		return nil
	}
	err := s.index.close()
	s.index = nil
	return err
}

// run is the feeder. It ends when it is told to, when the file is not written any more, and
// when the index cannot be used.
func (s *searchFeed) run() {
	defer close(s.ended)
	for {
		err := s.follow()
		if s.ending() || s.file.refusal() != nil {
			return
		}
		if errors.Is(err, errBehind) {
			continue
		}
		s.logger.Error("the search index cannot be written, searches go through the log instead until the next start", "dir", s.dir, "error", err)
		s.give()
		return
	}
}

// give lets go of an index that cannot be used. It is removed, and made anew at the next start.
func (s *searchFeed) give() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ready.Store(false)
	var err error
	if s.index != nil {
		err = s.index.close()
	}
	s.index = nil
	if err := errors.Join(err, removeIndex(s.dir)); err != nil {
		s.logger.Error("the search index cannot be removed", "dir", s.dir, "error", err)
	}
}

// errEnding says that the feeder was told to end before it was through.
var errEnding = errors.New("the feeder ends")

func (s *searchFeed) ending() bool {
	select {
	case <-s.end:
		return true
	default:
		return false
	}
}

// errBehind says that more was committed than waits for one watcher.
var errBehind = errors.New("the feeder fell behind")

// follow brings the index up to the file, and then to each commit.
func (s *searchFeed) follow() error {
	w := newWatcher()
	if err := s.hub.add(w); err != nil {
		return err
	}
	defer s.hub.remove(w)
	if err := s.catchUp(); err != nil {
		return err
	}
	if err := s.takeOut(); err != nil {
		return err
	}
	s.ready.Store(true)
	s.tellSettled() // of one that asked when it fell behind
	var told []rooms.Arrival
	var rest <-chan time.Time // from one feeding to the next; nil: it is over
	for {
		var purged chan error
		wake := w.wake
		if rest != nil {
			wake = nil
		}
		select {
		case <-s.end:
			return nil
		case <-rest:
			rest = nil
			continue // what came meanwhile has rung
		case <-wake:
		case <-s.ring:
		case s.settled = <-s.settles:
		case purged = <-s.purges:
		}
		if purged != nil {
			if err := s.afresh(purged); err != nil {
				return err
			}
		}
		rest = time.After(feedEvery) // from its beginning: a feeding that takes longer is followed by the next at once
		var err error
		if told, err = w.take(told); err != nil {
			return errBehind
		}
		if err := s.feed(told); err != nil {
			return err
		}
		clear(told)
		if err := s.takeOut(); err != nil {
			return err
		}
		s.tellSettled()
	}
}

// afresh makes the index anew, from what the file has now, and tells when the old one is gone.
func (s *searchFeed) afresh(purged chan<- error) error {
	err := s.renew()
	purged <- err
	if err != nil {
		return err
	}
	if err := s.catchUp(); err != nil {
		return err
	}
	s.ready.Store(true)
	return nil
}

// tellSettled tells who waits that the index has all that was committed when he asked.
func (s *searchFeed) tellSettled() {
	if s.settled != nil {
		close(s.settled)
		s.settled = nil
	}
}

// settle returns when the index has all that was committed before, and lacks all that was
// taken away; or with ctx's error.
func (s *searchFeed) settle(ctx context.Context) error {
	settled := make(chan struct{})
	select {
	case s.settles <- settled:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ended:
		return errClosed()
	}
	select {
	case <-settled:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ended:
		return errClosed()
	}
}

// catchUp feeds what the index lacks of every room.
func (s *searchFeed) catchUp() error {
	var room rooms.RoomID
	for {
		next, last, err := s.nextRoom(room)
		if err != nil || next == "" {
			return err
		}
		if s.ending() {
			return errEnding
		}
		if err := s.feedRoom(next, last); err != nil {
			return err
		}
		room = next
	}
}

// nextRoom gives the first room with events behind one, and its last number; empty: there is none.
func (s *searchFeed) nextRoom(after rooms.RoomID) (next rooms.RoomID, last int64, err error) {
	from := []byte(after)
	if after != "" {
		from = append(from, keyEnd+1)
	}
	err = s.file.read(context.Background(), func(tx *bolt.Tx) error {
		cursor := tx.Bucket(bucketEvents).Cursor()
		key, _ := cursor.Seek(from)
		if key == nil {
			return nil
		}
		next, _ = splitEventKey(key)
		newest := descend(tx, next, rooms.MaxSeq+1, rooms.Page{Events: 1})
		last = newest[0].Seq
		return nil
	})
	return next, last, err
}

// feed brings the rooms up to what was told of them.
func (s *searchFeed) feed(told []rooms.Arrival) error {
	last := map[rooms.RoomID]int64{}
	for i := range told {
		if e := &told[i].Event; e.Seq > 0 {
			last[e.RoomID] = max(last[e.RoomID], e.Seq)
		}
	}
	b := index.NewBatch()
	for room, to := range last {
		for {
			if s.ending() {
				return errEnding // the rest is caught up at the next start
			}
			more, err := s.add(b, room, to)
			if err != nil {
				return err
			}
			if len(b.IndexOps) >= feedEvents || more {
				if err := s.index.write(b); err != nil {
					return err
				}
				b = index.NewBatch()
			}
			if !more {
				break
			}
		}
	}
	if len(b.InternalOps) == 0 {
		return nil
	}
	return s.index.write(b)
}

// feedRoom brings one room up to a number.
func (s *searchFeed) feedRoom(room rooms.RoomID, to int64) error {
	return s.feed([]rooms.Arrival{{Event: rooms.Event{RoomID: room, Seq: to}}})
}

// isSearched says whether an event is in the index.
func isSearched(e *rooms.Event) bool {
	return e.Text != "" && (e.Type == rooms.TypeMessage || e.Type == rooms.TypeEdit)
}

// add puts the next events of a room into a batch, as they are in the file now: what was
// blanked meanwhile has no text. more: the room has further ones.
func (s *searchFeed) add(b *index.Batch, room rooms.RoomID, to int64) (more bool, err error) {
	at, err := s.index.position(room)
	if err != nil || at >= to {
		return false, err
	}
	var events []rooms.Event
	err = s.file.read(context.Background(), func(tx *bolt.Tx) error {
		cursor, prefix := tx.Bucket(bucketEvents).Cursor(), roomPrefix(room)
		key, value := cursor.Seek(eventKey(room, at+1))
		events = collect(prefix, key, value, cursor.Next, rooms.Page{Events: feedEvents})
		return nil
	})
	if err != nil || len(events) == 0 {
		return false, err
	}
	for i := range events {
		e := &events[i]
		if isSearched(e) {
			put(b, eventKey(room, e.Seq), e)
		}
	}
	reached := events[len(events)-1].Seq
	b.SetInternal(positionKey(room), eventKey(room, reached)[len(room)+1:])
	return reached < to, nil
}
