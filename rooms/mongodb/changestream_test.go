package mongodb_test

import (
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms/mongodb/mongotest"
)

// A stream whose connection breaks resumes with another cursor. The one before, which the
// driver cannot give back then, does not stay open at the server.
func TestStreamThatResumedLeavesNoCursor(t *testing.T) {
	t.Parallel()
	server := mongotest.Start(t, "--setParameter", "enableTestCommands=1")
	store, coll, _ := notified(t, server)
	attend(t, store.Rooms().Notifications)
	before := streamCursors(t, coll)
	if len(before) != 1 {
		t.Fatalf("the cursors %d are open, want one", before)
	}
	stop := failing(t, server, times(1), "getMore", bson.E{Key: "closeConnection", Value: true})
	defer stop()
	var after []int64
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		after = streamCursors(t, coll)
		if len(after) == 1 && after[0] != before[0] {
			return
		}
		<-time.After(10 * time.Millisecond)
	}
	t.Fatalf("the cursors %d are open, want one that is not %d", after, before[0])
}
