package faults

import (
	"bytes"
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// call bounds one call of a test's own.
func (w *world) call() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	w.t.Cleanup(cancel)
	return ctx
}

// Documents are removed by hand: one of long ago, and the newest one of a room. Their
// numbers become voids, are not given again, and who saw them keeps them.
func TestDocumentsAreRemovedByHand(t *testing.T) {
	const old = 3
	w := start(t, 2)
	for n := range times(1, 3) {
		w.hush(true)
		stored := w.agree()
		w.remove(stored["room0"][old+n])
		w.remove(stored["room1"][len(stored["room1"])-1])
		w.hush(false)
		w.awaitAcks(warm)
		w.arriveAnew(fmt.Sprintf("late%d", n), "room0", "room1")
	}
	w.rebase()
	w.finish()
}

// forget has clients change no message they sent before: it, or what they did to it, may
// be gone.
func (w *world) forget() {
	for _, c := range w.clients {
		c.mu.Lock()
		c.own = nil
		c.mu.Unlock()
	}
}

// arriveAnew has a client ask for all there was, at an instance that has nothing cached.
func (w *world) arriveAnew(name string, rooms ...string) {
	w.t.Helper()
	last := len(w.instances) - 1
	w.instances[last].end(syscall.SIGTERM)
	w.instances[last].start()
	w.instances[last].awaitReady()
	w.arrive(name, last, rooms...)
}

// remove deletes one document by hand.
func (w *world) remove(e entry) {
	w.t.Helper()
	id, err := bson.ObjectIDFromHex(e.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	w.lost[place{e.RoomID, e.Seq}] = true
	w.stranger.forget(e.ID)
	w.forget()
	if _, err := w.messages.DeleteOne(w.call(), bson.D{{Key: "_id", Value: id}}); err != nil {
		w.t.Fatal(err)
	}
}

// Other programs forge numbers: far above the last one, just above it, of a wrong type,
// negative.
func TestNumbersAreForged(t *testing.T) {
	w := start(t, 2)
	for range times(1, 5) {
		for _, seq := range []any{int64(1) << 40, "7", 3.5, int64(-2), bson.A{int64(1) << 41}, int64(1) << 60} {
			_, err := w.messages.InsertOne(w.call(), bson.D{
				{Key: "roomId", Value: "room0"}, {Key: "seq", Value: seq}, {Key: "author", Value: "forger"}, {Key: "text", Value: "forged"},
			})
			if err != nil {
				t.Fatal(err)
			}
			w.awaitAcks(warm / 4)
		}
	}
	w.finish()
}

// A number not far above the last one is believed. What is missing below it is given to
// others, or becomes voids after half a minute; nobody is left behind.
func TestNumberIsForgedALittleAbove(t *testing.T) {
	const above = 50
	w := start(t, 2)
	stored, _ := w.read()
	_, err := w.messages.InsertOne(w.call(), bson.D{
		{Key: "roomId", Value: "room0"}, {Key: "seq", Value: int64(len(stored["room0"]) + above)}, {Key: "author", Value: "forger"}, {Key: "text", Value: "forged"},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.awaitAcks(warm)
	w.finish()
}

// A document as large as MongoDB takes neither stops the stream nor gets a number.
func TestForeignInsertOf16MB(t *testing.T) {
	const size = 16<<20 - 1<<10 // what is left of 16 MB is for the other fields
	blob := string(bytes.Repeat([]byte("z"), size))
	w := start(t, 2)
	for range times(1, 5) {
		for _, field := range []string{"text", "blob"} {
			d := bson.D{{Key: "roomId", Value: "room0"}, {Key: "author", Value: "bot"}, {Key: field, Value: blob}}
			inserted, err := w.messages.InsertOne(w.call(), d)
			if err != nil {
				t.Fatal(err)
			}
			w.ignored = append(w.ignored, inserted.InsertedID)
			w.awaitAcks(warm)
		}
	}
	w.finish()
}

// The indexes are dropped under load, and made again at once. Until then nothing keeps two
// instances from giving one number twice, so one alone does the writing here.
func TestIndexesAreDropped(t *testing.T) {
	w := start(t, 2)
	w.hush(true)
	w.agree()
	for _, c := range w.clients {
		c.move(0)
		c.hush(false)
	}
	for range times(1, 5) {
		for _, name := range []string{"room_seq", "room_cid", "room_target"} {
			if err := w.messages.Indexes().DropOne(w.call(), name); err != nil {
				t.Fatal(err)
			}
			until(t, "the index "+name+" to be back", func() bool { return w.hasIndex(name) })
			w.awaitAcks(warm / 4)
		}
	}
	w.finish()
}

func (w *world) hasIndex(name string) bool {
	w.t.Helper()
	specs, err := w.messages.Indexes().ListSpecifications(w.call())
	if err != nil {
		return false // no index at all while the collection is not there
	}
	for _, spec := range specs {
		if spec.Name == name {
			return true
		}
	}
	return false
}

// loseAll says that all that was stored is destroyed now.
func (w *world) loseAll(stored map[string][]entry) {
	w.forget()
	for room, log := range stored {
		for _, e := range log {
			w.lost[place{room, e.Seq}] = true
		}
	}
	w.lostBefore = time.Now()
}

// Somebody drops the collection, or renames it, while everybody is connected. What it held
// is gone; the numbers go on from where they were, those below are voids, and all promises
// hold for what is said from then on. Nothing is being stored just then: what is stored
// but not told everywhere when it goes may be lost with its number.
func TestCollectionIsDropped(t *testing.T) {
	goAway(t, func(w *world) error { return w.messages.Drop(w.call()) })
}

func TestCollectionIsRenamed(t *testing.T) {
	goAway(t, func(w *world) error {
		rename := bson.D{{Key: "renameCollection", Value: w.namespace()}, {Key: "to", Value: w.namespace() + time.Now().Format("150405.000")}}
		return w.messages.Database().Client().Database("admin").RunCommand(w.call(), rename).Err()
	})
}

func goAway(t *testing.T, remove func(w *world) error) {
	w := start(t, 2)
	for n := range times(1, 5) {
		w.hush(true)
		stored := w.agree()
		if err := remove(w); err != nil {
			t.Fatal(err)
		}
		w.loseAll(stored)
		w.hush(false)
		w.awaitAcks(warm)
		w.arriveAnew(fmt.Sprintf("late%d", n), "room0", "room1", "room2")
	}
	w.rebase()
	w.finish()
}
