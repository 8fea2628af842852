package app_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// -shutdown-timeout bounds a stop that somebody holds up: by a body whose rest never comes, and by polling that does not come for what it is to be told. The
// bound here lies far behind it, for a busy machine, and before what the default would take.
func TestAStopThatIsHeldUpEndsWithItsTimeout(t *testing.T) {
	const timeout, most = 2 * time.Second, 7 * time.Second
	running := apptest.Start(t, apptest.Options{Configure: func(c *app.Config) { c.ShutdownTimeout = timeout }})
	pollsNoMore(t, running)
	hold, err := net.Dial("tcp", running.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	fmt.Fprintf(hold, "POST /api/auth/guest HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n", running.Addr)
	// The answer says that the request is in hand.
	if line, err := bufio.NewReader(hold).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("answered %q, %v", line, err)
	}
	if _, err := io.WriteString(hold, `{"name":"`); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	running.Stop()
	took := time.Since(began)
	if took < timeout/2 {
		t.Errorf("it took %s: nothing held it up", took)
	}
	if took > most {
		t.Errorf("it took %s, and -shutdown-timeout is %s", took, timeout)
	}
}

// pollsNoMore connects a client of Socket.IO by polling, which fetches nothing afterwards.
func pollsNoMore(t *testing.T, running *apptest.App) {
	t.Helper()
	const path = "/socket.io/?EIO=4&transport=polling"
	_, opened := request(t, http.MethodGet, running.URL+path, "", "")
	sid := regexp.MustCompile(`"sid":"([^"]+)"`).FindStringSubmatch(opened)
	if sid == nil {
		t.Fatalf("polling is answered %q", opened)
	}
	response, err := http.Post(running.URL+path+"&sid="+sid[1], "text/plain;charset=UTF-8", strings.NewReader(`40{"token":"`+running.Token("ann")+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if answer, err := io.ReadAll(response.Body); err != nil || string(answer) != "ok" {
		t.Fatalf("the CONNECT is answered %d %q, %v", response.StatusCode, answer, err)
	}
}
