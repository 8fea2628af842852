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

// TestNotificationsAreReadByTheirIndexes asks the server how it reads the notifications of
// one who has many, most of them read, among others': in the order of the index, and no
// document that is not in the answer but for one a stretch.
func TestNotificationsAreReadByTheirIndexes(t *testing.T) {
	const many, page, stretches = 2000, 50, 6
	server := mongotest.Shared(t)
	store, err := Open(t.Context(), Options{URI: server.URI, Database: server.Database(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close(context.Background()) })
	var docs []bson.D
	for i := range many {
		to, other := "userId", "recipientId"
		if i%2 == 0 {
			to, other = other, to
		}
		doc := bson.D{{Key: to, Value: "ann"}, {Key: "kind", Value: "x"}, {Key: "read", Value: i < many-400}}
		if i%4 == 0 {
			doc = doc[:2] // no read: unread
		}
		docs = append(docs, doc, bson.D{{Key: to, Value: fmt.Sprint("user", i)}, {Key: "kind", Value: "x"}})
		if i%2 == 0 { // what ann did is not for ann
			docs = append(docs, bson.D{{Key: other, Value: "ann"}, {Key: to, Value: "bob"}, {Key: "kind", Value: "x"}})
		}
	}
	if _, err := store.notifications.InsertMany(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	last := rooms.EventID(bson.NewObjectID())
	type question struct {
		way
		sort     bson.D
		examined int32
	}
	told := tellOfMessages(t, store, many)
	questions := map[string]question{
		"erase":                {way{filter: field("$or", addressed("carol"))}, nil, 0},
		"of gone messages":     {way{filter: ofMessages("busy", field("$in", []int64{3, 7, many + 1}))}, nil, 2 * told},
		"of trimmed messages":  {way{filter: ofMessages("busy", field("$lt", int64(4)))}, nil, 3 * told},
		"of nobody's messages": {way{filter: ofMessages("quiet", field("$lt", int64(many)))}, nil, 0},
	}
	for _, w := range notificationsOf([]auth.UserID{"ann"}, rooms.EventID{}, false) {
		questions["page by "+w.index] = question{w, field("_id", -1), page}
	}
	for _, w := range notificationsOf([]auth.UserID{"ann"}, last, false) {
		questions["page below by "+w.index] = question{w, field("_id", -1), page}
	}
	for _, w := range notificationsOf([]auth.UserID{"ann"}, rooms.EventID{}, true) {
		questions["unread page by "+w.index] = question{w, field("_id", -1), page}
		questions["unread by "+w.index] = question{w, nil, page}
	}
	for _, w := range notificationsOf([]auth.UserID{"carol"}, rooms.EventID{}, true) {
		questions["of nobody by "+w.index] = question{w, nil, 0}
	}
	for name, q := range questions {
		t.Run(name, func(t *testing.T) {
			find := bson.D{{Key: "find", Value: "notifications"}, {Key: "filter", Value: q.filter}, {Key: "limit", Value: page}}
			if q.sort != nil {
				find = append(find, bson.E{Key: "sort", Value: q.sort})
			}
			if q.index != "" {
				find = append(find, bson.E{Key: "hint", Value: q.index})
			}
			command := bson.D{{Key: "explain", Value: find}, {Key: "verbosity", Value: "executionStats"}}
			raw, err := store.notifications.Database().RunCommand(t.Context(), command).Raw()
			if err != nil {
				t.Fatal(err)
			}
			plan := raw.Lookup("queryPlanner", "winningPlan").String()
			if strings.Contains(plan, "COLLSCAN") || strings.Contains(plan, `"SORT"`) {
				t.Errorf("the plan reads or sorts more than it gives: %s", plan)
			}
			if n := raw.Lookup("executionStats", "totalDocsExamined").Int32(); n > q.examined+stretches {
				t.Errorf("%d documents were examined, want at most %d: %s", n, q.examined, plan)
			}
			if n := raw.Lookup("executionStats", "totalKeysExamined").Int32(); n > q.examined+2*stretches {
				t.Errorf("%d keys were examined for %d documents: %s", n, q.examined, plan)
			}
		})
	}
}

// tellOfMessages stores what is told of the messages of a busy room, so many of each.
func tellOfMessages(t *testing.T, store *Store, messages int) int32 {
	const each = 2
	var docs []bson.D
	for seq := 1; seq <= messages; seq++ {
		for range each {
			docs = append(docs, bson.D{
				{Key: "userId", Value: "dan"}, {Key: "kind", Value: rooms.KindMention}, {Key: "roomId", Value: "busy"}, {Key: "seq", Value: int64(seq)},
			})
		}
	}
	if _, err := store.notifications.InsertMany(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	return each
}
