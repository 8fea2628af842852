package embedded

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"roomstream/auth"
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
		{ID: rooms.EventID{1}, Type: rooms.TypeReaction, Author: "ann", Target: 1 << 50, Emoji: "👍", On: true, Counts: `{"👍":3}`, Timestamp: time.UnixMilli(1).UTC()},
		{ID: rooms.EventID{1}, Type: rooms.TypeEdit, Author: "ann", Target: 1, Erased: true, Timestamp: time.UnixMilli(1).UTC()},
		{ID: rooms.EventID{1}, Author: "ann", Mentions: `["bob"]`, Attachments: `[{"id":"x"}]`, Timestamp: time.UnixMilli(1).UTC()},
		{ID: rooms.EventID{1}, Type: rooms.TypeMember, Author: "ann", Subject: "bob", Role: rooms.RoleOwner, Timestamp: time.UnixMilli(1).UTC()},
		{ID: rooms.EventID{1}, Type: rooms.TypeMember, Author: "ann", Subject: "bob", Until: time.UnixMilli(1 << 40).UTC(), Timestamp: time.UnixMilli(1).UTC()},
		{ID: rooms.EventID{1}, Type: rooms.TypeRoom, Author: "ann", Settings: `{"name":"General"}`, Timestamp: time.UnixMilli(1).UTC()},
	} {
		want.RoomID, want.Seq = "general", 7
		if got := decodeEvent(eventKey("general", 7), encodeEvent(&want)); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func TestRoomsReadBackFromTheirRecord(t *testing.T) {
	for _, want := range []rooms.Room{
		{},
		{Name: "General", Type: rooms.TypePublic, Topic: "all", CreatedAt: time.UnixMilli(5).UTC(), MinSeq: 7, Retention: rooms.KeepForever},
		{ReadOnly: true, SlowMode: rooms.MaxSlowMode, CreatedBy: "ann", CreateKey: "k", StateSeq: 1 << 50},
		{Archived: true, Receipts: true},
		{Type: rooms.TypeDirect, Direct: [2]auth.UserID{"ann", "bob"}},
		{Type: rooms.TypeDirect, Direct: [2]auth.UserID{"ann", "ann"}},
	} {
		want.ID = "general"
		if got, err := decodeRoom("general", encodeRoom(want)); got != want || err != nil {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
}

// A watcher that has ended is forgotten: its queue would else fill and stay.
func TestEndedWatchersAreForgotten(t *testing.T) {
	store, err := Open(Options{Dir: t.TempDir(), NoSearch: true}) // the search would watch, too
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

// What was blanked or removed after Erase had read it must not come back by its write.
func TestEraseWritesNothingOld(t *testing.T) {
	store, err := Open(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close(context.Background())
	var old []rooms.Event
	for seq := int64(1); seq <= 3; seq++ {
		e := rooms.Event{
			ID: rooms.EventID{byte(seq)}, RoomID: "general", Seq: seq, Type: rooms.TypeReaction, Author: "ann",
			Timestamp: time.UnixMilli(seq).UTC(), Target: 9, Emoji: "x", Counts: `{"x":1}`,
		}
		if err := store.log.Append(t.Context(), []*rooms.Event{&e}); err != nil {
			t.Fatal(err)
		}
		old = append(old, e)
	}
	trimmer, eraser := &Trimmer{store.file}, &Eraser{store.file}
	if n, err := trimmer.Remove(t.Context(), "general", 2, 1); n != 1 || err != nil {
		t.Fatalf("removed %d, %v", n, err)
	}
	if n, err := trimmer.Blank(t.Context(), "general", 3, 1); n != 1 || err != nil {
		t.Fatalf("blanked %d, %v", n, err)
	}
	if n, err := eraser.blank(t.Context(), "ann", old); n != 1 || err != nil {
		t.Errorf("erased %d, %v, want only the third", n, err)
	}
	got, err := store.log.Since(t.Context(), "general", 0, rooms.Page{})
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v, want two events", got, err)
	}
	if got[0].Emoji != "" || got[0].Counts != "" || !got[0].Erased {
		t.Errorf("what was blanked came back: %+v", got[0])
	}
	if got[1].Emoji != "x" || got[1].Counts == "" || !got[1].Erased {
		t.Errorf("erased to %+v", got[1])
	}
}
