package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	index "github.com/blevesearch/bleve_index_api"
	bolt "go.etcd.io/bbolt"
)

// bucketUnsearched holds the keys of events whose content was taken away and that are to be
// taken out of the index. It is written with what takes the content, so that a kill loses none.
var bucketUnsearched = []byte("unsearched")

// metaPurge in bucketMeta says that the index may hold words of what was erased (an entry that is
// taken out stays in its files until they are merged, which may be never), or lack events behind
// those it has.
var metaPurge = []byte("purgeSearch")

// renew begins with an empty index where the old one was.
func (s *searchFeed) renew() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ready.Store(false)
	err := s.index.close()
	s.index = nil
	if err = errors.Join(err, removeIndex(s.dir)); err != nil {
		return err
	}
	if s.index, err = openIndex(s.dir, s.logID); err != nil {
		return err
	}
	return s.file.write(context.Background(), &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		return nil, tx.Bucket(bucketMeta).Delete(metaPurge)
	}})
}

// purge returns when what was erased before is in no file of the index.
func (s *searchFeed) purge(ctx context.Context) error {
	purged := make(chan error, 1)
	select {
	case s.purges <- purged:
	case <-s.ended: // then it is made anew at the next start
		return s.gone()
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-purged:
		return err
	case <-s.ended:
		return s.gone()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// gone says that there is no index any more, or why that is not certain.
func (s *searchFeed) gone() error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.index == nil {
		return nil
	}
	return errClosed()
}

// unsearch notes within a transaction that an event is to be taken out of the index.
func (f *file) unsearch(tx *bolt.Tx, key []byte) error {
	if f.search == nil {
		return nil
	}
	return tx.Bucket(bucketUnsearched).Put(key, nil)
}

// unsearched wakes the feeder; it is called when unsearch is durable.
func (f *file) unsearched() {
	if f.search == nil {
		return
	}
	select {
	case f.search.ring <- struct{}{}:
	default: // it is awake already
	}
}

// takeOut takes what unsearch noted out of the index, then the notes out of the file.
func (s *searchFeed) takeOut() error {
	for {
		var keys [][]byte
		err := s.file.read(context.Background(), func(tx *bolt.Tx) error {
			cursor := tx.Bucket(bucketUnsearched).Cursor()
			for key, _ := cursor.First(); key != nil && len(keys) < feedEvents; key, _ = cursor.Next() {
				keys = append(keys, bytes.Clone(key))
			}
			return nil
		})
		if err != nil || len(keys) == 0 {
			return err
		}
		b := index.NewBatch()
		for _, key := range keys {
			b.Delete(string(key))
		}
		if err := s.index.write(b); err != nil {
			return err
		}
		err = s.file.write(context.Background(), &change{events: len(keys), apply: func(tx *bolt.Tx) (answer, err error) {
			bucket := tx.Bucket(bucketUnsearched)
			for _, key := range keys {
				if err := bucket.Delete(key); err != nil {
					return nil, err
				}
			}
			return nil, nil
		}})
		if err != nil {
			return err
		}
	}
}

// erasing notes within a transaction that an event is erased: the words of it must leave the
// index's files, too.
func (f *file) erasing(tx *bolt.Tx) error {
	if f.search == nil {
		return nil
	}
	return tx.Bucket(bucketMeta).Put(metaPurge, []byte{1})
}

// erased makes the index anew where erasing was noted, also by a process that was killed.
func (f *file) erased(ctx context.Context) error {
	if f.search == nil {
		return nil
	}
	noted := false
	err := f.read(ctx, func(tx *bolt.Tx) error {
		noted = tx.Bucket(bucketMeta).Get(metaPurge) != nil
		return nil
	})
	if err != nil || !noted {
		return err
	}
	if err := f.search.purge(ctx); err != nil {
		return fmt.Errorf("make the search index anew: %w", err)
	}
	return nil
}
