package embedded

import (
	bolt "go.etcd.io/bbolt"

	"roomstream/rooms"
)

// below gives a bucket's last entry before a key; nil: there is none. The cursor stands on it.
func below(cursor *bolt.Cursor, key []byte) (last, value []byte) {
	if at, _ := cursor.Seek(key); at == nil { // beyond the bucket's last key
		return cursor.Last()
	}
	return cursor.Prev()
}

// filling is a page of events while it is read.
type filling struct {
	most   rooms.Page
	events []rooms.Event
	bytes  int
}

// add takes one more event in, and says whether the page had room for it. The first always has.
func (f *filling) add(e rooms.Event) bool {
	f.bytes += e.Size()
	if len(f.events) > 0 && (f.isFull() || f.most.Bytes > 0 && f.bytes > f.most.Bytes) {
		return false
	}
	f.events = append(f.events, e)
	return true
}

// isFull says that no event is to be read any more.
func (f *filling) isFull() bool { return f.most.Events > 0 && len(f.events) >= f.most.Events }
