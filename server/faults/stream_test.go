package faults

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"roomstream/rooms/mongodb/mongotest"
)

// Whatever getMore says, the stream is resumed or opened anew, and nobody misses anything.
func TestStreamFails(t *testing.T) {
	const each = 2 // one for each instance
	w := start(t, 2)
	for range times(1, 5) {
		for _, code := range []int{
			280,   // ChangeStreamFatalError
			286,   // ChangeStreamHistoryLost
			136,   // CappedPositionLost
			237,   // CursorKilled
			11601, // Interrupted
			10107, // NotWritablePrimary
			43,    // CursorNotFound
		} {
			p := w.failNext(each, "getMore", bson.D{{Key: "errorCode", Value: code}})
			p.await(each)
			w.awaitAcks(warm / 4)
		}
		p := w.failNext(each, "getMore", bson.D{{Key: "closeConnection", Value: true}})
		p.await(each)
		w.awaitAcks(warm)
	}
	w.finish()
}

func TestCursorsAndSessionsAreKilledAgainAndAgain(t *testing.T) {
	w := start(t, 2)
	every := time.NewTicker(lasting(time.Second, 2*time.Second))
	defer every.Stop()
	for range times(3, 15) {
		primary := w.set.Primary(t)
		until(t, "a cursor to kill", func() bool { return w.killCursors(primary) > 0 })
		primary.Command(t, bson.D{{Key: "killAllSessions", Value: bson.A{}}})
		<-every.C
	}
	w.awaitAcks(warm)
	w.finish()
}

// killCursors ends all cursors that instances have over messages, those in use and those
// that are not just then.
func (w *world) killCursors(node *mongotest.Server) int {
	w.t.Helper()
	cursors := w.cursors(node, w.namespace())
	for _, c := range cursors {
		_, err := node.TryOn(w.database, bson.D{{Key: "killCursors", Value: w.messages.Name()}, {Key: "cursors", Value: bson.A{c.Cursor.ID}}})
		if err != nil {
			w.t.Logf("kill a cursor: %v", err) // it may just have ended
		}
	}
	return len(cursors)
}

// While an instance hangs, the oplog forgets the place its stream stood at.
func TestOplogRollsOverWhileAnInstanceIsPaused(t *testing.T) {
	w := start(t, 2)
	w.instances[0].pause()
	w.rollOver()
	w.instances[0].resume()
	w.instances[0].awaitLog("CappedPositionLost", "ChangeStreamHistoryLost")
	w.awaitAcks(warm)
	w.finish()
}

// rollOver fills the oplog of every node until nothing of before stands in it.
func (w *world) rollOver() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// Written to all nodes: a secondary that is overtaken by the end of the oplog is lost.
	all := &writeconcern.WriteConcern{W: len(w.set.Nodes)}
	filler := w.messages.Database().Collection("filler", options.Collection().SetWriteConcern(all))
	oplog := w.messages.Database().Client().Database("local").Collection("oplog.rs")
	newest := bson.Timestamp{T: uint32(time.Now().Unix()) + 1}
	blob := strings.Repeat("z", 1<<20)
	for {
		var oldest struct {
			TS bson.Timestamp `bson:"ts"`
		}
		if err := oplog.FindOne(ctx, bson.D{}, options.FindOne().SetSort(bson.D{{Key: "$natural", Value: 1}})).Decode(&oldest); err != nil {
			w.t.Fatal(err)
		}
		if newest.Before(oldest.TS) {
			return
		}
		for range 8 {
			if _, err := filler.InsertOne(ctx, bson.D{{Key: "blob", Value: blob}}); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}
