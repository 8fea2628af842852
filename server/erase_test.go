package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

// command runs a command of the program in a process of its own.
func command(t *testing.T, args ...string) (stdout string, err error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, t.Output()
	err = cmd.Run()
	return out.String(), err
}

// replay asks an instance for all of the room, and makes it keep that for the next who
// asks. Who asks is not the user that is erased: his sockets are closed.
func replay(t *testing.T, url string) string {
	t.Helper()
	tokens, err := auth.NewTokens(auth.TokenOptions{Secret: []byte(secret)})
	if err != nil {
		t.Fatal(err)
	}
	reader, err := tokens.Issue(auth.User{ID: "reader"}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	ack, err := apptest.Dial(t, url, reader).Call("sync", `{"rooms":{"general":0}}`)
	if err != nil {
		t.Fatal(err)
	}
	return string(ack)
}

// An instance that hangs sends no heartbeats and is not waited for. When it goes on, what
// it kept from before must not be served: it missed the deletes and the request to drop it.
func TestAnInstanceThatHungDuringAnErasureServesNothingOfIt(t *testing.T) {
	const messages = 30
	server := mongotest.Shared(t)
	flags := []string{"-mongodb-uri", server.URI, "-mongodb-database", server.Database(t)}
	live, hung := start(t, flags...), start(t, flags...)
	alice := token(t)
	for i := range messages {
		if status, _, err := post(live.url, alice, fmt.Sprint("secret-", i)); err != nil || status != http.StatusCreated {
			t.Fatalf("message %d: %d, %v", i, status, err)
		}
	}
	for _, p := range []*program{live, hung} {
		if got := replay(t, p.url); strings.Count(got, `"text":"secret-`) != messages {
			t.Fatalf("before: %s", got)
		}
	}
	if err := hung.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hung.cmd.Process.Signal(syscall.SIGCONT) }() // a failed test left it so, perhaps
	stdout, err := command(t, append([]string{"erase", "-user", "alice"}, flags...)...)
	if err != nil || !strings.Contains(stdout, fmt.Sprint(messages, " messages deleted")) {
		t.Fatalf("erase: %v, %q", err, stdout)
	}
	// It has ended, though one instance hangs: it did not wait for that.
	if err := hung.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]*program{"the one that hung": hung, "the other": live} {
		if got := replay(t, p.url); strings.Contains(got, `"text":"secret`) || strings.Count(got, `"deleted":true`) != messages {
			t.Errorf("%s still replays %s", name, got)
		}
	}
	// Nothing is left to do, and now both confirm.
	if stdout, err := command(t, append([]string{"erase", "-user", "alice"}, flags...)...); err != nil || !strings.Contains(stdout, "0 messages deleted, 0 events blanked") {
		t.Errorf("again: %v, %q", err, stdout)
	}
}
