package faults

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"roomstream/auth"
	"roomstream/rooms/mongodb/mongotest"
)

const (
	// clientCount, roomCount and pace make some 60 requests and 300 deliveries a second: a
	// load that two busy cores can carry beside three mongods and the race detector.
	clientCount = 9
	roomCount   = 3
	pace        = 150 * time.Millisecond
	// strangerPace is how often another program inserts.
	strangerPace = 250 * time.Millisecond
	// warm is how many acks a run has before its fault.
	warm = 60
)

// world is a chat under load: instances, clients and another program that inserts.
type world struct {
	t         *testing.T
	set       *mongotest.Set
	database  string
	messages  *mongo.Collection // majority
	instances []*instance
	clients   []*client
	stranger  *stranger
	before    []usage         // of each instance, without clients
	streams   int             // cursors of one instance, without clients
	ctx       context.Context // of the load
	stop      context.CancelFunc
	running   sync.WaitGroup
	lost      map[place]bool
	ignored   bson.A // documents that must get no number
	failing   []failPoint

	lostBefore time.Time
	orphaned   int // cursors nobody could give back: the server forgets them after 10 minutes
}

// start starts instances on a new database and puts them under load. The test breaks
// something and calls finish.
func start(t *testing.T, instances int) *world {
	t.Helper()
	t.Parallel()
	set := ownSet(t)
	w := &world{t: t, set: set, database: "faults_" + strings.ToLower(rand.Text()[:12]), lost: map[place]bool{}}
	w.open()
	t.Cleanup(w.heal)
	for range instances {
		w.instances = append(w.instances, launch(t, set, w.database))
	}
	for _, i := range w.instances {
		w.before = append(w.before, w.usage(i))
	}
	w.streams = len(w.allCursors()) / instances
	if w.streams < 1 {
		t.Fatal("the instances have no change stream")
	}
	w.load()
	w.awaitAcks(warm)
	return w
}

// heal leaves the set to the next test whole and without fail points.
func (w *world) heal() {
	w.set.Heal(w.t)
	for _, p := range w.failing {
		p.off()
	}
}

// open connects the test itself to the database, which goes with the test.
func (w *world) open() {
	w.t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(w.set.URI))
	if err != nil {
		w.t.Fatal(err)
	}
	w.messages = client.Database(w.database).Collection("messages",
		options.Collection().SetReadConcern(readconcern.Majority()).SetWriteConcern(writeconcern.Majority()))
	w.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := w.messages.Database().Drop(ctx); err != nil {
			w.t.Errorf("drop the database: %v", err)
		}
		client.Disconnect(ctx)
	})
}

// load starts the clients, each at another instance and in two rooms, and the stranger.
func (w *world) load() {
	w.t.Helper()
	w.ctx, w.stop = context.WithCancel(context.Background())
	w.t.Cleanup(w.end)
	var rooms []string
	for r := range roomCount {
		rooms = append(rooms, fmt.Sprintf("room%d", r))
	}
	for n := range clientCount {
		w.arrive(fmt.Sprintf("user%d", n), n, rooms[n%roomCount], rooms[(n+1)%roomCount])
	}
	w.stranger = &stranger{messages: w.messages, rooms: rooms}
	w.running.Go(func() { w.stranger.run(w.ctx) })
}

// arrive adds a client that has nothing yet.
func (w *world) arrive(name string, at int, rooms ...string) {
	w.t.Helper()
	tokens, err := auth.NewTokens(auth.TokenOptions{Secret: []byte(secret)})
	if err != nil {
		w.t.Fatal(err)
	}
	token, err := tokens.Issue(auth.User{ID: auth.UserID(name), Name: name}, time.Hour)
	if err != nil {
		w.t.Fatal(err)
	}
	var peers []string
	for _, i := range w.instances {
		peers = append(peers, i.addr)
	}
	c := newClient(name, token, rooms, peers, at, pace)
	w.clients = append(w.clients, c)
	w.running.Go(func() { c.run(w.ctx) })
}

