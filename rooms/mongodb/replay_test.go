package mongodb_test

import (
	"context"
	"fmt"
	"testing"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb/mongotest"
)

// What one instance wrote is replayed by another, also where it is kept there already:
// without gaps, deleted messages and their edits without content.
func TestAnotherInstanceReplaysWithoutGapsOrDeletedContent(t *testing.T) {
	server := mongotest.Shared(t)
	database := server.Database(t)
	writer := serve(t, open(t, server, database).Rooms())
	reader := serve(t, open(t, server, database).Rooms())
	ann := auth.User{ID: "ann", Name: "Ann"}
	const messages = 300 // more than a page and than two chunks
	for i := range messages {
		if _, err := writer.SendWait(t.Context(), ann, rooms.SendInput{RoomID: "r", Text: fmt.Sprint("text ", i)}); err != nil {
			t.Fatal(err)
		}
	}
	replayed := func() []rooms.Event {
		var all []rooms.Event
		for more := true; more; {
			answers, err := reader.Sync(context.Background(), ann, map[string]int64{"r": int64(len(all))})
			if err != nil || answers["r"].Reset != "" {
				t.Fatalf("sync after %d: %q, %v", len(all), answers["r"].Reset, err)
			}
			all, more = append(all, answers["r"].Events...), answers["r"].More
		}
		for i := range all {
			if all[i].Seq != int64(i+1) {
				t.Fatalf("event %d has seq %d", i, all[i].Seq)
			}
		}
		return all
	}
	await(t, "everything is kept at the reader", func() bool { return len(replayed()) == messages })
	done := make(chan error, 2)
	answer := func(_ rooms.Sent, err error) { done <- err }
	writer.Edit(ann, rooms.EditInput{RoomID: "r", Seq: 7, Text: "text of an edit"}, answer)
	writer.Delete(ann, rooms.DeleteInput{RoomID: "r", Seq: 7}, answer)
	for range 2 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	await(t, "the reader knows of the delete", func() bool { return len(replayed()) == messages+2 })
	got := replayed() // once more: the delete may have come between two pages of the last one
	fresh := serve(t, open(t, server, database).Rooms())
	answers, err := fresh.Sync(t.Context(), ann, map[string]int64{"r": 5})
	if err != nil {
		t.Fatal(err)
	}
	for what, e := range map[string]rooms.Event{"kept": got[6], "kept, the edit": got[messages], "read": answers["r"].Events[1]} {
		if !e.Erased || e.Text != "" {
			t.Errorf("%s: seq %d is shown: %+v", what, e.Seq, e)
		}
	}
}
