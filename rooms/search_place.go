package rooms

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strconv"
)

// searchPlace is where a message stands in the order of a search. In one room its seq tells, in
// all rooms its id.
type searchPlace struct {
	seq int64
	id  EventID
}

// newestPlace is where the first page begins: above every message.
func newestPlace() searchPlace {
	return searchPlace{seq: MaxSeq + 1, id: EventID{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}}
}

// parsePlace reads what placeOf wrote.
func parsePlace(text string, inRoom bool) (searchPlace, error) {
	at := newestPlace()
	if text == "" {
		return at, nil
	}
	refused := BadField("before", "must be next of the page before, of the same search")
	if inRoom {
		seq, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seq < 1 || seq > MaxSeq {
			return at, refused
		}
		at.seq = seq
		return at, nil
	}
	id, err := hex.DecodeString(text)
	if err != nil || len(id) != len(at.id) {
		return at, refused
	}
	at.id = EventID(id)
	return at, nil
}

func (f *finder) placeOf(e *Event) string {
	if f.room != "" {
		return strconv.FormatInt(e.Seq, 10)
	}
	return e.ID.String()
}

// newerFirst orders messages.
func (f *finder) newerFirst(a, b Event) int {
	if f.room != "" {
		return cmp.Compare(b.Seq, a.Seq)
	}
	return cmp.Or(slices.Compare(b.ID[:], a.ID[:]), cmp.Compare(a.RoomID, b.RoomID), cmp.Compare(b.Seq, a.Seq))
}

// below says whether a message belongs on this page or a later one.
func (f *finder) below(e *Event) bool {
	if f.room != "" {
		return e.Seq < f.before.seq
	}
	return slices.Compare(e.ID[:], f.before.id[:]) < 0
}
