// Package mongotest runs real mongods for tests: replica sets of one node, or of three,
// on free loopback ports, their data in temporary folders.
//
// The binary is the one ROOMSTREAM_MONGOD names, else mongod on the PATH, else the
// one that the test task unpacks into the user's cache folder.
//
// Lifecycle: a Server of Start ends with its test. The one of Shared ends with the
// test binary, whose TestMain calls Main. When the test binary dies in any other way
// the kernel kills its mongods.
package mongotest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

const (
	// startPatience is how long a mongod may take to become primary: some seconds on a
	// busy machine, most of them for making its journal.
	startPatience = 60 * time.Second
	// poll is how often a condition is looked at.
	poll = 20 * time.Millisecond
	// starts is how often a free port is looked for, because between finding it and
	// using it another process may take it.
	starts = 3
	// cacheGB is the least that mongod accepts: tests hold little.
	cacheGB = "0.25"
	setName = "rs0"
	// dirPrefix begins the names of the data folders; the test binary's process id
	// follows it.
	dirPrefix = "roomstream-mongod-"
)

// Server is a one-node replica set.
type Server struct {
	// URI is what -mongodb-uri would be.
	URI string

	args []string
	dir  string
	port int
	cmd  *exec.Cmd // nil: not ours, or killed
}

// Start starts a mongod for one test, with further arguments for its command line.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s, err := start(args)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	return s
}

// Bare starts a mongod for one test that is no member of a replica set, or, with
// --replSet among args, one of a set that was never initiated.
func Bare(t testing.TB, args ...string) *Server {
	t.Helper()
	s, err := launch(args)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	s.URI = fmt.Sprintf("mongodb://127.0.0.1:%d/", s.port)
	if err := s.waitAnswer(); err != nil {
		t.Fatal(err)
	}
	return s
}

// Database gives the name of a fresh database, which is dropped at the test's end.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := "test_" + strings.ToLower(rand.Text()[:12])
	t.Cleanup(func() {
		if s.cmd == nil && s.dir != "" {
			return // the test killed it
		}
		ctx, cancel := context.WithTimeout(context.Background(), startPatience)
		defer cancel()
		client, err := mongo.Connect(options.Client().ApplyURI(s.URI))
		if err != nil {
			t.Errorf("drop the test's database: %v", err)
			return
		}
		defer client.Disconnect(ctx)
		if err := client.Database(name).Drop(ctx); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return name
}

// Pause stops the mongod as a machine that hangs: connections stay open and nothing
// answers. It returns when the last of its threads has stopped.
func (s *Server) Pause(t testing.TB) {
	t.Helper()
	s.signal(t, syscall.SIGSTOP)
	var status syscall.WaitStatus
	_, err := syscall.Wait4(s.cmd.Process.Pid, &status, syscall.WUNTRACED, nil)
	for err == syscall.EINTR {
		_, err = syscall.Wait4(s.cmd.Process.Pid, &status, syscall.WUNTRACED, nil)
	}
	if err != nil || !status.Stopped() {
		t.Fatalf("pause the mongod: %v, status %#x", err, status)
	}
}

// Resume lets a paused mongod go on.
func (s *Server) Resume(t testing.TB) { s.signal(t, syscall.SIGCONT) }

// Kill ends the mongod at once. Its data stays for Restart.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	s.signal(t, syscall.SIGKILL)
	s.cmd.Wait() // its error says only that it was killed
	s.cmd = nil
}

