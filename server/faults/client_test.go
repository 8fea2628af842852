package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// window is how many requests of a client are unanswered at most.
	window = 8
	// ackPatience is above the 8 s within which a send is answered: who waits longer
	// takes the instance for dead.
	ackPatience = 10 * time.Second
	// retryPause is the wait before a refused request is sent again, and before another
	// instance is dialled.
	retryPause = 200 * time.Millisecond
)

// client is one user with one socket, who reconnects for ever: to another instance each
// time, with what it has (join with since), sending again what was not acked.
//
// Concurrency: run's goroutine and one reader for each connection; all state is guarded
// by mu. Lifecycle: run ends with its context.
type client struct {
	name  string
	token string
	pace  time.Duration // between two requests

	mu       sync.Mutex
	peers    []string // the instances' addresses
	at       int      // the one it is or was at
	link     *link    // nil: not connected
	rooms    []string
	views    map[string]*view
	waiting  map[string]*request // by clientId
	made     int                 // requests
	quiet    bool                // makes no more
	own      []*message
	acked    []ack
	wrongs   []string
	refusals map[string]int // error acks by code
}

// view is a client's copy of a room.
type view struct {
	log     []entry
	joined  bool  // on this connection
	reading bool  // a join or sync is under way
	heard   int64 // the highest seq that came live
}

func (v *view) last() int64 { return int64(len(v.log)) }

// message is one of the client's own, which it may change.
type message struct {
	room     string
	seq      int64
	reacted  bool
	changing bool // a request about it is under way
}

// request is what is sent until it is acked.
type request struct {
	event, room, clientID, payload string
	made                           time.Time
	about                          *message  // nil: a new message
	due                            time.Time // when it is sent (again)
	sent                           time.Time // zero: not on this connection
}

func newClient(name, token string, rooms []string, peers []string, at int, pace time.Duration) *client {
	c := &client{
		name: name, token: token, rooms: rooms, peers: peers, at: at, pace: pace,
		views: map[string]*view{}, waiting: map[string]*request{}, refusals: map[string]int{},
	}
	for _, room := range rooms {
		c.views[room] = &view{}
	}
	return c
}

func (c *client) run(ctx context.Context) {
	for ctx.Err() == nil {
		c.mu.Lock()
		addr := c.peers[c.at%len(c.peers)]
		c.mu.Unlock()
		if l, err := dial(addr, c.token); err == nil {
			c.serve(ctx, l)
		}
		c.mu.Lock()
		c.at++
		c.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-time.After(retryPause/2 + rand.N(retryPause)):
		}
	}
}

// serve works one connection until it ends.
func (c *client) serve(ctx context.Context, l *link) {
	c.mu.Lock()
	c.link = l
	for _, r := range c.waiting {
		r.sent, r.due = time.Time{}, time.Time{}
	}
	for _, room := range c.rooms {
		*c.views[room] = view{log: c.views[room].log}
		c.join(room)
	}
	c.mu.Unlock()
	var reader sync.WaitGroup
	reader.Go(func() { l.read(&c.mu, c.event) })
	tick := time.NewTicker(c.pace)
	defer tick.Stop()
	for open := true; open; {
		select {
		case <-l.gone:
			open = false
		case <-ctx.Done():
			open = false
		case <-tick.C:
			c.mu.Lock()
			c.tick()
			c.mu.Unlock()
		}
	}
	l.conn.Close()
	reader.Wait()
	c.mu.Lock()
	c.link = nil
	c.mu.Unlock()
}

// hush has the client begin nothing new, or lets it again.
func (c *client) hush(quiet bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.quiet = quiet
}

// move makes the client go to another instance now.
func (c *client) move(at int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at - 1 + len(c.peers) // run adds one
	if c.link != nil {
		c.link.conn.Close()
	}
}

// wrong notes what no fault excuses. The lock is held, here and below.
func (c *client) wrong(format string, args ...any) {
	const most = 20 // enough to understand
	if len(c.wrongs) < most {
		c.wrongs = append(c.wrongs, c.name+": "+fmt.Sprintf(format, args...))
	}
}

// tick sends what is due and makes one more request.
func (c *client) tick() {
	now := time.Now()
	for _, r := range c.waiting {
		if !r.sent.IsZero() && now.Sub(r.sent) > ackPatience {
			c.link.conn.Close()
			return
		}
	}
	if !c.quiet && len(c.waiting) < window {
		r := c.make()
		c.waiting[r.clientID] = r
	}
	for _, r := range c.waiting {
		if r.sent.IsZero() && now.After(r.due) && c.views[r.room].joined {
			c.send(r)
		}
	}
}

// send sends a request and takes its ack.
func (c *client) send(r *request) {
	r.sent = time.Now()
	c.link.ask(r.event, r.payload, func(body json.RawMessage) {
		var answer struct {
			OK    bool
			ID    string
			Seq   int64
			Error *refusal
		}
		if err := json.Unmarshal(body, &answer); err != nil || !answer.OK && answer.Error == nil {
			c.wrong("%s %s is answered %s", r.event, r.payload, body)
			return
		}
		if answer.OK {
			c.done(r, answer.ID, answer.Seq)
			return
		}
		c.refused(r, *answer.Error)
	})
}

// refusal is an error ack.
type refusal struct {
	Code         string
	Message      string
	Retryable    bool
	RetryAfterMs int
}

func (c *client) refused(r *request, e refusal) {
	c.refusals[e.Code]++
	switch {
	case e.Retryable && e.Code == "TIMEOUT": // unknown: ask another instance
		r.sent, r.due = time.Time{}, time.Time{}
		c.link.conn.Close()
	case e.Retryable:
		r.sent, r.due = time.Time{}, time.Now().Add(max(retryPause, time.Duration(e.RetryAfterMs)*time.Millisecond))
	default:
		c.wrong("%s %s is refused: %+v", r.event, r.payload, e)
		delete(c.waiting, r.clientID)
	}
}

// caughtUp says whether everything is acked and the rooms are as long as they should be.
func (c *client) caughtUp(lengths map[string]int) (missing string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.waiting {
		return fmt.Sprintf("%s waits for the ack of %s %s", c.name, r.event, r.payload)
	}
	for room, v := range c.views {
		if len(v.log) != lengths[room] {
			return fmt.Sprintf("%s has %d of the %d events of %s (joined %v, connected %v)", c.name, len(v.log), lengths[room], room, v.joined, c.link != nil)
		}
	}
	return ""
}
