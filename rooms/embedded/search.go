package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"

	"roomstream/rooms"
)

// searchDir is the folder of the search index, beside the data file.
const searchDir = "search"

// settleWait is how long a search waits for the index to have what was committed before it. A
// feeder that is further behind has much to do: the log is looked through instead.
const settleWait = time.Second

// Searcher finds messages by their texts.
type Searcher struct{ file *file }

var _ rooms.Searcher = (*Searcher)(nil)

// openSearch starts the search of a file, or, where there is to be none, removes its index:
// what is taken out of the file would stay in there.
func openSearch(f *file, dir string, off bool) error {
	path := filepath.Join(dir, searchDir)
	if off {
		return removeIndex(path)
	}
	var logID string
	err := f.db.View(func(tx *bolt.Tx) error {
		logID = string(tx.Bucket(bucketMeta).Get(metaLogID))
		return nil
	})
	if err != nil {
		return err
	}
	f.search, err = newSearchFeed(f, path, logID, f.logger)
	return err
}

// closeSearch ends the search, if there is one. It may be called more than once.
func (f *file) closeSearch() error {
	if f.search == nil {
		return nil
	}
	return f.search.close()
}

func removeIndex(path string) error {
	if err := os.RemoveAll(path); err != nil {
		return fmt.Errorf("remove the search index: %w", err)
	}
	return nil
}

// Holding asks the index.
func (s *Searcher) Holding(ctx context.Context, t rooms.SearchTerm, limit int) ([]rooms.Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.file.refusal(); err != nil {
		return nil, err
	}
	feed := s.file.search
	if len(t.Words) == 0 || !feed.ready.Load() {
		return nil, rooms.ErrTooMany
	}
	waiting, cancel := context.WithTimeout(ctx, settleWait)
	defer cancel()
	if err := feed.settle(waiting); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, rooms.ErrTooMany
	}
	keys, err := feed.find(ctx, t, limit)
	if err != nil {
		return nil, err
	}
	var found []rooms.Event
	err = s.file.read(ctx, func(tx *bolt.Tx) error {
		events := tx.Bucket(bucketEvents)
		for _, key := range keys {
			if value := events.Get(key); value != nil {
				found = append(found, decodeEvent(key, value))
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what the search found: %w", err)
	}
	return found, nil
}

// find asks the index, of which an error is no reason to find nothing.
func (s *searchFeed) find(ctx context.Context, t rooms.SearchTerm, limit int) ([][]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.index == nil {
		return nil, rooms.ErrTooMany
	}
	keys, err := s.index.find(ctx, t, limit)
	if err != nil && ctx.Err() == nil && !errors.Is(err, rooms.ErrTooMany) {
		s.logger.Warn("the search index cannot be read, the log is looked through instead", "dir", s.dir, "error", err)
		return nil, rooms.ErrTooMany
	}
	return keys, err
}

// Latest returns messages of all rooms, newest first.
func (s *Searcher) Latest(ctx context.Context, before rooms.EventID, page rooms.Page) ([]rooms.Event, error) {
	found := filling{most: page}
	err := s.file.read(ctx, func(tx *bolt.Tx) error {
		events, cursor := tx.Bucket(bucketEvents), tx.Bucket(bucketIDs).Cursor()
		for id, key := below(cursor, before[:]); id != nil && !found.isFull(); id, key = cursor.Prev() {
			if e := decodeEvent(key, events.Get(key)); e.Type == rooms.TypeMessage && !found.add(e) {
				break
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the latest messages: %w", err)
	}
	return found.events, nil
}

// Edits returns the edits of messages.
func (s *Searcher) Edits(ctx context.Context, messages []rooms.Event) ([]rooms.Event, error) {
	var found []rooms.Event
	err := s.file.read(ctx, func(tx *bolt.Tx) error {
		events, cursor := tx.Bucket(bucketEvents), tx.Bucket(bucketTargets).Cursor()
		for i := range messages {
			prefix := append(eventKey(messages[i].RoomID, messages[i].Seq), kindEdit)
			for key, _ := cursor.Seek(prefix); bytes.HasPrefix(key, prefix); key, _ = cursor.Next() {
				at := eventKey(messages[i].RoomID, lastSeq(key))
				if value := events.Get(at); value != nil {
					found = append(found, decodeEvent(at, value))
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the edits of %d messages: %w", len(messages), err)
	}
	return found, nil
}
