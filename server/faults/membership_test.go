package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
)

// club is the private room that the guest is taken into and out of.
const club = "club"

// guest is a socket at one instance, of the user who is taken in and out. It joins all the
// time, and notes what it is told of the room.
type guest struct {
	addr, token string

	mu     sync.Mutex
	in     bool
	live   []int64 // seqs of the events it received
	joined []int64 // lastSeqs of its joins
}

// run keeps it connected until ctx is done.
func (g *guest) run(ctx context.Context) {
	for ctx.Err() == nil {
		if l, err := dial(g.addr, g.token); err == nil {
			g.serve(ctx, l)
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// serve asks to join, again and again, until the connection ends.
func (g *guest) serve(ctx context.Context, l *link) {
	go l.read(&g.mu, g.heard)
	defer func() {
		l.conn.Close()
		<-l.gone
		g.mu.Lock()
		g.in = false
		g.mu.Unlock()
	}()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.gone:
			return
		case <-tick.C:
			g.mu.Lock()
			if !g.in {
				l.ask("join_room", `"`+club+`"`, g.answered)
			}
			g.mu.Unlock()
		}
	}
}

// answered takes the ack of a join; the lock is held.
func (g *guest) answered(body json.RawMessage) {
	var ack struct {
		OK      bool
		LastSeq int64
	}
	if json.Unmarshal(body, &ack) == nil && ack.OK {
		g.joined = append(g.joined, ack.LastSeq)
		g.in = true
	}
}

// heard takes an event; the lock is held.
func (g *guest) heard(name string, body json.RawMessage) {
	var event struct {
		RoomID string
		Seq    int64
	}
	if json.Unmarshal(body, &event) != nil || event.RoomID != club {
		return
	}
	if name == "room_left" {
		g.in = false
	}
	if event.Seq > 0 && name != "read_updated" {
		g.live = append(g.live, event.Seq)
	}
}

func (g *guest) isIn() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.in
}

// owner asks over REST, of one instance after the other, until one of them has done it.
type owner struct {
	w     *world
	token string
	next  int
}

func (o *owner) must(method, path, body string) {
	o.w.t.Helper()
	until(o.w.t, method+" "+path, func() bool {
		done, err := o.try(method, path, body)
		if err != nil {
			o.w.t.Fatal(err)
		}
		return done
	})
}

// try asks once. An error is an answer that no repeating changes.
func (o *owner) try(method, path, body string) (done bool, err error) {
	o.next++
	request, err := http.NewRequest(method, "http://"+o.w.instances[o.next%len(o.w.instances)].addr+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return false, err
	}
	request.Header.Set("Authorization", "Bearer "+o.token)
	request.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return false, nil // away: another one is asked
	}
	defer response.Body.Close()
	said, _ := io.ReadAll(response.Body)
	if response.StatusCode >= 400 && response.StatusCode < 500 {
		return false, fmt.Errorf("%s %s: %d %s", method, path, response.StatusCode, said)
	}
	return response.StatusCode < 300, nil
}

// Promise 6, while primaries, streams and instances fail: whoever was taken out receives nothing
// above his removal, through whichever instance, and who is a member gets in.
func TestWhoWasTakenOutStaysOutThroughFaults(t *testing.T) {
	t.Parallel()
	w := &world{t: t, set: ownSet(t), database: "faults_membership"}
	w.open()
	t.Cleanup(w.heal)
	for range 2 {
		w.instances = append(w.instances, launch(t, w.set, w.database))
	}
	tokens, err := auth.NewTokens(auth.TokenOptions{Secret: []byte(secret)})
	if err != nil {
		t.Fatal(err)
	}
	token := func(user auth.UserID) string {
		text, err := tokens.Issue(auth.User{ID: user, Name: string(user)}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	alice, writer := &owner{w: w, token: token("alice")}, &owner{w: w, token: token("alice"), next: 1}
	alice.must("POST", "/api/rooms", `{"id":"club","name":"Club","type":"private","clientId":"c1"}`)

	var guests []*guest
	var load sync.WaitGroup
	ctx, stop := context.WithCancel(context.Background())
	end := sync.OnceFunc(func() {
		stop()
		load.Wait()
	})
	defer end()
	for _, i := range w.instances {
		g := &guest{addr: i.addr, token: token("bob")}
		guests = append(guests, g)
		load.Go(func() { g.run(ctx) })
	}
	load.Go(func() {
		for n := 0; ctx.Err() == nil; {
			done, err := writer.try("POST", "/api/rooms/club/messages", fmt.Sprintf(`{"text":"message %d","clientId":"m%d"}`, n, n))
			if err != nil {
				t.Error(err)
				return
			}
			if done {
				n++
			}
		}
	})
	rounds := func(n int) {
		for range n {
			alice.must("PUT", "/api/rooms/club/members/bob", `{"role":"member"}`)
			until(t, "bob to be in everywhere", func() bool { return guests[0].isIn() && guests[1].isIn() })
			alice.must("DELETE", "/api/rooms/club/members/bob", "")
			until(t, "bob to be out everywhere", func() bool { return !guests[0].isIn() && !guests[1].isIn() })
		}
	}
	faults := []struct {
		name   string
		strike func()
	}{
		{"a cursor is killed", func() { w.killCursors(w.set.Primary(t)) }},
		{"the primary steps down", w.stepDown},
		{"an instance is killed", func() {
			w.instances[1].end(syscall.SIGKILL)
			w.instances[1].start()
		}},
		{"an instance hangs", func() {
			w.instances[0].pause()
			<-time.After(lasting(time.Second, 10*time.Second))
			w.instances[0].resume()
		}},
		{"the primary is killed", func() {
			primary := w.set.Primary(t)
			primary.Kill(t)
			primary.Return(t)
		}},
	}
	for range times(1, 4) {
		for _, fault := range faults {
			t.Log(fault.name)
			fault.strike()
			rounds(times(3, 10))
		}
	}
	end()
	w.wantNothingAbove(guests)
}

// wantNothingAbove holds what the guests were told to what the log says bob was.
func (w *world) wantNothingAbove(guests []*guest) {
	w.t.Helper()
	ctx := w.call()
	cursor, err := w.messages.Find(ctx, bson.D{{Key: "roomId", Value: club}}, options.Find().SetSort(bson.D{{Key: "seq", Value: 1}}))
	var log []struct {
		Seq     int64
		Type    string
		Subject string
		Role    string
	}
	if err == nil {
		err = cursor.All(ctx, &log)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	member := make([]bool, len(log)+2) // by seq: what bob is before that event takes hold
	changes := 0
	for i, e := range log {
		if e.Seq != int64(i)+1 {
			w.t.Fatalf("the log has %d where %d must stand", e.Seq, i+1)
		}
		member[e.Seq+1] = member[e.Seq]
		if e.Type == "member" && e.Subject == "bob" {
			member[e.Seq+1] = e.Role != ""
			changes++
		}
	}
	received := 0
	for n, g := range guests {
		received += len(g.live)
		for _, seq := range g.live {
			if !member[seq] {
				w.t.Errorf("at instance %d bob received %d when he was no member", n, seq)
			}
		}
		for _, seq := range g.joined {
			if !member[seq+1] {
				w.t.Errorf("at instance %d bob joined at %d when he was no member", n, seq)
			}
		}
	}
	w.t.Logf("%d events, %d changes of what bob is, %d events received by him", len(log), changes, received)
	if changes < 2 || received < changes {
		w.t.Error("nothing was tried")
	}
}
