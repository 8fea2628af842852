package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// outcome is what a command printed and how it ended.
type outcome struct {
	stdout, stderr string
	err            error
}

func run(t *testing.T, env map[string]string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	err := app.Run(t.Context(), app.Environment{
		Args: args, Getenv: func(name string) string { return env[name] }, Stdout: &stdout, Stderr: &stderr,
	})
	return outcome{stdout.String(), stderr.String(), err}
}

func (o outcome) fails(t *testing.T, parts ...string) {
	t.Helper()
	if o.err == nil {
		t.Errorf("it did not fail, and printed %q", o.stdout)
		return
	}
	for _, part := range parts {
		if !strings.Contains(o.err.Error(), part) {
			t.Errorf("the error does not say %q: %v", part, o.err)
		}
	}
}

func TestHelpAndVersion(t *testing.T) {
	for _, args := range [][]string{{"-h"}, {"help"}, {"--help"}, {"serve", "-h"}, {"-addr", ":1", "-h"}, {"token", "-h"}} {
		o := run(t, nil, args...)
		if o.err != nil || !strings.Contains(o.stdout, "account add") || !strings.Contains(o.stdout, "ROOMSTREAM_MONGODB_URI") {
			t.Errorf("%v: %v, %q", args, o.err, o.stdout)
		}
	}
	if o := run(t, nil, "version"); o.err != nil || !strings.HasPrefix(o.stdout, "roomstream ") {
		t.Errorf("version: %v, %q", o.err, o.stdout)
	}
	run(t, nil, "sevre").fails(t, `"sevre"`, "-h")
	run(t, nil, "account").fails(t, `"account"`)
	run(t, nil, "version", "-addr").fails(t)
}

func TestTokenPrintsATokenThatTheServerTakes(t *testing.T) {
	running := apptest.Start(t, apptest.Options{})
	env := map[string]string{"ROOMSTREAM_JWT_SECRET": apptest.Secret}
	o := run(t, env, "token", "-sub", "alice", "-name", "Alice", "-role", "editor", "-ttl", "1h")
	if o.err != nil {
		t.Fatal(o.err)
	}
	status, answer := request(t, "POST", running.URL+"/api/rooms/general/messages", strings.TrimSpace(o.stdout), `{"text":"hello"}`)
	if status != http.StatusCreated {
		t.Errorf("POST: %d %s", status, answer)
	}
	run(t, env, "token").fails(t, "-sub")
	run(t, env, "token", "-sub", "a:1").fails(t, "-sub")
	run(t, env, "token", "-sub", "alice", "-ttl", "0s").fails(t, "-ttl")
	run(t, env, "token", "-sub", "alice", "left over").fails(t, "left over")
}

func TestTokenUsesTheSecretOfTheDataDir(t *testing.T) {
	dir := t.TempDir()
	o := run(t, nil, "token", "-sub", "alice", "-data-dir", dir)
	if o.err != nil {
		t.Fatal(o.err)
	}
	running := apptest.Start(t, apptest.Options{Dir: dir, Configure: func(c *app.Config) { c.JWTSecret = "" }})
	if status, answer := request(t, "GET", running.URL+"/api/rooms", strings.TrimSpace(o.stdout), ""); status != http.StatusOK {
		t.Errorf("GET: %d %s", status, answer)
	}
}

