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

// TestTheAuditLogIsReadByItsIndexes asks the server how it looks for what is rare and long ago in a log of much else.
func TestTheAuditLogIsReadByItsIndexes(t *testing.T) {
	const rare, many, page = 5, 3000, 51
	server := mongotest.Shared(t)
	store, err := Open(t.Context(), Options{URI: server.URI, Database: server.Database(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close(context.Background()) })
	var docs []storedAudit
	add := func(room rooms.RoomID, actor auth.UserID, action string) {
		e := rooms.AuditEntry{ID: rooms.EventID(bson.NewObjectID()), Actor: actor, Action: action, RoomID: room}
		docs = append(docs, storeAudit(&e))
	}
	for range rare {
		add("busy", "ann", "create_bot")
		add("busy", "seldom", "update_room")
		add("", "root", "declare_stream")
	}
	for i := range many {
		add("busy", "ann", "delete_message")
		add(rooms.RoomID(fmt.Sprint("r", i)), "bob", "set_member")
	}
	if _, err := store.audit.InsertMany(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		q        rooms.AuditQuery
		examined int32
	}{
		"all":                      {rooms.AuditQuery{}, page},
		"of a room":                {rooms.AuditQuery{RoomID: "busy"}, page},
		"of a room below":          {rooms.AuditQuery{RoomID: "busy", Before: rooms.EventID(bson.NewObjectID())}, page},
		"of an action":             {rooms.AuditQuery{Action: "declare_stream"}, rare},
		"of an action in a room":   {rooms.AuditQuery{RoomID: "busy", Action: "create_bot"}, rare},
		"of no action in a room":   {rooms.AuditQuery{RoomID: "busy", Action: "set_member"}, 0},
		"of an actor":              {rooms.AuditQuery{Actor: "seldom"}, rare},
		"of an actor in a room":    {rooms.AuditQuery{RoomID: "busy", Actor: "seldom"}, rare},
		"of an actor's action":     {rooms.AuditQuery{Actor: "ann", Action: "create_bot"}, rare},
		"of an actor's, in a room": {rooms.AuditQuery{RoomID: "busy", Actor: "ann", Action: "create_bot"}, rare},
	} {
		t.Run(name, func(t *testing.T) {
			find := bson.D{{Key: "find", Value: "audit"}, {Key: "filter", Value: auditOf(c.q)}, {Key: "sort", Value: field("_id", -1)}, {Key: "limit", Value: page}}
			command := bson.D{{Key: "explain", Value: find}, {Key: "verbosity", Value: "executionStats"}}
			raw, err := store.audit.Database().RunCommand(t.Context(), command).Raw()
			if err != nil {
				t.Fatal(err)
			}
			plan := raw.Lookup("queryPlanner", "winningPlan").String()
			if strings.Contains(plan, "COLLSCAN") || strings.Contains(plan, `"SORT"`) {
				t.Errorf("the plan reads or sorts more than it gives: %s", plan)
			}
			if n := raw.Lookup("executionStats", "totalKeysExamined").Int32(); n > c.examined+1 {
				t.Errorf("%d keys were examined, want at most %d: %s", n, c.examined, plan)
			}
		})
	}
}
