package embedded

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
	"roomstream/rooms"
)

var bucketThreads = []byte("threads") // rooms.ThreadKey -> thread record

// The tags of a thread's record.
const (
	tagThreadChoice  = 1
	tagThreadReadSeq = 2
)

// Threads are those of the file.
type Threads struct{ file *file }

var _ rooms.Threads = (*Threads)(nil)

// ChangeThread reads and writes in one transaction.
func (s *Threads) ChangeThread(ctx context.Context, t rooms.Thread) (rooms.Thread, error) {
	err := s.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		before, err := getThread(tx, t.RoomID, t.Seq, t.UserID)
		if err != nil {
			return nil, err
		}
		if t.Choice == rooms.ThreadDefault {
			t.Choice = before.Choice
		}
		t.ReadSeq = max(t.ReadSeq, before.ReadSeq)
		return nil, putThread(tx, &t)
	}})
	if err != nil {
		return rooms.Thread{}, fmt.Errorf("change a thread of %s: %w", t.RoomID, err)
	}
	return t, nil
}

// Threads reads one by one.
func (s *Threads) Threads(ctx context.Context, room rooms.RoomID, user auth.UserID, seqs []int64) ([]rooms.Thread, error) {
	var list []rooms.Thread
	err := s.file.read(ctx, func(tx *bolt.Tx) error {
		for _, seq := range seqs {
			t, err := getThread(tx, room, seq, user)
			if err != nil {
				return err
			}
			if t.Choice != rooms.ThreadDefault || t.ReadSeq > 0 {
				list = append(list, t)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the threads of a user in %s: %w", room, err)
	}
	return list, nil
}

// Answered reads back from the room's end.
func (s *Threads) Answered(ctx context.Context, room rooms.RoomID, after int64, most int) ([]int64, error) {
	var parents []int64
	err := s.file.read(ctx, func(tx *bolt.Tx) error {
		cursor, seen, answers := tx.Bucket(bucketEvents).Cursor(), map[int64]bool{}, 0
		key, value := below(cursor, eventKey(room, rooms.MaxSeq+1))
		for prefix := roomPrefix(room); bytes.HasPrefix(key, prefix) && lastSeq(key) > after && answers < most; key, value = cursor.Prev() {
			e := decodeEvent(key, value)
			if e.Type != rooms.TypeMessage || e.Parent == 0 {
				continue
			}
			answers++
			if !seen[e.Parent] {
				seen[e.Parent] = true
				parents = append(parents, e.Parent)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what is answered in %s: %w", room, err)
	}
	return parents, nil
}

// TrimThreads removes a stretch of the keys.
func (s *Threads) TrimThreads(ctx context.Context, room rooms.RoomID, under int64) error {
	from, to := []byte(rooms.ThreadsPrefix(room)), []byte(rooms.ThreadKey(room, max(under, 0), ""))
	return s.remove(ctx, from, func(key []byte) (gone, more bool) {
		isBelow := bytes.Compare(key, to) < 0
		return isBelow, isBelow
	})
}

// EraseThreads looks through all of them: it is seldom.
func (s *Threads) EraseThreads(ctx context.Context, user auth.UserID) error {
	return s.remove(ctx, nil, func(key []byte) (gone, more bool) {
		_, _, of, ok := splitThreadKey(key)
		return ok && of == user, true
	})
}

// remove takes those away that is says are gone, in one transaction, while it says that there may be more.
func (s *Threads) remove(ctx context.Context, from []byte, is func(key []byte) (gone, more bool)) error {
	err := s.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		var gone [][]byte
		cursor := tx.Bucket(bucketThreads).Cursor()
		for key, _ := cursor.Seek(from); key != nil; key, _ = cursor.Next() {
			one, more := is(key)
			if one {
				gone = append(gone, bytes.Clone(key))
			}
			if !more {
				break
			}
		}
		for _, key := range gone {
			if err := tx.Bucket(bucketThreads).Delete(key); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}})
	if err != nil {
		return fmt.Errorf("remove threads: %w", err)
	}
	return nil
}

// getThread reads one; of what nothing is kept it has no Choice and no ReadSeq.
func getThread(tx *bolt.Tx, room rooms.RoomID, seq int64, user auth.UserID) (rooms.Thread, error) {
	key := []byte(rooms.ThreadKey(room, seq, user))
	if value := tx.Bucket(bucketThreads).Get(key); value != nil {
		return decodeThread(key, value)
	}
	return rooms.Thread{RoomID: room, Seq: seq, UserID: user}, nil
}

func putThread(tx *bolt.Tx, t *rooms.Thread) error {
	r := newRecord(threadFieldsSize + len(t.Choice))
	r.text(tagThreadChoice, string(t.Choice))
	r.number(tagThreadReadSeq, t.ReadSeq)
	return tx.Bucket(bucketThreads).Put([]byte(rooms.ThreadKey(t.RoomID, t.Seq, t.UserID)), r)
}

// threadFieldsSize is what tags, lengths and numbers of a thread take, rounded up.
const threadFieldsSize = 24

func decodeThread(key, value []byte) (rooms.Thread, error) {
	room, seq, user, ok := splitThreadKey(key)
	t := rooms.Thread{RoomID: room, Seq: seq, UserID: user}
	if !ok {
		return t, errRecord
	}
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagThreadChoice:
			t.Choice = rooms.ThreadChoice(v)
		case tagThreadReadSeq:
			t.ReadSeq = number(v)
		}
	})
	return t, err
}

// splitThreadKey is rooms.ThreadKey's inverse.
func splitThreadKey(key []byte) (rooms.RoomID, int64, auth.UserID, bool) {
	room, rest, _ := strings.Cut(string(key), "/")
	digits, user, _ := strings.Cut(rest, "/")
	seq, err := strconv.ParseInt(digits, 16, 64)
	return rooms.RoomID(room), seq, auth.UserID(user), err == nil && user != ""
}

func checkThreads(tx *bolt.Tx, add func(string, ...any)) error {
	return tx.Bucket(bucketThreads).ForEach(func(key, value []byte) error {
		if t, err := decodeThread(key, value); err != nil || !t.Choice.Known() {
			add("what is kept of the thread %q: this version cannot read it", key)
		}
		return nil
	})
}
