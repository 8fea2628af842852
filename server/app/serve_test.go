package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(mongotest.Main(m)) }

// stores runs a test on every store.
func stores(t *testing.T, test func(t *testing.T, o apptest.Options)) {
	t.Run("embedded", func(t *testing.T) { test(t, apptest.Options{Dir: t.TempDir()}) })
	t.Run("MongoDB", func(t *testing.T) {
		server := mongotest.Shared(t)
		test(t, apptest.Options{MongoDBURI: server.URI, Database: server.Database(t)})
	})
}

func request(t *testing.T, method, url, token, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

func TestWhatWasPostedIsThereAfterARestart(t *testing.T) {
	stores(t, func(t *testing.T, o apptest.Options) {
		first := apptest.Start(t, o)
		status, answer := request(t, "POST", first.URL+"/api/rooms/general/messages", first.Token("alice"), `{"text":"hello"}`)
		if status != http.StatusCreated {
			t.Fatalf("POST: %d %s", status, answer)
		}
		first.Stop()
		second := apptest.Start(t, o)
		_, answer = request(t, "GET", second.URL+"/api/rooms/general/messages", second.Token("bob"), "")
		var page struct {
			Messages []struct{ Text, Author string }
		}
		if err := json.Unmarshal([]byte(answer), &page); err != nil {
			t.Fatal(err)
		}
		if len(page.Messages) != 1 || page.Messages[0].Text != "hello" || page.Messages[0].Author != "alice" {
			t.Errorf("the history is %s", answer)
		}
	})
}

func TestAccountsOutliveTheirServer(t *testing.T) {
	stores(t, func(t *testing.T, o apptest.Options) {
		const credentials = `{"name":"Ann","password":"correct horse"}`
		first := apptest.Start(t, o)
		if status, answer := request(t, "POST", first.URL+"/api/auth/register", "", credentials); status != http.StatusCreated {
			t.Fatalf("register: %d %s", status, answer)
		}
		if status, answer := request(t, "POST", first.URL+"/api/auth/register", "", `{"name":"ANN","password":"another one"}`); status != http.StatusConflict {
			t.Errorf("a taken name: %d %s", status, answer)
		}
		first.Stop()
		second := apptest.Start(t, o)
		if status, answer := request(t, "POST", second.URL+"/api/auth/login", "", credentials); status != http.StatusOK {
			t.Errorf("login: %d %s", status, answer)
		}
	})
}

func TestTwoInstancesOnOneDatabaseAreOneChat(t *testing.T) {
	server := mongotest.Shared(t)
	o := apptest.Options{MongoDBURI: server.URI, Database: server.Database(t)}
	first, second := apptest.Start(t, o), apptest.Start(t, o)
	const each = 20
	for i := range each {
		for _, instance := range []*apptest.App{first, second} {
			status, answer := request(t, "POST", instance.URL+"/api/rooms/general/messages", instance.Token("alice"), fmt.Sprintf(`{"text":"%d"}`, i))
			if status != http.StatusCreated {
				t.Fatalf("POST: %d %s", status, answer)
			}
		}
	}
	var page struct {
		Messages []struct{ Seq int64 }
	}
	_, answer := request(t, "GET", second.URL+"/api/rooms/general/messages?after=0&limit=100", second.Token("alice"), "")
	if err := json.Unmarshal([]byte(answer), &page); err != nil {
		t.Fatal(err)
	}
	if len(page.Messages) != 2*each {
		t.Fatalf("%d messages, want %d", len(page.Messages), 2*each)
	}
	for i, message := range page.Messages {
		if message.Seq != int64(i+1) {
			t.Errorf("message %d has seq %d", i, message.Seq)
		}
	}
}

func TestStopAnswersWhatIsInHand(t *testing.T) {
	stores(t, func(t *testing.T, o apptest.Options) {
		running := apptest.Start(t, o)
		token := running.Token("alice")
		// A body half sent is a request in hand.
		conn, err := net.Dial("tcp", running.Addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		const head, tail = `{"text":`, `"last words"}`
		fmt.Fprintf(conn, "POST /api/rooms/general/messages HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n",
			running.Addr, token, len(head)+len(tail))
		reader := bufio.NewReader(conn)
		if line, err := reader.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
			t.Fatalf("the server does not read the body: %q, %v", line, err)
		}
		if _, err := reader.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(conn, head)
		stopped := make(chan struct{})
		go func() { defer close(stopped); running.Stop() }()
		awaitClosedPort(t, running.Addr)
		fmt.Fprint(conn, tail)
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatalf("the request in hand got no answer: %v", err)
		}
		response.Body.Close()
		// Stored, or told that it was not: both are answers.
		if response.StatusCode != http.StatusCreated && response.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("the request in hand: %d", response.StatusCode)
		}
		awaitStopped(t, stopped)
	})
}

