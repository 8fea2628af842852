package embedded

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"roomstream/rooms"
)

// An event of a later version, or a damaged one, keeps its number.
func TestUnreadableRecordsAreVoid(t *testing.T) {
	good := encodeEvent(&rooms.Event{ID: rooms.EventID{1}, Author: "ann", Text: "hello", Timestamp: time.UnixMilli(1)})
	later := bytes.Clone(good)
	later[0] = recordVersion + 1
	var poll record = newRecord(0)
	poll.text(tagType, "poll")
	for name, value := range map[string][]byte{
		"a later version": later, "empty": {}, "cut": good[:len(good)-1], "a later type": poll,
		"a length beyond its end": {recordVersion, tagText, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1},
	} {
		t.Run(name, func(t *testing.T) {
			e := decodeEvent(eventKey("general", 7), value)
			if e.Type != rooms.TypeVoid || e.Seq != 7 || e.RoomID != "general" || e.Text != "" {
				t.Errorf("got %+v, want a void", e)
			}
		})
	}
}

// A field of a later version does not harm.
func TestUnknownFieldsArePassedOver(t *testing.T) {
	want := rooms.Event{ID: rooms.EventID{1}, RoomID: "general", Seq: 7, Author: "ann", Text: "hello", Timestamp: time.UnixMilli(1).UTC()}
	var value record = encodeEvent(&want)
	value.text(200, "something new")
	value.number(201, 1<<40)
	if got := decodeEvent(eventKey("general", 7), value); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// FuzzDecodeEvent gives the decoder any bytes: it must not panic, and the number stays.
func FuzzDecodeEvent(f *testing.F) {
	f.Add([]byte(encodeEvent(&rooms.Event{ID: rooms.EventID{1}, Author: "ann", Text: "hello", Parent: 3, Data: "{}"})))
	f.Add([]byte{recordVersion, tagText, 5, 'h'})
	f.Fuzz(func(t *testing.T, value []byte) {
		if e := decodeEvent(eventKey("general", 7), value); e.Seq != 7 || e.RoomID != "general" {
			t.Errorf("got %+v", e)
		}
		decodeRoom("general", value)
		decodeAccount(value)
	})
}

func TestEventsReadBackFromTheirRecord(t *testing.T) {
	for _, want := range []rooms.Event{
		{},
		{ID: rooms.EventID{1, 2, 3}, Author: "ann", AuthorName: "Ann", Timestamp: time.UnixMilli(-5).UTC(), ClientID: "c", Text: "t", Parent: 1 << 50, Data: "{}"},
	} {
		want.RoomID, want.Seq = "general", 7
		if got := decodeEvent(eventKey("general", 7), encodeEvent(&want)); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

// A watcher that has ended is forgotten: its queue would else fill and stay.
func TestEndedWatchersAreForgotten(t *testing.T) {
	store, err := Open(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close(context.Background())
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		err := store.stream.Watch(ctx, stopper(cancel))
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("the watch ended with %v", err)
		}
	}
	store.stream.hub.mu.Lock()
	defer store.stream.hub.mu.Unlock()
	if n := len(store.stream.hub.watchers); n != 0 {
		t.Errorf("%d watchers are still told", n)
	}
}

// stopper ends a watch as soon as it is open.
type stopper context.CancelFunc

func (s stopper) Opened()                 { s() }
func (s stopper) Arrived([]rooms.Arrival) {}
