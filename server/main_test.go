package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"roomstream/auth"
	"roomstream/rooms/mongodb/mongotest"
)

// asProgram makes the test binary be the program: what is tested with signals must be
// a process of its own.
const asProgram = "ROOMSTREAM_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	goleak.VerifyTestMain(mongotest.Main(m))
}

const secret = "a-secret-for-tests-of-at-least-32-bytes"

// program is the server in a process of its own.
type program struct {
	cmd  *exec.Cmd
	url  string
	rest sync.WaitGroup // who reads the rest of its output
}

func start(t *testing.T, args ...string) *program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{cmd: exec.Command(self, append([]string{"-addr", "127.0.0.1:0", "-jwt-secret", secret}, args...)...)}
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
	p.cmd.Stderr = t.Output()
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	reader := bufio.NewReader(stdout)
	line, err := reader.ReadString('\n')
	url := regexp.MustCompile(`http://\S+`).FindString(line)
	if err != nil || url == "" {
		t.Fatalf("it says %q, %v", line, err)
	}
	p.url = url
	p.rest.Go(func() { _, _ = io.Copy(io.Discard, reader) })
	p.awaitReady(t)
	return p
}

func (p *program) awaitReady(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		response, err := http.Get(p.url + "/readyz")
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("it is not ready: %v", err)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// kill ends the process, if it has not ended.
func (p *program) kill() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill() // it may just have ended by itself
		_ = p.wait()             // killed is what it is
	}
}

// wait returns how the process ended.
func (p *program) wait() error {
	p.rest.Wait()
	http.DefaultClient.CloseIdleConnections()
	return p.cmd.Wait()
}