// awaitStopped waits until a server has stopped.
func awaitStopped(t *testing.T, stopped <-chan struct{}) {
	t.Helper()
	select {
	case <-stopped:
	case <-time.After(apptest.Patience):
		t.Fatal("the server does not stop")
	}
}

func awaitClosedPort(t *testing.T, addr string) {
	t.Helper()
	deadline := time.Now().Add(apptest.Patience)
	for {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		conn.Close()
		if time.Now().After(deadline) {
			t.Fatal("the port is still open")
		}
	}
}

// A caller that sends a byte now and then must not keep a stopping server.
func TestStopDoesNotWaitForEver(t *testing.T) {
	t.Parallel() // it mostly waits
	running := apptest.Start(t, apptest.Options{})
	conn := beginRequest(t, running.Addr, "POST /api/auth/guest")
	stopped := make(chan struct{})
	go func() { defer close(stopped); running.Stop() }()
	awaitStopped(t, stopped)
	if answer, _ := io.ReadAll(conn); len(answer) > 0 { // it was not cut off
		t.Errorf("the server has waited until it could answer %q", answer)
	}
}

func TestReadinessIsRedWhileStopping(t *testing.T) {
	running := apptest.Start(t, apptest.Options{})
	// Two requests are in hand: one keeps the stopping server waiting, one asks meanwhile.
	hold := beginRequest(t, running.Addr, "POST /api/auth/guest")
	ask := beginRequest(t, running.Addr, "GET /readyz")
	stopped := make(chan struct{})
	go func() { defer close(stopped); running.Stop() }()
	awaitClosedPort(t, running.Addr)
	fmt.Fprint(ask, "{}")
	response, err := http.ReadResponse(bufio.NewReader(ask), nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Errorf("/readyz of a stopping server: %d, Retry-After %q", response.StatusCode, response.Header.Get("Retry-After"))
	}
	fmt.Fprint(hold, "{}")
	<-stopped
}

// beginRequest sends all of a request but its body, "{}", and returns when the server
// waits for that.
func beginRequest(t *testing.T, addr, line string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n", line)
	const interim = "HTTP/1.1 100 Continue\r\n\r\n"
	got := make([]byte, len(interim))
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != interim {
		t.Fatalf("the server does not read the body: %q, %v", got, err)
	}
	return conn
}

func TestOnePortServesEverything(t *testing.T) {
	running := apptest.Start(t, apptest.Options{})
	tests := []struct {
		path, contentType string
		status            int
	}{
		{"/healthz", "application/json", http.StatusOK},
		{"/readyz", "application/json", http.StatusOK},
		{"/api/openapi.json", "application/json", http.StatusOK},
		{"/api/nothing", "application/json", http.StatusNotFound},
		{"/", "text/html; charset=utf-8", http.StatusOK},
	}
	for _, tt := range tests {
		response, err := http.Get(running.URL + tt.path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != tt.status || response.Header.Get("Content-Type") != tt.contentType {
			t.Errorf("%s: %d %q, want %d %q", tt.path, response.StatusCode, response.Header.Get("Content-Type"), tt.status, tt.contentType)
		}
	}
	response, err := http.Get(running.URL + "/socket.io/?EIO=4&transport=polling")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	open, err := io.ReadAll(response.Body)
	if err != nil || !strings.HasPrefix(string(open), `0{`) || !strings.Contains(string(open), `"sid":"`) {
		t.Errorf("/socket.io/ opened with %q, %v", open, err)
	}
}

func TestAFailedStartLetsGoOfTheStore(t *testing.T) {
	dir := t.TempDir()
	c := app.DefaultConfig()
	c.DataDir, c.AllowedOrigins = dir, []string{"not an origin"}
	if _, err := app.New(context.Background(), app.Options{Config: c}); err == nil {
		t.Fatal("a bad origin was accepted")
	}
	apptest.Start(t, apptest.Options{Dir: dir}) // fails while another holds the folder
}
