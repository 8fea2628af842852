//go:build soak

package faults

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"encoding/json"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
)

const (
	memberPace = 500 * time.Millisecond // between two changes of who is in the room
	filePace   = 2 * time.Second        // between two files
	fileSize   = 40 << 10               // bytes
)

// others are what is done besides talking, over REST: a guest is taken into a room and out of it, and files are sent. Each request is made again,
// at one instance after the other, until it is done.
//
// Concurrency: two goroutines; mu guards what they have done. Lifecycle: they end with the world's context.
type others struct {
	w     *world
	peers []string
	token string
	next  atomic.Int64
	busy  atomic.Int64
	quiet atomic.Bool

	mu      sync.Mutex
	changes int                          // of the guest's membership that were done
	open    int                          // tries of them whose outcome nobody was told
	files   map[string][sha256.Size]byte // by id, what they hold
	wrongs  []string
}

func (s *soak) others() *others {
	s.t.Helper()
	tokens, err := auth.NewTokens(auth.TokenOptions{Secret: []byte(secret)})
	if err != nil {
		s.t.Fatal(err)
	}
	token, err := tokens.Issue(auth.User{ID: "owner", Name: "owner"}, 24*time.Hour)
	if err != nil {
		s.t.Fatal(err)
	}
	o := &others{w: s.world, token: token, files: map[string][sha256.Size]byte{}}
	for _, i := range s.instances {
		o.peers = append(o.peers, i.addr)
	}
	o.until(s.ctx, "POST", "/api/rooms", "application/json", []byte(`{"id":"club","name":"Club","type":"private","clientId":"c1"}`))
	s.running.Go(func() { o.every(s.ctx, memberPace, o.member) })
	s.running.Go(func() { o.every(s.ctx, filePace, o.file) })
	return o
}

func (o *others) hush(quiet bool) { o.quiet.Store(quiet) }
func (o *others) idle() bool      { return o.busy.Load() == 0 }

func (o *others) every(ctx context.Context, pace time.Duration, do func(ctx context.Context, n int)) {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for n := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		o.busy.Add(1)
		if !o.quiet.Load() {
			do(ctx, n)
			n++
		}
		o.busy.Add(-1)
	}
}

// member takes the guest in, and out the next time.
func (o *others) member(ctx context.Context, n int) {
	method, body := "PUT", []byte(`{"role":"member"}`)
	if n%2 == 1 {
		method, body = "DELETE", nil
	}
	_, open, done := o.until(ctx, method, "/api/rooms/club/members/guest", "application/json", body)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open += open
	if done {
		o.changes++
	}
}

// file uploads one and sends it.
func (o *others) file(ctx context.Context, n int) {
	content := []byte(strings.Repeat(fmt.Sprintf("file %d\n", n), fileSize/10))
	uploaded, _, done := o.until(ctx, "POST", fmt.Sprintf("/api/rooms/club/files?name=%d.txt", n), "text/plain", content)
	if !done {
		return
	}
	var answer struct{ File struct{ ID string } }
	if err := json.Unmarshal(uploaded, &answer); err != nil {
		o.wrong("%s: %v", uploaded, err)
		return
	}
	id := answer.File.ID
	if _, _, done := o.until(ctx, "POST", "/api/rooms/club/messages", "application/json", fmt.Appendf(nil, `{"text":"","attachments":[%q],"clientId":"file-%d"}`, id, n)); done {
		o.mu.Lock()
		o.files[id] = sha256.Sum256(content)
		o.mu.Unlock()
	}
}

func (o *others) wrong(format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.wrongs = append(o.wrongs, fmt.Sprintf(format, args...))
}

// until asks one instance after the other until one has done it, or ctx is done; open is of how many tries it was not told the outcome.
func (o *others) until(ctx context.Context, method, path, media string, body []byte) (answer []byte, open int, done bool) {
	for ctx.Err() == nil {
		status, answer, err := o.ask(ctx, method, path, media, body)
		switch {
		case err != nil || status >= 500:
			open++
		case status < 300:
			return answer, open, true
		case status != http.StatusTooManyRequests: // which is asked again
			o.wrong("%s %s: %d %s", method, path, status, answer)
			return nil, open, false
		}
		select {
		case <-ctx.Done():
		case <-time.After(retryPause):
		}
	}
	return nil, open, false
}

func (o *others) ask(ctx context.Context, method, path, media string, body []byte) (status int, answer []byte, err error) {
	at := o.peers[int(o.next.Add(1))%len(o.peers)]
	ctx, cancel := context.WithTimeout(ctx, ackPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, "http://"+at+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+o.token)
	if body != nil {
		request.Header.Set("Content-Type", media)
	}
	transport := http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// judge wants each event of the guest to change something, as many of them as changes were done, and each file that was sent to be as
// it was. A try whose outcome nobody was told may have been carried out all the same, also when the guest's next change was done: an
// instance that was paused takes up what it had read. So the events may be more, or (where it did the next change's work) fewer, by
// as many as there were such tries; where there were none they are as many.
func (o *others) judge() {
	o.w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), onward)
	defer cancel()
	o.hush(true)
	within(o.w.t, onward, "the other requests to be done", o.idle)
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, wrong := range o.wrongs {
		o.w.t.Error(wrong)
	}
	events, err := o.guests(ctx)
	if off := len(events) - o.changes; err != nil || max(off, -off) > o.open {
		o.w.t.Errorf("%d changes of the guest, and %d tries of which nothing is known, are %d events, %v", o.changes, o.open, len(events), err)
	}
	for i, e := range events {
		if want := [...]string{"member", ""}[i%2]; e.Role != want {
			o.w.t.Errorf("event %d of the guest, with the number %d, makes him %q, want %q: it changes nothing", i, e.Seq, e.Role, want)
		}
	}
	lost := 0
	for id, sum := range o.files {
		if _, content, err := o.ask(ctx, "GET", "/api/rooms/club/files/"+id, "", nil); err != nil || sha256.Sum256(content) != sum {
			lost++
			o.w.t.Logf("file %s: %v, %.100s", id, err, content)
		}
	}
	if lost > 0 {
		o.w.t.Errorf("%d of %d files are not what was sent", lost, len(o.files))
	}
	o.w.t.Logf("%d changes of who is in a room, %d tries of which nothing is known, %d events; %d files", o.changes, o.open, len(events), len(o.files))
}

// guestEvent is what a change of the guest's membership is in the log.
type guestEvent struct {
	Seq  int64
	Role string // empty: he was taken out
}

// guests are those events, in the log's order.
func (o *others) guests(ctx context.Context) (events []guestEvent, err error) {
	filter := bson.D{{Key: "roomId", Value: club}, {Key: "type", Value: "member"}, {Key: "subject", Value: "guest"}}
	cursor, err := o.w.messages.Find(ctx, filter, options.Find().SetSort(bson.D{{Key: "seq", Value: 1}}))
	if err != nil {
		return nil, err
	}
	return events, cursor.All(ctx, &events)
}
