package mongodb

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
)

// The messages of a busy room.
const (
	loved    = 1   // the message everybody reacts to
	answered = 2   // the message everybody answers
	quiet    = 3   // has an edit, a delete and a reaction
	busy     = 300 // reactions, and answers; every tenth of these is deleted
)

// busyRoom fills a room with messages that have many reactions and answers, and returns
// how many events it has.
func busyRoom(t testing.TB, log rooms.Log, room rooms.RoomID, each int) int64 {
	t.Helper()
	var events []*rooms.Event
	add := func(e rooms.Event) {
		e.ID, e.RoomID, e.Seq = rooms.EventID(bson.NewObjectID()), room, int64(len(events)+1)
		e.Timestamp = e.ID.Time()
		if e.Author == "" {
			e.Author = "ann"
		}
		events = append(events, &e)
	}
	for range 10 {
		add(rooms.Event{Text: "hello"})
	}
	add(rooms.Event{Type: rooms.TypeEdit, Target: quiet, Text: "hello again"})
	add(rooms.Event{Type: rooms.TypeReaction, Target: quiet, Emoji: "+", On: true, Counts: `{"+":1}`})
	add(rooms.Event{Type: rooms.TypeDelete, Target: quiet})
	for i := range each {
		reaction := rooms.Event{Type: rooms.TypeReaction, Target: loved, Emoji: "+", On: true, Counts: fmt.Sprintf(`{"+":%d}`, i+1)}
		reaction.Author = auth.UserID(fmt.Sprint("user", i))
		add(reaction)
		add(rooms.Event{Parent: answered, Text: strings.Repeat("an answer of some length ", 4)})
	}
	for i := 0; i < each; i += 10 {
		add(rooms.Event{Type: rooms.TypeDelete, Target: events[14+2*i].Seq, Parent: answered})
	}
	for from := 0; from < len(events); from += 500 {
		if err := log.Append(t.Context(), events[from:min(from+500, len(events))]); err != nil {
			t.Fatal(err)
		}
	}
	return int64(len(events))
}

// TestRelatedReadsUseTheirIndexes asks the server how it reads: by the index alone, no
// document besides those of the answer, and without sorting where the answer is a page.
func TestRelatedReadsUseTheirIndexes(t *testing.T) {
	server := mongotest.Shared(t)
	store, err := Open(t.Context(), Options{URI: server.URI, Database: server.Database(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close(context.Background()) })
	for _, room := range []rooms.RoomID{"busy", "other"} {
		busyRoom(t, store.Rooms().Log, room, busy)
	}
	thread := func(order int) bson.D {
		return bson.D{{Key: "roomId", Value: order}, {Key: "parent", Value: order}, {Key: "seq", Value: order}}
	}
	deletes := bson.A{string(rooms.TypeDelete)}
	page, _ := numbers([]int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	cases := map[string]struct {
		filter, sort bson.D
		limit        int
		indexes      []string
		examined     int32 // documents, at most
	}{
		"fold":       {folding("busy", bson.A{int64(quiet)}), nil, 0, []string{"room_seq", "room_target"}, 4},
		"fold many":  {folding("busy", page), nil, 0, []string{"room_seq", "room_target"}, 10 + 3 + busy},
		"concerning": {concerning("busy", page), nil, 0, []string{"room_target", "room_parent"}, 3 + busy + busy + busy/10},
		"deleted":    {targeting("busy", page, deletes), nil, 0, []string{"room_target"}, 1},
		"thread":     {answering("busy", answered, 0, rooms.MaxSeq+1), thread(1), 10, []string{"room_parent"}, 10},
		"thread up":  {answering("busy", answered, 100, 400), thread(-1), 10, []string{"room_parent"}, 10},
		"attached":   {attaching("busy", rooms.MaxSeq+1), bson.D{{Key: "roomId", Value: -1}, {Key: "seq", Value: -1}}, 10, []string{indexAttached}, 3},
		"trim":       {append(numbered("busy", 0, 100), holding("text", "emoji")), keys("roomId", "seq"), 10, []string{"room_seq"}, 10},
		"trimmed on": {append(numbered("busy", 90, 100), holding("text", "emoji")), keys("roomId", "seq"), 0, []string{"room_seq"}, 9},
		"next room":  {bson.D{{Key: "roomId", Value: field("$gt", "busy")}, {Key: "seq", Value: anySeq()}}, keys("roomId", "seq"), 1, []string{"room_seq"}, 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			find := bson.D{{Key: "find", Value: "messages"}, {Key: "filter", Value: c.filter}, {Key: "limit", Value: c.limit}}
			if c.sort != nil {
				find = append(find, bson.E{Key: "sort", Value: c.sort})
			}
			command := bson.D{{Key: "explain", Value: find}, {Key: "verbosity", Value: "executionStats"}}
			raw, err := store.messages.Database().RunCommand(t.Context(), command).Raw()
			if err != nil {
				t.Fatal(err)
			}
			plan := raw.Lookup("queryPlanner", "winningPlan").String()
			if strings.Contains(plan, "COLLSCAN") || strings.Contains(plan, `"SORT"`) {
				t.Errorf("the plan reads or sorts more than it gives: %s", plan)
			}
			for _, index := range c.indexes {
				if !strings.Contains(plan, `"indexName": "`+index+`"`) {
					t.Errorf("the plan does not read by %s: %s", index, plan)
				}
			}
			if n := raw.Lookup("executionStats", "totalDocsExamined").Int32(); n > c.examined {
				t.Errorf("%d documents were examined, want at most %d", n, c.examined)
			}
		})
	}
}

// BenchmarkRelated reads what concerns a message with 5,000 reactions and one with 5,000
// answers.
func BenchmarkRelated(b *testing.B) {
	server := mongotest.Shared(b)
	store, err := Open(b.Context(), Options{URI: server.URI, Database: server.Database(b)})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close(context.Background())
	const each = 5000
	last := busyRoom(b, store.Rooms().Log, "busy", each)
	related := store.Rooms().Related
	for name, read := range map[string]func() (int, error){
		"reactions": func() (int, error) {
			e, err := related.Concerning(b.Context(), "busy", []int64{loved})
			return len(e), err
		},
		"answers": func() (int, error) {
			e, err := related.Concerning(b.Context(), "busy", []int64{answered})
			return len(e), err
		},
		"fold": func() (int, error) { e, err := related.Fold(b.Context(), "busy", []int64{loved}); return len(e), err },
		"quiet": func() (int, error) {
			e, err := related.Concerning(b.Context(), "busy", []int64{quiet})
			return len(e), err
		},
		"thread": func() (int, error) {
			e, err := related.Thread(b.Context(), "busy", answered, 0, last, true, rooms.Page{Events: 50})
			return len(e), err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if n, err := read(); err != nil || n == 0 {
					b.Fatal(n, err)
				}
			}
		})
	}
}
