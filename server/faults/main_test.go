package faults

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
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

// program is the server, and beside it a port that tells how many goroutines it has.
func program() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		fmt.Printf("http://%s\n", listener.Addr())
		go http.Serve(listener, pprof.Handler("goroutine"))
		err = app.Run(context.Background(), app.Environment{Args: os.Args[1:], Getenv: os.Getenv, Stdout: os.Stdout, Stderr: os.Stderr})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "roomstream:", err)
		os.Exit(1)
	}
}

// shared is the replica set of all tests: starting one takes seconds.
var shared struct {
	once sync.Once
	set  *mongotest.Set
	err  error
}

// run stops the set after the tests.
type run struct{ tests *testing.M }

func (r run) Run() int {
	code := r.tests.Run()
	if shared.set != nil {
		shared.set.Stop()
	}
	return code
}

// wholeSet gives the shared set, whole; the test leaves it so.
func wholeSet(t *testing.T) *mongotest.Set {
	t.Helper()
	shared.once.Do(func() {
		// Fail points are for test servers only. What an oplog of 16 MB no longer holds is
		// gone within seconds.
		shared.set, shared.err = mongotest.NewSet("--setParameter", "enableTestCommands=1", "--oplogSize", "16")
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.set
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