// end ends the load.
func (w *world) end() {
	w.stop()
	w.running.Wait()
}

// acks counts what was acked so far.
func (w *world) acks() int {
	n := 0
	for _, c := range w.clients {
		c.mu.Lock()
		n += len(c.acked)
		c.mu.Unlock()
	}
	return n
}

// awaitAcks waits for so many further acks: the chat goes on.
func (w *world) awaitAcks(n int) {
	w.t.Helper()
	from := w.acks()
	until(w.t, fmt.Sprintf("%d acks", n), func() bool { return w.acks() >= from+n })
}

// last lets a fault last.
func (w *world) last(short, full time.Duration) { <-time.After(lasting(short, full)) }

// finish ends the run as every run ends: all requests are acked, all clients and the log
// agree, the oracle is content, and the instances hold no more than before.
func (w *world) finish() {
	w.t.Helper()
	w.set.Heal(w.t)
	w.hush(true)
	stored := w.agree()
	w.end()
	for _, broken := range judge(w.evidence(stored)) {
		w.t.Error(broken)
	}
	w.report(stored)
	w.wantBaseline()
}

// hush has nobody begin anything new, or lets them again.
func (w *world) hush(quiet bool) {
	for _, c := range w.clients {
		c.hush(quiet)
	}
	w.stranger.hush(quiet)
}

// agree waits until everything is acked and all agree with the log, and returns that.
func (w *world) agree() map[string][]entry {
	w.t.Helper()
	var stored map[string][]entry
	why := ""
	deadline := time.Now().Add(patience)
	for {
		if stored, why = w.agreed(); why == "" {
			break
		}
		if time.Now().After(deadline) {
			w.t.Errorf("no agreement after %v: %s", patience, why)
			break
		}
		<-time.After(100 * time.Millisecond)
	}
	return stored
}

// agreed reads the log and says what is still under way.
func (w *world) agreed() (stored map[string][]entry, why string) {
	w.t.Helper()
	if !w.stranger.done() {
		return nil, "another program's insert is under way"
	}
	stored, unnumbered := w.read()
	if unnumbered > 0 {
		return stored, fmt.Sprintf("%d documents have no number", unnumbered)
	}
	lengths := map[string]int{}
	for room, log := range stored {
		lengths[room] = len(log)
	}
	for _, c := range w.clients {
		if missing := c.caughtUp(lengths); missing != "" {
			return stored, missing
		}
	}
	return stored, ""
}

// evidence is for the oracle; the load has ended.
func (w *world) evidence(stored map[string][]entry) evidence {
	e := evidence{stored: stored, lost: w.lost, lostBefore: w.lostBefore, acked: w.stranger.acked}
	for _, c := range w.clients {
		for _, wrong := range c.wrongs {
			w.t.Error(wrong)
		}
		e.acked = append(e.acked, c.acked...)
		for room, v := range c.views {
			e.seen = append(e.seen, seen{who: c.name, room: room, log: v.log})
		}
	}
	return e
}

// report tells what the run was made of, for who reads the test's output.
func (w *world) report(stored map[string][]entry) {
	events, voids, refusals := 0, 0, map[string]int{}
	for _, log := range stored {
		events += len(log)
		for _, e := range log {
			if e.Event == "void" {
				voids++
			}
		}
	}
	for _, c := range w.clients {
		for code, n := range c.refusals {
			refusals[code] += n
		}
	}
	w.t.Logf("%d events (%d voids), %d acks, %d foreign; longest time without an ack %v; refused for a while: %v",
		events, voids, w.acks(), len(w.stranger.acked), w.silence().Round(time.Millisecond), refusals)
}

// silence is the longest time between two acks.
func (w *world) silence() (longest time.Duration) {
	var times []time.Time
	for _, c := range w.clients {
		for _, a := range c.acked {
			times = append(times, a.at)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	for i := 1; i < len(times); i++ {
		longest = max(longest, times[i].Sub(times[i-1]))
	}
	return longest
}
