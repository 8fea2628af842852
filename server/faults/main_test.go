package faults

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app"
)

const (
	// asProgram makes the test binary be the program: what is killed and paused must be a
	// process of its own. Under -race it is one with the race detector.
	asProgram = "ROOMSTREAM_TEST_AS_PROGRAM"
	// form names the variable that chooses between the short form and the long one.
	form = "ROOMSTREAM_FAULTS"
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		program()
		return
	}
	goleak.VerifyTestMain(run{m})
}

// program is the server, and beside it a port that tells how many goroutines it has, and how much memory.
func program() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		fmt.Printf("http://%s\n", listener.Addr())
		probes := http.NewServeMux()
		probes.Handle("/", pprof.Handler("goroutine"))
		probes.HandleFunc("/memory", tellMemory)
		go http.Serve(listener, probes)
		err = app.Run(context.Background(), app.Environment{Args: os.Args[1:], Getenv: os.Getenv, Stdout: os.Stdout, Stderr: os.Stderr})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "roomstream:", err)
		os.Exit(1)
	}
}

// tellMemory tells what is in use behind a collection, and gives the rest back to the machine.
func tellMemory(w http.ResponseWriter, _ *http.Request) {
	debug.FreeOSMemory()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	fmt.Fprintf(w, "heap %d", stats.HeapAlloc)
}

// setCount sets are broken at the same time. A fault is mostly waiting, for elections and
// timeouts: two cores carry three.
const setCount = 3

// sets are the replica sets of all tests: starting one takes seconds.
var sets = struct {
	free chan struct{} // holds a token for each test that may have one
	mu   sync.Mutex
	idle []*mongotest.Set
}{free: make(chan struct{}, setCount)}

// run has so many tests at once as there are sets, and stops those after them.
type run struct{ tests *testing.M }

func (r run) Run() int {
	flag.Parse()
	if err := flag.Set("test.parallel", strconv.Itoa(setCount)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		for _, set := range sets.idle {
			set.Stop()
		}
	}()
	return r.tests.Run()
}

// ownSet gives a whole set that this test has to itself until it ends.
func ownSet(t *testing.T) *mongotest.Set {
	t.Helper()
	sets.free <- struct{}{}
	sets.mu.Lock()
	defer sets.mu.Unlock()
	var set *mongotest.Set
	if n := len(sets.idle); n > 0 {
		set, sets.idle = sets.idle[n-1], sets.idle[:n-1]
	}
	t.Cleanup(func() {
		sets.mu.Lock()
		defer sets.mu.Unlock()
		if set != nil {
			sets.idle = append(sets.idle, set)
		}
		<-sets.free
	})
	if set == nil {
		// Fail points are for test servers only. An oplog of 16 MB is soon full, and is cut
		// back only to the last checkpoint: one every second instead of every minute.
		var err error
		if set, err = mongotest.NewSet("--setParameter", "enableTestCommands=1", "--oplogSize", "16", "--syncdelay", "1"); err != nil {
			t.Fatal(err)
		}
	}
	return set
}

// long says which form is run.
func long() bool { return os.Getenv(form) == "long" }

// lasting gives how long a fault lasts in each form.
func lasting(short, full time.Duration) time.Duration {
	if long() {
		return full
	}
	return short
}

// times is lasting for what is repeated.
func times(short, full int) int {
	if long() {
		return full
	}
	return short
}

// patience bounds every wait for what must come; it only bounds a failure.
const patience = 60 * time.Second

// until polls a condition that holds in the end.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	within(t, patience, what, holds)
}

func within(t testing.TB, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	const poll = 20 * time.Millisecond
	deadline := time.Now().Add(limit)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain for %s", limit, what)
		}
		<-time.After(poll)
	}
}
