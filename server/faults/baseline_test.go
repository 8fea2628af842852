package faults

import (
	"fmt"
	"syscall"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms/mongodb/mongotest"
)

// usage is what an instance holds.
type usage struct{ goroutines, files int }

// rebase takes what a new process needs as the baseline of those that were started again:
// they have never been without clients.
func (w *world) rebase() {
	w.t.Helper()
	fresh := launch(w.t, w.set, w.database)
	of := w.usage(fresh)
	fresh.end(syscall.SIGTERM)
	for n := range w.before {
		w.before[n] = of
	}
}

// allCursors counts the cursors that the set's nodes have open over the database.
func (w *world) allCursors() int {
	w.t.Helper()
	n := 0
	for _, node := range w.set.Nodes {
		n += len(w.cursors(node, bson.Regex{Pattern: "^" + w.database + "\\."}))
	}
	return n
}

// cursors gives the cursors that a node has open over a collection, or some.
func (w *world) cursors(node *mongotest.Server, namespace any) []int64 {
	w.t.Helper()
	answer := node.Command(w.t, bson.D{
		{Key: "aggregate", Value: 1}, {Key: "cursor", Value: bson.D{}},
		{Key: "pipeline", Value: bson.A{
			bson.D{{Key: "$currentOp", Value: bson.D{{Key: "allUsers", Value: true}, {Key: "idleCursors", Value: true}}}},
			bson.D{{Key: "$match", Value: bson.D{{Key: "ns", Value: namespace}, {Key: "cursor.cursorId", Value: bson.D{{Key: "$gt", Value: 0}}}}}},
		}},
	})
	var found struct {
		Cursor struct {
			FirstBatch []struct {
				Cursor struct {
					ID int64 `bson:"cursorId"`
				} `bson:"cursor"`
			} `bson:"firstBatch"`
		} `bson:"cursor"`
	}
	if err := bson.Unmarshal(answer, &found); err != nil {
		w.t.Fatal(err)
	}
	ids := make([]int64, len(found.Cursor.FirstBatch))
	for i, op := range found.Cursor.FirstBatch {
		ids[i] = op.Cursor.ID
	}
	return ids
}

// usage is what an instance holds right now.
func (w *world) usage(i *instance) usage {
	w.t.Helper()
	goroutines, _ := i.goroutines()
	_, files := i.files()
	return usage{goroutines, files}
}

// wantBaseline waits until no cursor is open but the streams' and the orphans, and until each instance holds
// no client's socket and, but for the slack of calls under way, no more goroutines and files
// than before.
func (w *world) wantBaseline() {
	w.t.Helper()
	// The connections to the database are not counted: the driver keeps them.
	const slack = 4 // a heartbeat, the driver's own checks of three servers
	most := len(w.instances)*w.streams + w.orphaned
	until(w.t, fmt.Sprintf("no more cursors than %d", most), func() bool { return w.allCursors() <= most })
	for n, i := range w.instances {
		holds := func() bool {
			clients, files := i.files()
			count, _ := i.goroutines()
			return clients == 0 && files <= w.before[n].files && count <= w.before[n].goroutines+slack
		}
		deadline := time.Now().Add(patience)
		for !holds() {
			if time.Now().After(deadline) {
				clients, files := i.files()
				count, stacks := i.goroutines()
				w.t.Errorf("an instance had %+v and has %d goroutines, %d files and %d sockets of clients:\n%s", w.before[n], count, files, clients, stacks)
				break
			}
			<-time.After(100 * time.Millisecond)
		}
	}
}
