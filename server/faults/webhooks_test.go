package faults

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"roomstream/auth"
)

const (
	hookedRooms = 6 // each instance owns some of them
	hookedTotal = 60
)

// receiver is a program that webhooks are delivered to. It keeps, for each room, the order in which events came.
type receiver struct {
	mu         sync.Mutex
	last       map[string]int64  // the highest seq
	texts      map[string]string // of the deliveries, by id
	duplicates int
	faults     []string
}

func (r *receiver) ServeHTTP(_ http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return // its sender was killed
	}
	var got struct {
		Delivery string
		Event    struct {
			RoomID string
			Seq    int64
			Text   string
		}
	}
	err = json.Unmarshal(body, &got)
	r.mu.Lock()
	defer r.mu.Unlock()
	room, seq := got.Event.RoomID, got.Event.Seq
	text, again := r.texts[got.Delivery]
	switch {
	case err != nil || got.Delivery != request.Header.Get("Roomstream-Delivery") || !strings.HasSuffix(got.Delivery, fmt.Sprintf("/%s/%d", room, seq)):
		r.faults = append(r.faults, fmt.Sprintf("delivery %q: %v", body, err))
	case again && text != got.Event.Text:
		r.faults = append(r.faults, fmt.Sprintf("%s was %q and is %q", got.Delivery, text, got.Event.Text))
	case again:
		r.duplicates++
	case seq != r.last[room]+1:
		r.faults = append(r.faults, fmt.Sprintf("%s came after %d", got.Delivery, r.last[room]))
	default:
		r.last[room], r.texts[got.Delivery] = seq, got.Event.Text
	}
}

// reached says whether all rooms' events up to a number came.
func (r *receiver) reached(seq int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for n := range hookedRooms {
		if r.last[hookedRoom(n)] < seq {
			return false
		}
	}
	return true
}

func hookedRoom(n int) string { return fmt.Sprintf("hooked%d", n) }

// ask calls a route of an instance.
func ask(t *testing.T, addr, token, method, path, body string) (int, []byte) {
	t.Helper()
	request, err := http.NewRequest(method, "http://"+addr+path, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(request)
	if err != nil {
		return 0, []byte(err.Error())
	}
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, read
}

// An instance that delivers is killed, again and again: the other one takes its rooms, from where it was. Nothing is lost, the
// order is kept, and what comes twice has the id it had.
func TestAnInstanceThatDeliversWebhooksIsKilled(t *testing.T) {
	t.Parallel()
	set := ownSet(t)
	database := "faults_" + strings.ToLower(rand.Text()[:12])
	w := &world{t: t, set: set, database: database, lost: map[place]bool{}}
	w.open()
	t.Cleanup(w.heal)
	instances := []*instance{launch(t, set, database, "-webhook-allow-private"), launch(t, set, database, "-webhook-allow-private")}
	tokens, err := auth.NewTokens(auth.TokenOptions{Secret: []byte(secret)})
	if err != nil {
		t.Fatal(err)
	}
	token, err := tokens.Issue(auth.User{ID: "root", Name: "Root", Roles: []string{auth.RoleAdmin}}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{last: map[string]int64{}, texts: map[string]string{}}
	target := httptest.NewServer(r)
	defer target.Close()

	if status, body := ask(t, instances[0].addr, token, http.MethodPost, "/api/webhooks", fmt.Sprintf(`{"url":%q}`, target.URL)); status != http.StatusCreated {
		t.Fatalf("making the webhook: %d %s", status, body)
	}
	// say goes to the instance that lives, with a clientId: a try whose outcome is unknown is made again.
	say := func(i *instance, room, n int) {
		t.Helper()
		body := fmt.Sprintf(`{"text":"message %d","clientId":"c%d"}`, n, n)
		until(t, "a message to be stored", func() bool {
			status, _ := ask(t, i.addr, token, http.MethodPost, "/api/rooms/"+hookedRoom(room)+"/messages", body)
			return status == http.StatusCreated || status == http.StatusOK
		})
	}
	sent := 0
	for n := range times(2, 10) {
		killed, other := instances[n%2], instances[(n+1)%2]
		for range hookedTotal / 2 {
			sent++
			for room := range hookedRooms {
				say(killed, room, sent)
			}
		}
		killed.end(syscall.SIGKILL) // in the midst of its deliveries
		for range hookedTotal / 2 {
			sent++
			for room := range hookedRooms {
				say(other, room, sent)
			}
		}
		until(t, fmt.Sprintf("%d events of each room to be delivered", sent), func() bool { return r.reached(int64(sent)) })
		killed.start()
		killed.awaitReady()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	t.Logf("%d deliveries, %d of them twice", len(r.texts), r.duplicates)
	for _, fault := range r.faults {
		t.Error(fault)
	}
	if want := sent * hookedRooms; len(r.texts) != want {
		t.Errorf("%d events were delivered, want %d", len(r.texts), want)
	}
}