func token(t *testing.T) string {
	t.Helper()
	tokens, err := auth.NewTokens(auth.TokenOptions{Secret: []byte(secret)})
	if err != nil {
		t.Fatal(err)
	}
	text, err := tokens.Issue(auth.User{ID: "alice"}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// post sends one message; an error says that there was no answer.
func post(url, token, clientID string) (status int, seq int64, err error) {
	body := fmt.Sprintf(`{"text":"%s","clientId":"%s"}`, clientID, clientID)
	request, err := http.NewRequest("POST", url+"/api/rooms/general/messages", strings.NewReader(body))
	if err != nil {
		return 0, 0, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, 0, err
	}
	defer response.Body.Close()
	var sent struct{ Seq int64 }
	err = json.NewDecoder(response.Body).Decode(&sent)
	return response.StatusCode, sent.Seq, err
}

// history reads the room from the start: each clientId and its seq. It fails the test
// when a message is there twice or a number is missing.
func history(t *testing.T, url, token string) map[string]int64 {
	t.Helper()
	stored := map[string]int64{}
	for last := int64(0); ; {
		request, err := http.NewRequest("GET", fmt.Sprintf("%s/api/rooms/general/messages?limit=100&after=%d", url, last), nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		var page struct {
			Messages []struct {
				Seq      int64
				ClientID string
			}
			HasAfter bool
		}
		err = json.NewDecoder(response.Body).Decode(&page)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("history: %d, %v", response.StatusCode, err)
		}
		for _, message := range page.Messages {
			if _, twice := stored[message.ClientID]; twice {
				t.Errorf("%s is there twice", message.ClientID)
			}
			if message.Seq != last+1 {
				t.Errorf("seq %d follows %d", message.Seq, last)
			}
			stored[message.ClientID], last = message.Seq, message.Seq
		}
		if !page.HasAfter {
			return stored
		}
	}
}

// writers post from several goroutines until their server is gone, and call after once
// so many were acked. They return what was acked, and which answers were others.
func writers(url, token string, after int, call func()) (acked map[string]int64, others []string) {
	const count, each = 8, 5000
	var (
		mu    sync.Mutex
		group sync.WaitGroup
		once  sync.Once
	)
	acked = map[string]int64{}
	for w := range count {
		group.Go(func() {
			for n := range each {
				id := fmt.Sprintf("w%d-%d", w, n)
				status, seq, err := post(url, token, id)
				if err != nil {
					return
				}
				mu.Lock()
				if status == http.StatusCreated || status == http.StatusOK {
					acked[id] = seq
				} else {
					others = append(others, fmt.Sprintf("%s: %d", id, status))
				}
				enough := len(acked) >= after
				mu.Unlock()
				if enough {
					once.Do(call)
				}
			}
		})
	}
	group.Wait()
	return acked, others
}

// onEveryStore gives the flags of each store.
func onEveryStore(t *testing.T, test func(t *testing.T, flags []string)) {
	t.Run("embedded", func(t *testing.T) { test(t, []string{"-data-dir", t.TempDir()}) })
	t.Run("MongoDB", func(t *testing.T) {
		server := mongotest.Shared(t)
		test(t, []string{"-mongodb-uri", server.URI, "-mongodb-database", server.Database(t)})
	})
}

func TestSIGTERMAnswersWhatWasSentAndEndsWithin10s(t *testing.T) {
	onEveryStore(t, func(t *testing.T, flags []string) {
		first := start(t, flags...)
		alice := token(t)
		var began time.Time
		acked, others := writers(first.url, alice, 200, func() {
			began = time.Now()
			_ = first.cmd.Process.Signal(syscall.SIGTERM) // it may not have ended: 200 acks came just now
		})
		if err := first.wait(); err != nil {
			t.Errorf("it ended with %v", err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %s to end", took)
		}
		for _, other := range others {
			if !strings.HasSuffix(other, ": 503") { // "I am stopping" is an answer
				t.Errorf("answered %s", other)
			}
		}
		second := start(t, flags...)
		stored := history(t, second.url, alice)
		for id, seq := range acked {
			if stored[id] != seq {
				t.Errorf("%s was acked as %d and is stored as %d", id, seq, stored[id])
			}
		}
	})
}

func TestSIGKILLLosesNothingThatWasAcked(t *testing.T) {
	onEveryStore(t, func(t *testing.T, flags []string) {
		alice := token(t)
		first := start(t, flags...)
		acked, others := writers(first.url, alice, 300, func() { _ = first.cmd.Process.Kill() })
		if err := first.wait(); err == nil {
			t.Fatal("it was not killed")
		}
		if len(others) > 0 {
			t.Errorf("answered %v", others)
		}
		second := start(t, flags...)
		stored := history(t, second.url, alice)
		for id, seq := range acked {
			if stored[id] != seq {
				t.Errorf("%s was acked as %d and is stored as %d", id, seq, stored[id])
			}
		}
		// Sent again with the same clientId, nothing is there twice, acked or not.
		for id := range stored {
			if status, seq, err := post(second.url, alice, id); err != nil || status != http.StatusOK || seq != stored[id] {
				t.Fatalf("%s again: %d, seq %d, %v", id, status, seq, err)
			}
		}
		if again := history(t, second.url, alice); len(again) != len(stored) {
			t.Errorf("%d messages became %d", len(stored), len(again))
		}
	})
}

func TestASecondSignalASecondLaterEndsAtOnce(t *testing.T) {
	p := start(t, "-data-dir", t.TempDir())
	// A request whose body does not come holds the stop up.
	address := strings.TrimPrefix(p.url, "http://")
	hold, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	fmt.Fprintf(hold, "POST /api/auth/guest HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n", address)
	// The answer says that the request is in hand.
	if line, err := bufio.NewReader(hold).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("answered %q, %v", line, err)
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for { // until it stops: the port is closed
		response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(p.url + "/healthz")
		if err != nil {
			break
		}
		response.Body.Close()
	}
	began := time.Now()
	ended := make(chan error, 1)
	go func() { ended <- p.wait() }()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for waiting := true; waiting; {
		select {
		case <-again.C:
			_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended since
		case err = <-ended:
			waiting = false
		}
	}
	var exit *exec.ExitError
	if took := time.Since(began); !errors.As(err, &exit) || took > 5*time.Second {
		t.Errorf("it ended with %v after %s", err, took)
	}
}

func TestMistakesAreToldOnStandardErrorAndExitIs1(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-log-format", "xml")
	cmd.Env = append(os.Environ(), asProgram+"=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(stderr.String(), "-log-format (ROOMSTREAM_LOG_FORMAT)") {
		t.Errorf("%v, %q", err, stderr.String())
	}
}