// Restart starts a killed mongod again on the same port and returns when it is
// primary.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	if s.cmd != nil || s.dir == "" {
		t.Fatal("Restart is for a server that Kill ended")
	}
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
	if err := s.waitPrimary(); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) signal(t testing.TB, sig syscall.Signal) {
	t.Helper()
	if s.cmd == nil {
		t.Fatalf("no mongod of this test runs: %v is for a server of Start", sig)
	}
	if err := s.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// shared is the Server of Shared. A test binary has one because starting one takes
// seconds; databases keep the tests apart.
var shared struct {
	mu     sync.Mutex
	server *Server
	err    error
}

// Shared gives the test binary's own Server, or the one MONGODB_URI names. It is not
// to be paused or killed. The binary's TestMain must call Main.
func Shared(t testing.TB) *Server {
	t.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.server == nil && shared.err == nil {
		if uri := os.Getenv("MONGODB_URI"); uri != "" {
			shared.server = &Server{URI: uri}
		} else {
			shared.server, shared.err = start(nil)
		}
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server
}

// Runner is a *testing.M, or what stands for one.
type Runner interface{ Run() int }

// Main gives a Runner that ends the Shared server after the tests:
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(mongotest.Main(m)) }
func Main(m Runner) Runner { return main{m} }

type main struct{ tests Runner }

func (m main) Run() int {
	code := m.tests.Run()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.server != nil {
		shared.server.stop()
	}
	return code
}

// start makes a replica set of one node.
func start(args []string) (*Server, error) {
	s, err := launch(append([]string{"--replSet", setName}, args...))
	if err != nil {
		return nil, err
	}
	s.URI = fmt.Sprintf("mongodb://127.0.0.1:%d/?replicaSet=%s", s.port, setName)
	if err := s.initiate(); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// launch runs a mongod on a free port.
func launch(args []string) (*Server, error) {
	sweep()
	var err error
	for range starts {
		s := &Server{args: args}
		if s.dir, err = os.MkdirTemp("", fmt.Sprintf("%s%d-", dirPrefix, os.Getpid())); err != nil {
			return nil, err
		}
		if s.port, err = freePort(); err == nil {
			err = s.run()
		}
		if err == nil {
			if err = s.waitAnswer(); err == nil {
				return s, nil
			}
		}
		s.stop()
	}
	return nil, err
}

// sweep removes the data of test binaries that died before they could: it is some
// hundred MB each.
func sweep() {
	dirs, err := filepath.Glob(filepath.Join(os.TempDir(), dirPrefix+"*-*"))
	if err != nil {
		return // only for a bad pattern
	}
	for _, dir := range dirs {
		owner, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), dirPrefix), "-")
		pid, err := strconv.Atoi(owner)
		if err == nil && syscall.Kill(pid, 0) == syscall.ESRCH {
			os.RemoveAll(dir)
		}
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (s *Server) run() error {
	binary, err := findBinary()
	if err != nil {
		return err
	}
	args := []string{
		"--dbpath", s.dir, "--port", fmt.Sprint(s.port), "--bind_ip", "127.0.0.1", "--nounixsocket",
		"--logpath", filepath.Join(s.dir, "mongod.log"), "--logappend", "--quiet",
		"--wiredTigerCacheSizeGB", cacheGB, "--setParameter", "diagnosticDataCollectionEnabled=false",
		// Each collection and index is a file, and stays open for 5 minutes when it is dropped, for who reads the past: the
		// tests' hundreds of databases would use up all files that a process may have open.
		"--setParameter", "minSnapshotHistoryWindowInSeconds=30", "--wiredTigerEngineConfigString", "file_manager=(close_idle_time=10,close_scan_interval=5,close_handle_minimum=100)",
	}
	cmd := exec.Command(binary, append(args, s.args...)...)
	EndWithParent(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", binary, err)
	}
	s.cmd = cmd
	return nil
}

// stop kills the mongod, if it is ours and runs, and removes its data.
func (s *Server) stop() {
	if s.cmd != nil {
		s.cmd.Process.Kill()
		s.cmd.Wait()
		s.cmd = nil
	}
	if s.dir != "" {
		os.RemoveAll(s.dir)
	}
}

// initiate makes the mongod the primary of a set of its own.
func (s *Server) initiate() error {
	member := bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: fmt.Sprintf("127.0.0.1:%d", s.port)}}
	config := bson.D{{Key: "_id", Value: setName}, {Key: "members", Value: bson.A{member}}}
	err := s.direct(func(ctx context.Context, admin *mongo.Database) error {
		return admin.RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: config}}).Err()
	})
	if err != nil {
		return s.explain(fmt.Errorf("initiate the replica set: %w", err))
	}
	return s.waitPrimary()
}

func (s *Server) waitPrimary() error {
	return s.wait(func(hello bson.M) bool { return hello["isWritablePrimary"] == true })
}

func (s *Server) waitAnswer() error { return s.wait(func(bson.M) bool { return true }) }

// wait asks the mongod what it is until ready says yes.
func (s *Server) wait(ready func(hello bson.M) bool) error {
	deadline := time.Now().Add(startPatience)
	for {
		var hello bson.M
		err := s.direct(func(ctx context.Context, admin *mongo.Database) error {
			return admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello)
		})
		if err == nil && ready(hello) {
			return nil
		}
		if s.cmd.Process.Signal(syscall.Signal(0)) != nil || exited(s.cmd.Process.Pid) {
			return s.explain(fmt.Errorf("mongod has ended"))
		}
		if time.Now().After(deadline) {
			return s.explain(fmt.Errorf("mongod is not ready after %v: %v, %w", startPatience, hello, err))
		}
		<-time.After(poll)
	}
}

// exited tells of a process that has ended and was not waited for yet.
func exited(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, found := strings.Cut(string(stat), ") ")
	return found && strings.HasPrefix(rest, "Z")
}

// direct talks to the one mongod, whatever it is.
func (s *Server) direct(talk func(ctx context.Context, admin *mongo.Database) error) error {
	const patience = 10 * time.Second // for one try
	return s.directWithin(patience, talk)
}

func (s *Server) directWithin(patience time.Duration, talk func(ctx context.Context, admin *mongo.Database) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	uri := fmt.Sprintf("mongodb://127.0.0.1:%d/?directConnection=true", s.port)
	// Before it listens the driver would wait 10 s to look again; a second client looks
	// at once. A busy machine takes a second to connect.
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetServerSelectionTimeout(max(time.Second, patience/10)))
	if err != nil {
		return err
	}
	defer client.Disconnect(ctx)
	return talk(ctx, client.Database("admin"))
}

// explain adds the end of mongod's log to an error.
func (s *Server) explain(err error) error {
	const tail = 4 << 10 // bytes: the last some ten lines
	log, readErr := os.ReadFile(filepath.Join(s.dir, "mongod.log"))
	if readErr != nil {
		return err
	}
	return fmt.Errorf("%w\n%s", err, log[max(0, len(log)-tail):])
}

// findBinary gives the path of a mongod.
func findBinary() (string, error) {
	if path := os.Getenv("ROOMSTREAM_MONGOD"); path != "" {
		return path, nil
	}
	if path, err := exec.LookPath("mongod"); err == nil {
		return path, nil
	}
	if cache, err := os.UserCacheDir(); err == nil {
		path := filepath.Join(cache, "roomstream", "mongod-6.0.5", "mongod")
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no mongod was found: `go run github.com/go-task/task/v3/cmd/task@v3.45.4 test` fetches one, " +
		"or set ROOMSTREAM_MONGOD to the path of yours, or MONGODB_URI to a replica set for tests")
}
