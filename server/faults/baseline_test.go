package faults

import (
	"bytes"
	"fmt"
	"os"
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

// cursor is one that a node has open, with what may tell whose it is and since when.
type cursor struct {
	Namespace string `bson:"ns"`
	Cursor    struct {
		ID       int64     `bson:"cursorId"`
		Created  time.Time `bson:"createdDate"`
		LastUsed time.Time `bson:"lastAccessDate"`
		Asked    bson.Raw  `bson:"originatingCommand"`
	} `bson:"cursor"`
}

// allCursors gives the cursors that the set's nodes have open over the database.
func (w *world) allCursors() []cursor {
	w.t.Helper()
	var all []cursor
	for _, node := range w.set.Nodes {
		all = append(all, w.cursors(node, bson.Regex{Pattern: "^" + w.database + "\\."})...)
	}
	return all
}

// cursors gives the cursors that a node has open over a collection, or some.
func (w *world) cursors(node *mongotest.Server, namespace any) []cursor {
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
			FirstBatch []cursor `bson:"firstBatch"`
		} `bson:"cursor"`
	}
	if err := bson.Unmarshal(answer, &found); err != nil {
		w.t.Fatal(err)
	}
	return found.Cursor.FirstBatch
}

// orphanAll notes that a primary wakes up to find that it is none. A stream whose last getMore it
// answers first is refused the next one there: its cursor stays, and the driver, which does not
// speak with that node until it has looked at it anew, does not end it.
func (w *world) orphanAll() { w.orphaned += len(w.instances) * w.streams }

// unanswered counts the streams that the instances asked for without an answer in time, on a
// machine that is too busy: the server may have opened them, and nobody knows their cursors.
func (w *world) unanswered() int {
	w.t.Helper()
	n := 0
	for _, i := range w.instances {
		log, err := os.ReadFile(i.log)
		if err != nil {
			w.t.Fatal(err)
		}
		n += bytes.Count(log, []byte("no answer within"))
	}
	return n
}

// wantCursors waits until no cursor is open but the streams' and those that nobody could give
// back.
func (w *world) wantCursors() {
	w.t.Helper()
	most := func() int { return len(w.instances)*w.streams + w.orphaned + w.unanswered() }
	deadline := time.Now().Add(patience)
	for {
		open := w.allCursors()
		if len(open) <= most() {
			return
		}
		if time.Now().After(deadline) {
			list := fmt.Sprintf("%d cursors are open, %d may be:", len(open), most())
			for _, c := range open {
				list += fmt.Sprintf("\n%s %d since %s, last used %s: %s", c.Namespace, c.Cursor.ID, c.Cursor.Created, c.Cursor.LastUsed, c.Cursor.Asked)
			}
			w.t.Fatal(list)
		}
		<-time.After(100 * time.Millisecond)
	}
}

// usage is what an instance holds right now.
func (w *world) usage(i *instance) usage {
	w.t.Helper()
	goroutines, _ := i.goroutines()
	_, files := i.files()
	return usage{goroutines, files}
}

// wantBaseline waits until there are no more cursors than before, and until each instance holds
// no client's socket and, but for the slack of calls under way, no more goroutines and files.
func (w *world) wantBaseline() {
	w.t.Helper()
	// The connections to the database are not counted: the driver keeps them.
	const slack = 4 // a heartbeat, the driver's own checks of three servers
	w.wantCursors()
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