func TestTheSecretIsMadeOnceAndOnlyItsOwnerReadsIt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	var tokens [8]string
	var group sync.WaitGroup
	for i := range tokens {
		group.Go(func() { tokens[i] = run(t, nil, "token", "-sub", "alice", "-data-dir", dir).stdout })
	}
	group.Wait()
	file := filepath.Join(dir, "jwt-secret")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^[0-9a-f]{64}\n$`).Match(text) {
		t.Errorf("the file holds %d bytes that are not 32 in hex", len(text))
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v", info.Mode())
	}
	verifier, err := auth.NewTokens(auth.TokenOptions{Secret: bytes.TrimSpace(text)})
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range tokens {
		if _, err := verifier.Verify(strings.TrimSpace(token)); err != nil {
			t.Errorf("a token was signed with another secret: %v", err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("drafts were left behind: %v, %v", entries, err)
	}
	if err := os.WriteFile(file, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, nil, "token", "-sub", "alice", "-data-dir", dir).fails(t, file, "remove")
}

func TestAccountAddIsTheWayToAnAdmin(t *testing.T) {
	stores(t, func(t *testing.T, o apptest.Options) {
		env := map[string]string{"ROOMSTREAM_JWT_SECRET": apptest.Secret, "ROOMSTREAM_MONGODB_URI": o.MongoDBURI}
		args := []string{"account", "add", "-role", "admin"}
		if o.MongoDBURI == "" {
			args = append(args, "-data-dir", o.Dir)
		} else {
			args = append(args, "-mongodb-database", o.Database)
		}
		made := run(t, env, append(args, "-name", "Root")...)
		if made.err != nil {
			t.Fatal(made.err)
		}
		_, password, shown := strings.Cut(made.stdout, "shown only now: ")
		if !shown {
			t.Fatalf("no password was printed: %q", made.stdout)
		}
		run(t, env, append(args, "-name", "ROOT")...).fails(t, "taken")
		run(t, env, args...).fails(t, "-name")
		env["ROOMSTREAM_ACCOUNT_PASSWORD"] = "correct horse"
		if given := run(t, env, append(args, "-name", "Second")...); given.err != nil || strings.Contains(given.stdout, "correct horse") {
			t.Errorf("with a password given: %v, %q", given.err, given.stdout)
		}
		off := false
		o.Configure = func(c *app.Config) { c.Accounts = &off } // those of the command line sign in all the same
		running := apptest.Start(t, o)
		for name, password := range map[string]string{"root": strings.TrimSpace(password), "second": "correct horse"} {
			status, answer := request(t, "POST", running.URL+"/api/auth/login", "", fmt.Sprintf(`{"name":%q,"password":%q}`, name, password))
			if status != http.StatusOK || !strings.Contains(answer, `"roles":["admin"]`) {
				t.Errorf("login of %s: %d %s", name, status, answer)
			}
		}
	})
}

func TestAccountPasswordEndsWhatTheFormerOneBegan(t *testing.T) {
	stores(t, func(t *testing.T, o apptest.Options) {
		const former = "correct horse"
		env := map[string]string{"ROOMSTREAM_JWT_SECRET": apptest.Secret, "ROOMSTREAM_MONGODB_URI": o.MongoDBURI}
		args, embedded := []string{"account", "password"}, o.MongoDBURI == ""
		if embedded {
			args = append(args, "-data-dir", o.Dir)
		} else {
			args = append(args, "-mongodb-database", o.Database)
		}
		running := apptest.Start(t, o)
		status, answer := request(t, "POST", running.URL+"/api/auth/register", "", fmt.Sprintf(`{"name":"Ann","password":%q}`, former))
		var ann struct{ Token string }
		if err := json.Unmarshal([]byte(answer), &ann); err != nil || status != http.StatusCreated || ann.Token == "" {
			t.Fatalf("register: %d %s", status, answer)
		}
		socket := apptest.Dial(t, running.URL, ann.Token)
		if embedded {
			running.Stop() // the file is one process's
		}
		run(t, env, args...).fails(t, "-name is missing", "account password -name Ann")
		run(t, env, append(args, "-name", "Nobody")...).fails(t, "-name Nobody", "no such account")
		reset := run(t, env, append(args, "-name", "ann")...)
		_, password, shown := strings.Cut(reset.stdout, "shown only now: ")
		if reset.err != nil || !shown || !strings.Contains(reset.stdout, `"Ann"`) {
			t.Fatalf("it prints %q, %v", reset.stdout, reset.err)
		}
		if embedded {
			running = apptest.Start(t, o)
		} else if code, reason := socket.Closed(); code != 4003 || reason != "revoked" {
			t.Errorf("the socket was closed with %d %q", code, reason)
		}
		if status, answer := request(t, "GET", running.URL+"/api/rooms", ann.Token, ""); status != http.StatusUnauthorized {
			t.Errorf("by the former token: %d %s", status, answer)
		}
		for given, want := range map[string]int{former: http.StatusUnauthorized, strings.TrimSpace(password): http.StatusOK} {
			if status, answer := request(t, "POST", running.URL+"/api/auth/login", "", fmt.Sprintf(`{"name":"Ann","password":%q}`, given)); status != want {
				t.Errorf("by %q: %d %s, want %d", given, status, answer, want)
			}
		}
	})
}

func TestServeRefusesToStart(t *testing.T) {
	dir := t.TempDir()
	run(t, nil, "-mongodb-uri", "mongodb://127.0.0.1:1", "-addr", "127.0.0.1:0").fails(t, "-jwt-secret", "ROOMSTREAM_JWT_SECRET", "openssl rand")
	run(t, nil, "-jwt-secret", "short", "-data-dir", dir).fails(t, "-jwt-secret", "at least 32 bytes")
	running := apptest.Start(t, apptest.Options{Dir: dir})
	run(t, nil, "-addr", running.Addr, "-data-dir", t.TempDir()).fails(t, "-addr", running.Addr)
	run(t, nil, "-addr", "127.0.0.1:0", "-data-dir", dir).fails(t, "-data-dir", dir)
}

func TestServeNamesTheFixForAMongodThatIsNoReplicaSet(t *testing.T) {
	bare := mongotest.Bare(t)
	env := map[string]string{"ROOMSTREAM_JWT_SECRET": apptest.Secret, "ROOMSTREAM_MONGODB_URI": bare.URI}
	run(t, env, "-addr", "127.0.0.1:0").fails(t, "replica set", "rs.initiate")
}

// lockedBuffer is written by the program and read by the test.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func TestServeSaysWhatToOpenAndStopsWhenTold(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var stdout, stderr lockedBuffer
	ended := make(chan error, 1)
	go func() {
		ended <- app.Run(ctx, app.Environment{
			Args:   []string{"-addr", "127.0.0.1:0", "-data-dir", t.TempDir(), "-log-format", "json"},
			Getenv: func(string) string { return "" }, Stdout: &stdout, Stderr: &stderr,
		})
	}()
	deadline := time.Now().Add(apptest.Patience)
	open := regexp.MustCompile(`Open (http://127\.0\.0\.1:\d+) in a browser`)
	for !open.MatchString(stdout.String()) {
		if time.Now().After(deadline) {
			t.Fatalf("it says %q", stdout.String())
		}
		select {
		case err := <-ended:
			t.Fatalf("it ended: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	url := open.FindStringSubmatch(stdout.String())[1]
	if status, _ := request(t, "GET", url+"/healthz", "", ""); status != http.StatusOK {
		t.Errorf("/healthz: %d", status)
	}
	http.DefaultClient.CloseIdleConnections()
	stop()
	if err := <-ended; err != nil {
		t.Errorf("it ended with: %v", err)
	}
	if !strings.Contains(stderr.String(), `"msg":"stopped"`) {
		t.Errorf("the log: %s", stderr.String())
	}
}
