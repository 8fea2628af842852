package rooms_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// movedClock is a clock that is set by hand.
type movedClock struct{ at atomic.Int64 }

func (c *movedClock) set(at time.Time) { c.at.Store(at.UnixNano()) }
func (c *movedClock) now() time.Time   { return time.Unix(0, c.at.Load()) }

// countedLog counts the events that are read off it.
type countedLog struct {
	rooms.Log
	read *atomic.Int64
}

func (l countedLog) Before(ctx context.Context, room rooms.RoomID, before int64, page rooms.Page) ([]rooms.Event, error) {
	events, err := l.Log.Before(ctx, room, before, page)
	l.read.Add(int64(len(events)))
	return events, err
}

// countedSearcher has no index, and counts the messages that are read off it.
type countedSearcher struct {
	withoutIndex
	read *atomic.Int64
}

func (s countedSearcher) Latest(ctx context.Context, before rooms.EventID, page rooms.Page) ([]rooms.Event, error) {
	events, err := s.withoutIndex.Latest(ctx, before, page)
	s.read.Add(int64(len(events)))
	return events, err
}

func TestSearchByDates(t *testing.T) {
	store := newStore(t)
	var read atomic.Int64
	looking := store
	looking.Log, looking.Searcher = countedLog{store.Log, &read}, countedSearcher{withoutIndex{store.Searcher}, &read}
	clock := new(movedClock)
	first := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clock.set(first)
	s, _ := serve(t, store, rooms.Options{Now: clock.now})
	const days, aDay = 30, 100
	day := func(n int) time.Time { return first.AddDate(0, 0, n) }
	for n := range days {
		clock.set(day(n))
		answers := make(chan error, aDay)
		for i := range aDay {
			text := fmt.Sprintf("word of day %d", n)
			if i%10 == 0 {
				text += " rare"
			}
			s.Send(auth.User{ID: "ann"}, rooms.SendInput{RoomID: "general", Text: text}, func(_ rooms.Sent, err error) { answers <- err })
		}
		for range aDay {
			if err := <-answers; err != nil {
				t.Fatal(err)
			}
		}
	}
	var all []int
	for n := range days {
		all = append(all, days-1-n)
	}
	for name, s := range map[string]*rooms.Service{"index": s, "log": rooms.New(looking, rooms.Options{Now: clock.now})} {
		for _, room := range []string{"", "general"} {
			for _, c := range []struct {
				label        string
				since, until time.Time
				days         []int // of which all messages are found, newest first
			}{
				{"since", day(28), time.Time{}, []int{29, 28}},
				{"until", time.Time{}, day(2), []int{1, 0}},
				{"both", day(14), day(15).Add(time.Second), []int{15, 14}},
				{"the end is not in it", day(14), day(15), []int{14}},
				{"before all", time.Time{}, day(0), nil},
				{"after all", day(29).Add(time.Second), time.Time{}, nil},
				{"long before there was anything", time.Time{}, time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), nil},
				{"far ahead", time.Time{}, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), all},
			} {
				for query, found := range map[string]int{"word": aDay, "rare": aDay / 10} { // of each day; the index gives the rare ones only
					var want, got []string
					for _, n := range c.days {
						want = append(want, slices.Repeat([]string{fmt.Sprintf("word of day %d", n)}, found)...)
					}
					read.Store(0)
					in := rooms.SearchInput{Query: query, RoomID: room, Since: c.since, Until: c.until, Limit: aDay}
					for more := true; more; more = in.Before != "" {
						page := search(t, s, "ann", in)
						for _, text := range textsOf(page) {
							got = append(got, strings.TrimSuffix(text, " rare"))
						}
						in.Before = page.Next
					}
					if !slices.Equal(got, want) {
						t.Errorf("%s, room %q, %s: %d with %q, want %d of days %v", name, room, c.label, len(got), query, len(want), c.days)
					}
					// A day beyond the dates on each side and what is read together with it; what a page does not show the next one reads again.
					if most := int64(4*aDay + 400 + 3*len(c.days)*aDay); name == "log" && read.Load() > most {
						t.Errorf("room %q, %s: %d messages were read for %q, want %d at most", room, c.label, read.Load(), query, most)
					}
				}
			}
		}
	}
}

func TestDatesOfASearchAreInOrder(t *testing.T) {
	s, _ := serve(t, newStore(t), rooms.Options{})
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, until := range []time.Time{at, at.Add(-time.Second)} {
		_, err := s.Search(t.Context(), alice, rooms.SearchInput{Query: "word", Since: at, Until: until})
		if e := wantCode(t, until.String(), err, rooms.CodeBadRequest); e.Field != "until" {
			t.Errorf("field %q", e.Field)
		}
	}
}
