package tracing

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"roomstream/rooms"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParentsAreReadAsW3CSays(t *testing.T) {
	const good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	if from, ok := parseParent(good); !ok || !from.sampled || from.trace[0] != 0x4b || from.span[7] != 0xb7 {
		t.Errorf("%s is read as %+v, %v", good, from, ok)
	}
	if from, ok := parseParent("cc" + good[2:] + "-what-comes"); !ok || !from.sampled {
		t.Errorf("a later version is read as %+v, %v", from, ok)
	}
	if from, ok := parseParent(good[:53] + "02"); !ok || from.sampled {
		t.Errorf("without the flag: %+v, %v", from, ok)
	}
	for _, bad := range []string{
		"", good[:54], good + "-01", "ff" + good[2:], "cc" + good[2:] + "01", strings.ToUpper(good), strings.ReplaceAll(good, "-", "_"),
		strings.Replace(good, "4bf92f3577b34da6a3ce929d0e0e4736", strings.Repeat("0", 32), 1), strings.Replace(good, "00f067aa0ba902b7", strings.Repeat("0", 16), 1),
		strings.Replace(good, "4bf9", "4bgg", 1),
	} {
		if from, ok := parseParent(bad); ok {
			t.Errorf("%q is read as %+v", bad, from)
		}
	}
}

func FuzzParent(f *testing.F) {
	f.Add("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	f.Add("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more")
	f.Add("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-é")
	f.Fuzz(func(t *testing.T, text string) {
		from, ok := parseParent(text)
		if ok && (from.trace == (traceID{}) || from.span == (spanID{})) {
			t.Errorf("%q is read as %+v", text, from)
		}
	})
}

func TestARatioTakesItsPart(t *testing.T) {
	const all = 10_000
	taken := func(r ratio) (n int) {
		for i := range all {
			if r.takes(traceOf(rooms.EventID{10: byte(i >> 8), 11: byte(i)})) {
				n++
			}
		}
		return n
	}
	if none, every := taken(newRatio(0)), taken(newRatio(1)); none != 0 || every != all {
		t.Errorf("0 takes %d, 1 takes %d of %d", none, every, all)
	}
	// The ids are fixed, so the part is: some three standard deviations.
	if tenth := taken(newRatio(0.1)); tenth < all/10-100 || tenth > all/10+100 {
		t.Errorf("0.1 takes %d of %d", tenth, all)
	}
}

// Whoever may send chooses the trace that his events are in, and says that it is recorded: an id that any ratio takes, too.
func TestACallerHasNoMoreToldThanTheRatio(t *testing.T) {
	const all = 10_000
	id := func(i int) rooms.EventID { return rooms.EventID{10: byte(i >> 8), 11: byte(i)} }
	const chosen = "00-4bf92f3577b34da60000000000000000-00f067aa0ba902b7-"
	for _, of := range []float64{0, 0.1, 1} {
		traces := New(Options{Endpoint: "http://127.0.0.1:1", Ratio: of})
		told := 0
		for i := range all {
			forced, alone, left := traces.Sending(id(i), chosen+"01"), traces.ratio.takes(traceOf(id(i))), traces.Sending(id(i), chosen+"00")
			if forced != alone || left {
				t.Fatalf("ratio %v, event %d: told of %t, without a caller's trace %t, with one that is not recorded %t", of, i, forced, alone, left)
			}
			if forced {
				told++
			}
		}
		if want := int(of * all); told < want-100 || told > want+100 { // as TestARatioTakesItsPart
			t.Errorf("of %d events %d are told of, want some %d", all, told, want)
		}
		if n := len(traces.callers.values); n > told {
			t.Errorf("ratio %v: of %d callers something is remembered, and %d are told of", of, n, told)
		}
	}
}

func TestOnlyTheNewestAreRemembered(t *testing.T) {
	r := newRecent[int]()
	id := func(i int) rooms.EventID { return rooms.EventID{9: byte(i >> 16), 10: byte(i >> 8), 11: byte(i)} }
	for i := range 2*recentMost + 1 {
		r.put(id(i), i)
		r.put(id(i), i) // again
	}
	if _, ok := r.get(id(recentMost)); ok || len(r.values) != recentMost {
		t.Errorf("%d are remembered", len(r.values))
	}
	if v, ok := r.get(id(recentMost + 1)); !ok || v != recentMost+1 {
		t.Errorf("the oldest of the newest is %d, %v", v, ok)
	}
}

// sentTrace is a send to tell of.
func sentTrace() rooms.SendTrace {
	now := time.Now()
	return rooms.SendTrace{Event: &rooms.Event{ID: rooms.EventID{11: 1}, RoomID: "general"}, Begun: now, Queued: now, Ended: now, Err: errors.New("what somebody wrote")}
}

// A collector that is away: nothing waits for it, what it does not take is dropped, and the log says so once a minute.
func TestACollectorThatIsAwayCostsALineInTheLog(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close() // nobody answers there now
	log, now := bytes.Buffer{}, time.Now()
	traces := New(Options{Endpoint: "http://" + listener.Addr().String(), Ratio: 1, Now: func() time.Time { return now }, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	for range queueMost + 1 { // of two spans each
		traces.Sent(sentTrace())
	}
	if dropped := traces.exporter.dropped.Load(); dropped != queueMost+2 {
		t.Errorf("%d spans are dropped before any is sent", dropped)
	}
	traces.exporter.sendAll(t.Context())
	traces.Sent(sentTrace())
	traces.exporter.sendAll(t.Context())
	if lines := strings.Count(log.String(), "spans were dropped"); lines != 1 || !strings.Contains(log.String(), "spans=8194") {
		t.Errorf("the log says %s", log.String())
	}
	now = now.Add(complainEvery)
	traces.Sent(sentTrace())
	traces.exporter.sendAll(t.Context())
	if lines := strings.Count(log.String(), "spans were dropped"); lines != 2 || !strings.Contains(log.String(), "spans=4 ") {
		t.Errorf("a minute later the log says %s", log.String())
	}
	if strings.Contains(log.String(), "wrote") {
		t.Errorf("the log says %s", log.String())
	}
}

// A collector that never answers holds the end up for no longer than it is told.
func TestTheEndDoesNotWaitForACollectorThatHangs(t *testing.T) {
	ended := make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-ended }))
	defer hanging.Close()
	traces := New(Options{Endpoint: hanging.URL, Ratio: 1})
	traces.Sent(sentTrace())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	const flush = 50 * time.Millisecond
	traces.Run(ctx, flush) // returns though nothing is answered
	close(ended)
	if traces.exporter.dropped.Load() != 0 { // told of in the log
		t.Error("what was dropped at the end is not told of")
	}
	if len(traces.exporter.queue) != 0 {
		t.Error("spans are left")
	}
}

func TestEndpoints(t *testing.T) {
	for _, good := range []string{"http://127.0.0.1:4318", "https://collector.example/otlp/"} {
		if err := CheckEndpoint(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"127.0.0.1:4318", "grpc://h:4317", "http://", "http://u:hunter2@h", "http://h?token=hunter2"} {
		if err := CheckEndpoint(bad); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
