package embedded

import (
	"context"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
	"roomstream/rooms"
)

// scanEvents is how many events a read of the whole file takes in one transaction: an
// open one keeps pages from being used again.
const scanEvents = 1000

// Eraser takes what one user wrote out of the file. The pages that held it are written
// over when they are used again.
type Eraser struct{ file *file }

var _ rooms.Eraser = (*Eraser)(nil)

// ByAuthor gives each event of an author that is not erased.
func (r *Eraser) ByAuthor(ctx context.Context, author auth.UserID, each func(rooms.Event) error) error {
	return r.file.scan(ctx, func(e rooms.Event) error {
		if e.Author != author || e.Erased {
			return nil
		}
		return each(e)
	})
}

// scan gives every event of the file, room by room.
func (f *file) scan(ctx context.Context, each func(rooms.Event) error) error {
	var from []byte
	for {
		var events []rooms.Event
		err := f.read(ctx, func(tx *bolt.Tx) error {
			cursor := tx.Bucket(bucketEvents).Cursor()
			for key, value := cursor.Seek(from); key != nil && len(events) < scanEvents; key, value = cursor.Next() {
				events = append(events, decodeEvent(key, value))
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("read all events: %w", err)
		}
		if len(events) == 0 {
			return nil
		}
		for _, e := range events {
			if err := each(e); err != nil {
				return err
			}
		}
		last := events[len(events)-1]
		from = eventKey(last.RoomID, last.Seq+1)
	}
}

// Erase blanks every event of an author, some in each transaction.
func (r *Eraser) Erase(ctx context.Context, author auth.UserID) (int, error) {
	total := 0
	var some []rooms.Event
	blank := func() error {
		n, err := r.blank(ctx, author, some)
		total += n
		some = nil
		return err
	}
	err := r.ByAuthor(ctx, author, func(e rooms.Event) error {
		if some = append(some, e); len(some) < scanEvents {
			return nil
		}
		return blank()
	})
	if err == nil && len(some) > 0 {
		err = blank()
	}
	if err == nil {
		err = r.file.erased(ctx)
	}
	if err != nil {
		return total, fmt.Errorf("erase what %s wrote: %w", author, err)
	}
	return total, nil
}

func (r *Eraser) blank(ctx context.Context, author auth.UserID, events []rooms.Event) (int, error) {
	n := 0
	err := r.file.write(ctx, &change{events: len(events), apply: func(tx *bolt.Tx) (answer, err error) {
		n = 0
		bucket := tx.Bucket(bucketEvents)
		for _, e := range events {
			key := eventKey(e.RoomID, e.Seq)
			value := bucket.Get(key)
			if value == nil {
				continue // trimmed meanwhile
			}
			// As it is now: what was blanked since it was read must not come back.
			e = decodeEvent(key, value)
			if e.Author != author || e.Erased {
				continue
			}
			if err := tx.Bucket(bucketAttached).Delete(key); err != nil {
				return nil, err
			}
			blank(&e)
			if err := bucket.Put(key, encodeEvent(&e)); err != nil {
				return nil, err
			}
			if err := r.file.erasing(tx); err != nil {
				return nil, err
			}
			n++
		}
		return nil, nil
	}})
	return n, err
}

// blank takes the content of an event, as rooms.Event.Erased says.
func blank(e *rooms.Event) {
	e.Text, e.Data, e.Mentions, e.Attachments, e.AuthorName, e.Erased = "", "", "", "", "", true
}
