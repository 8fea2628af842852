package socketio

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/embedded"
)

// floor is a whole chat on a real store in a temporary folder, with recorders for sockets.
type floor struct {
	t       testing.TB
	chat    *roomChat
	service *rooms.Service
	token   func(sub string) string

	mu      sync.Mutex
	sockets []*recorder
}

var (
	_ fanOut        = (*floor)(nil)
	_ rooms.Emitter = (*floor)(nil)
)

func newFloor(t testing.TB, o rooms.Options) *floor {
	t.Helper()
	store, err := embedded.Open(embedded.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	tokens := newTokens(t)
	f := &floor{t: t, service: rooms.New(store.Rooms(), o)}
	f.token = func(sub string) string { return issue(t, tokens, sub, time.Hour) }
	f.chat = newChat(f.service, tokens.Verify, testMaxPayload, f.service.MaxFileSize(), time.Now, quiet())
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.service.Run(ctx, f, nil) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		if err := store.Close(context.Background()); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	f.until("the service is ready", func() bool { return f.service.Ready() == nil })
	return f
}

// until polls a condition that nothing announces.
func (f *floor) until(what string, holds func() bool) {
	f.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	end := time.After(patience)
	for !holds() {
		select {
		case <-tick.C:
		case <-end:
			f.t.Fatalf("waited in vain: %s", what)
		}
	}
}

func (f *floor) Emit(room rooms.RoomID, events []rooms.Event) { emitEvents(f, room, events) }

func (f *floor) Reset(room rooms.RoomID, reason rooms.ResetReason, lastSeq int64) {
	emitReset(f, room, reason, lastSeq)
}

func (f *floor) Expel(rooms.RoomID, auth.UserID, rooms.LeftReason) {}

func (f *floor) Typing(room rooms.RoomID, user auth.UserID, on bool, until time.Time, except string) {
	emitTyping(f, room, user, on, until, except)
}

func (f *floor) Revoke(auth.UserID) {}

func (f *floor) Members(room rooms.RoomID) int { return f.members(adapterRoom(room)) }

func (f *floor) broadcastExcept(room string, packets [][]byte, _ string) { f.broadcast(room, packets) }

func (f *floor) broadcast(room string, packets [][]byte) {
	for _, l := range f.all() {
		if !l.in(room) {
			continue
		}
		for _, packet := range packets {
			var args []json.RawMessage
			var name string
			if err := json.Unmarshal(packet[1:], &args); err != nil || json.Unmarshal(args[0], &name) != nil {
				f.t.Errorf("packet %s: %v", packet, err)
				continue
			}
			l.Emit(name, args[1])
		}
	}
}

func (f *floor) members(room string) int {
	n := 0
	for _, l := range f.all() {
		if l.in(room) {
			n++
		}
	}
	return n
}

func (f *floor) all() []*recorder {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sockets
}

// connect lets a user in; more is appended to the auth payload, such as `,"retry":"silent"`.
func (f *floor) connect(sub, more string) (session, *recorder) {
	f.t.Helper()
	s, refusal := f.chat.admit(handshake{Auth: json.RawMessage(`{"token":"` + f.token(sub) + `"` + more + `}`)})
	if refusal != nil {
		f.t.Fatalf("%s is refused: %v", sub, refusal)
	}
	l := newRecorder()
	f.mu.Lock()
	f.sockets = append(f.sockets[:len(f.sockets):len(f.sockets)], l)
	f.mu.Unlock()
	s.connected(l)
	f.t.Cleanup(func() {
		s.closed()
		l.holdTo(f.t, contract(f.t))
	})
	return s, l
}

// fill stores n messages "message 1" … in a room.
func (f *floor) fill(s session, room string, n int) {
	f.t.Helper()
	answers := make(chan []byte, n)
	for i := range n {
		s.event("send_message", arguments(fmt.Sprintf(`{"roomId":%q,"text":"message %d"}`, room, i+1)), false, func(b []byte) { answers <- b })
		if i%5000 == 4999 { // half a lane's queue
			for len(answers) < i+1 {
				f.until("sends are stored", func() bool { return len(answers) >= i+1 })
			}
		}
	}
	for range n {
		select {
		case b := <-answers:
			if got := decodeAck(f.t, b); !got.OK {
				f.t.Fatalf("send: %+v", got.Error)
			}
		case <-time.After(patience):
			f.t.Fatal("sends are not answered")
		}
	}
}

// live returns the seqs of new_message as a recorder heard them, and the texts.
func live(t *testing.T, told []heard) (seqs []int64, texts []string) {
	t.Helper()
	for _, h := range told {
		if h.event != "new_message" {
			continue
		}
		var m struct {
			Seq  int64
			Text string
		}
		if err := json.Unmarshal([]byte(h.body), &m); err != nil {
			t.Fatalf("%s: %v", h.body, err)
		}
		seqs, texts = append(seqs, m.Seq), append(texts, m.Text)
	}
	return seqs, texts
}

// consecutive fails unless seqs are from, from+1, …
func consecutive(t *testing.T, seqs []int64, from int64) {
	t.Helper()
	for i, seq := range seqs {
		if seq != from+int64(i) {
			t.Fatalf("position %d has seq %d, want %d", i, seq, from+int64(i))
		}
	}
}

// seqsOf returns the seqs of replayed events.
func seqsOf(events []map[string]any) []int64 {
	seqs := make([]int64, len(events))
	for i, e := range events {
		seqs[i] = int64(e["seq"].(float64))
	}
	return seqs
}

// countOf counts what a recorder heard of one event.
func countOf(told []heard, event string) int {
	n := 0
	for _, h := range told {
		if h.event == event {
			n++
		}
	}
	return n
}

func syncOf(t *testing.T, s session, payload string) syncAnswer {
	t.Helper()
	var got syncAnswer
	answers := make(chan []byte, 1)
	s.event("sync", arguments(payload), false, func(b []byte) { answers <- b })
	if b := <-answers; json.Unmarshal(b, &got) != nil || !strings.HasPrefix(string(b), `{"ok":true,`) {
		t.Fatalf("sync answered %s", b)
	}
	return got
}
