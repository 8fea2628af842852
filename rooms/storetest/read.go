package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"roomstream/rooms"
)

func readsBack(t *testing.T, o Opened) {
	plain := Message("general", 1)
	full := Message("general", 2)
	full.Author, full.AuthorName = "a:é–日本", "Ann \U0001f600"
	full.Text = "line\nbreak \" \\ \u2028 𝄞" + strings.Repeat("長", 2000)
	full.Data = `{"a": [1, 2.50, null],  "ключ":"\u0000"}`
	full.Parent = 1
	full.Timestamp = time.Date(2001, 2, 3, 4, 5, 6, 789e6, time.UTC)
	bare := Message("general", 3)
	bare.ClientID = ""
	bareToo := Message("general", 4)
	bareToo.ClientID = ""
	mustAppend(t, o, plain, full, bare, bareToo)
	wantEvents(t, mustSince(t, o, "general", 0, rooms.Page{}), plain, full, bare, bareToo)

	for _, edge := range []rooms.RoomID{"A-Z_a.z:0", rooms.RoomID(strings.Repeat("x", 128))} {
		e := Message(edge, 1)
		mustAppend(t, o, e)
		wantEvents(t, mustSince(t, o, edge, 0, rooms.Page{}), e)
	}
}

func appendsNothing(t *testing.T, o Opened) {
	mustAppend(t, o)
	wantEvents(t, mustSince(t, o, "general", 0, rooms.Page{}))
}

func sinceIsBounded(t *testing.T, o Opened) {
	events := Messages("general", 1, 30)
	mustAppend(t, o, events...)
	size := events[0].Size() // of events 1 to 9, which are the smallest
	cases := []struct {
		after int64
		page  rooms.Page
		want  []*rooms.Event
	}{
		{0, rooms.Page{}, events},
		{0, rooms.Page{Events: 1}, events[:1]},
		{0, rooms.Page{Events: 7}, events[:7]},
		{29, rooms.Page{Events: 7}, events[29:]},
		{30, rooms.Page{Events: 7}, nil},
		{1 << 40, rooms.Page{}, nil},
		{rooms.MaxSeq, rooms.Page{}, nil},
		{0, rooms.Page{Bytes: 1}, events[:1]},
		{0, rooms.Page{Bytes: size - 1}, events[:1]},
		{0, rooms.Page{Bytes: size}, events[:1]},
		{0, rooms.Page{Bytes: 2*size - 1}, events[:1]},
		{0, rooms.Page{Bytes: 3 * size}, events[:3]},
		{3, rooms.Page{Bytes: 3 * size, Events: 2}, events[3:5]},
		{3, rooms.Page{Bytes: 2 * size, Events: 3}, events[3:5]},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("after %d %+v", c.after, c.page), func(t *testing.T) {
			wantEvents(t, mustSince(t, o, "general", c.after, c.page), c.want...)
		})
	}
}

func beforeIsBounded(t *testing.T, o Opened) {
	events := Messages("general", 1, 30)
	mustAppend(t, o, events...)
	mustAppend(t, o, Messages("aaa", 1, 3)...)
	mustAppend(t, o, Messages("zzz", 1, 3)...)
	last := events[29].Size() // events 10 to 30 are of one size
	cases := []struct {
		before int64
		page   rooms.Page
		want   []int64
	}{
		{rooms.MaxSeq, rooms.Page{Events: 3}, []int64{30, 29, 28}},
		{31, rooms.Page{Events: 3}, []int64{30, 29, 28}},
		{30, rooms.Page{Events: 3}, []int64{29, 28, 27}},
		{3, rooms.Page{Events: 3}, []int64{2, 1}},
		{3, rooms.Page{}, []int64{2, 1}},
		{1, rooms.Page{Events: 3}, nil},
		{0, rooms.Page{Events: 3}, nil},
		{31, rooms.Page{Bytes: 1}, []int64{30}},
		{31, rooms.Page{Bytes: 2 * last}, []int64{30, 29}},
		{31, rooms.Page{Bytes: 3*last - 1, Events: 9}, []int64{30, 29}},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("before %d %+v", c.before, c.page), func(t *testing.T) {
			got, err := o.Store.Log.Before(waiting(t), "general", c.before, c.page)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(seqs(got), c.want) {
				t.Fatalf("got %v, want %v", seqs(got), c.want)
			}
			for i := range got {
				if got[i] != *events[got[i].Seq-1] {
					t.Fatalf("event %d is not the one that was appended: %+v", got[i].Seq, got[i])
				}
			}
		})
	}
}

// roomsDoNotMix uses ids of which one begins with another.
func roomsDoNotMix(t *testing.T, o Opened) {
	ids := []rooms.RoomID{"a", "a.", "a:", "a_", "aa", "A", "b", "a-1", "a1"}
	var all []*rooms.Event
	for _, id := range ids {
		all = append(all, Messages(id, 1, 3)...)
	}
	mustAppend(t, o, all...)
	for i, id := range ids {
		want := all[3*i : 3*i+3]
		wantEvents(t, mustSince(t, o, id, 0, rooms.Page{}), want...)
		back, err := o.Store.Log.Before(waiting(t), id, rooms.MaxSeq, rooms.Page{})
		if err != nil {
			t.Fatal(err)
		}
		wantEvents(t, back, want[2], want[1], want[0])
	}
	wantEvents(t, mustSince(t, o, "nobody", 0, rooms.Page{}))
}

func newestOfManyRooms(t *testing.T, o Opened) {
	var ids []rooms.RoomID
	for i := range 40 {
		id := rooms.RoomID(fmt.Sprintf("room%d", i))
		ids = append(ids, id)
		if i%4 > 0 {
			mustAppend(t, o, Messages(id, 1, i%4)...)
		}
	}
	newest, err := o.Store.Log.Newest(waiting(t), ids, 2)
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		want := [][]int64{nil, {1}, {2, 1}, {3, 2}}[i%4]
		if !slices.Equal(seqs(newest[id]), want) {
			t.Errorf("newest of %s: %v, want %v", id, seqs(newest[id]), want)
		}
		if _, there := newest[id]; there && want == nil {
			t.Errorf("%s has no events but is there", id)
		}
	}
	for i, id := range ids {
		if highest, err := o.Store.Log.Highest(waiting(t), id); err != nil || highest != int64(i%4) {
			t.Errorf("highest of %s: %d, %v, want %d", id, highest, err, i%4)
		}
	}
	none, err := o.Store.Log.Newest(waiting(t), nil, 2)
	if err != nil || len(none) != 0 {
		t.Errorf("newest of no room: %v, %v", none, err)
	}
}
