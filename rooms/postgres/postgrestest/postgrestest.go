// Package postgrestest runs a real PostgreSQL for tests, on a free loopback port, its data in a temporary folder.
//
// The programs are those of ROOMSTREAM_POSTGRES (a folder), else of the PATH, else of Debian's folders, the newest first.
// PostgreSQL refuses to run as root: then it runs as the user postgres, else nobody.
//
// Lifecycle: a Server ends with its test. When the test binary dies in any other way the kernel kills its PostgreSQL.
package postgrestest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// startPatience is how long initdb and a start may take on a busy machine.
	startPatience = 60 * time.Second
	poll          = 20 * time.Millisecond
	// starts is how often a free port is looked for, because another process may take it first.
	starts = 3
)

// Server is a PostgreSQL of a test's own.
type Server struct {
	port int
	dir  string
	bin  string
	cred *syscall.Credential // nil: as this process
	cmd  *exec.Cmd           // nil: stopped
	url  string              // not empty: somebody else's
}

// Start starts a PostgreSQL for one test.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := newServer()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.cmd != nil {
			s.kill()
		}
		os.RemoveAll(s.dir)
	})
	if err := s.initdb(); err != nil {
		t.Fatal(err)
	}
	for range starts {
		if s.port, err = freePort(); err != nil {
			t.Fatal(err)
		}
		if err = s.run(); err == nil {
			return s
		}
	}
	t.Fatal(err)
	return nil
}

// Any gives the server that POSTGRES_URL names, else one of the test's own. It is not to be stopped.
func Any(t testing.TB) *Server {
	t.Helper()
	if given := os.Getenv("POSTGRES_URL"); given != "" {
		return &Server{url: given}
	}
	return Start(t)
}

// Database makes a fresh database and gives its URL. It is dropped at the test's end where the server stays.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := "test_" + strings.ToLower(rand.Text()[:12])
	s.admin(t, "CREATE DATABASE "+name)
	if s.url != "" {
		t.Cleanup(func() { s.admin(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	}
	at, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	at.Path = "/" + name
	return at.String()
}

// URL is that of the server's own database.
func (s *Server) URL() string {
	if s.url != "" {
		return s.url
	}
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", s.port)
}

// Stop ends the server as an operator who does not wait: connections are cut. Its data stays for Restart.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil { // PostgreSQL's fast shutdown
		t.Fatal(err)
	}
	s.cmd.Wait() // its error says only how it ended
	s.cmd = nil
}

// Restart starts a stopped server again on the same port.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) admin(t testing.TB, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		t.Fatal(err)
	}
}

func newServer() (*Server, error) {
	bin, err := findPrograms()
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin}
	if s.dir, err = os.MkdirTemp("", "roomstream-postgres-"); err != nil {
		return nil, err
	}
	if os.Getuid() != 0 {
		return s, nil
	}
	if s.cred, err = unprivileged(); err != nil {
		return nil, err
	}
	return s, os.Chown(s.dir, int(s.cred.Uid), int(s.cred.Gid))
}

// unprivileged is whom to run as instead of root.
func unprivileged() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(found.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(found.Gid, 10, 32)
		if uidErr == nil && gidErr == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, fmt.Errorf("PostgreSQL does not run as root, and there is neither a user postgres nor nobody: run the tests as another user")
}

func (s *Server) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, program), args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=" + s.dir}
	endWithParent(cmd, s.cred)
	return cmd
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) initdb() error {
	out, err := s.command("initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync").CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

func (s *Server) run() error {
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	// fsync off: the tests stop PostgreSQL, not the machine.
	s.cmd = s.command("postgres", "-D", s.data(), "-p", strconv.Itoa(s.port), "-h", "127.0.0.1", "-k", "", "-F", "-c", "max_prepared_transactions=4")
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		s.cmd = nil
		return err
	}
	deadline := time.Now().Add(startPatience)
	for {
		if err = s.answers(); err == nil {
			return nil
		}
		if time.Now().After(deadline) || exited(s.cmd.Process.Pid) {
			s.kill()
			text, _ := os.ReadFile(log.Name())
			return fmt.Errorf("start PostgreSQL: %w\n%s", err, text)
		}
		<-time.After(poll)
	}
}

func (s *Server) answers() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// kill ends the server at once, its children too: SIGQUIT is passed on to them, SIGKILL would not be.
func (s *Server) kill() {
	s.cmd.Process.Signal(syscall.SIGQUIT)
	s.cmd.Wait()
	s.cmd = nil
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

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// findPrograms gives the folder of initdb and postgres.
func findPrograms() (string, error) {
	if given := os.Getenv("ROOMSTREAM_POSTGRES"); given != "" {
		return given, nil
	}
	if found, err := exec.LookPath("initdb"); err == nil {
		if found, err = filepath.EvalSymlinks(found); err == nil && executable(filepath.Join(filepath.Dir(found), "postgres")) {
			return filepath.Dir(found), nil
		}
	}
	const newest, oldest = 20, 13 // major versions; newer ones are on the PATH or named
	for version := newest; version >= oldest; version-- {
		dir := fmt.Sprintf("/usr/lib/postgresql/%d/bin", version)
		if executable(filepath.Join(dir, "initdb")) && executable(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", fmt.Errorf("missing: PostgreSQL's initdb and postgres; type: .ci/postgres.sh, or: export ROOMSTREAM_POSTGRES=/folder/of/them")
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
