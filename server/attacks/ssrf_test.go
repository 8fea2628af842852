package attacks

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/server/app/apptest"
)

// canary listens inside, and counts who knocks.
type canary struct {
	listener net.Listener
	knocks   atomic.Int64
	ended    chan struct{}
}

func newCanary(t *testing.T, address string) *canary {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c := &canary{listener: listener, ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			c.knocks.Add(1)
			conn.Close()
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		<-c.ended
	})
	return c
}

// inside are ways to write addresses of this machine, and of what clouds keep their secrets at.
var inside = []string{
	"127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.000.000.001", "0.0.0.0", "0", "localhost", "LOCALHOST", "localhost.",
	"[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1%25lo]", "[::1%25lo]",
	"169.254.169.254", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "10.0.0.1", "192.168.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1",
}

// Addresses of the inside that users have this server call: as webhooks' targets, as push services and as links to be shown. Each is refused
// when it is given, or not dialled, however it is written; where a name leads when it is dialled, and where an answer leads on to, is
// TestANameThatLeadsInwardsIsNotDialled, TestAServiceInsideIsNotDialled and TestPrivateAddressesAreNotCalled.
func TestSSRF(t *testing.T) {
	s := newStage(t, apptest.Options{})
	four := newCanary(t, "127.0.0.1:0")
	_, port, err := net.SplitHostPort(four.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if six, err := net.Listen("tcp", "[::1]:"+port); err == nil { // where there is such an address
		six.Close()
		defer func(c *canary) {
			if n := c.knocks.Load(); n != 0 {
				t.Errorf("the address inside of IPv6 was called %d times", n)
			}
		}(newCanary(t, "[::1]:"+port))
	}
	var given []string
	links := ""
	for _, host := range inside {
		for _, authority := range []string{host + ":" + port, "example.com@" + host + ":" + port} {
			target := "http://" + authority + "/"
			a := s.call(http.MethodPost, "/api/rooms/den/webhooks", s.ann, `{"url":`+write(target)+`,"events":["new_message"]}`)
			switch {
			case a.status == http.StatusCreated:
				var made struct{ Webhook struct{ ID string } }
				if err := json.Unmarshal(a.body, &made); err != nil {
					t.Fatal(err)
				}
				given = append(given, made.Webhook.ID)
			case a.status != http.StatusBadRequest || a.field() != "url":
				t.Errorf("a webhook to %s: %d %s", target, a.status, a.body)
			}
			push := object{"endpoint": strings.Replace(target, "http:", "https:", 1), "keys": object{"p256dh": samples()["p256dh"], "auth": samples()["auth"]}}
			if a := s.call(http.MethodPut, "/api/push/subscriptions", s.ann, write(push)); a.status > 299 && a.field() != "endpoint" {
				t.Errorf("a push service at %s: %d %s", target, a.status, a.body)
			}
			links += target + " "
		}
	}
	for at := 0; at < len(links); at += maxText {
		s.must(http.MethodPost, "/api/rooms/den/messages", `{"text":`+write(links[at:min(at+maxText, len(links))])+`}`)
	}
	s.previewsAreEmpty()
	for _, id := range given {
		s.isRefused(id)
	}
	if len(given) == 0 {
		t.Error("no name was taken as it stands: nothing was held back when it was dialled")
	}
	if n := four.knocks.Load(); n != 0 {
		t.Errorf("the address inside was called %d times", n)
	}
}

// maxText is how much is said in one message, in bytes.
const maxText = 4000

// isRefused waits until a delivery of a webhook was tried, and wants it not to have left.
func (s *stage) isRefused(id string) {
	s.t.Helper()
	for end := time.Now().Add(apptest.Patience); ; {
		var found struct{ Cursors []struct{ LastError string } }
		a := s.must(http.MethodGet, "/api/rooms/den/webhooks/"+id+"/cursors", "")
		if err := json.Unmarshal(a.body, &found); err != nil {
			s.t.Fatal(err)
		}
		if len(found.Cursors) == 1 && found.Cursors[0].LastError != "" {
			if strings.Contains(found.Cursors[0].LastError, "answers") {
				s.t.Errorf("it left: %s", a.body)
			}
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("nothing was tried within %v: %s", apptest.Patience, a.body)
		}
		<-time.After(10 * time.Millisecond)
	}
}

// previewsAreEmpty waits until the links of den's first messages were looked at, and wants nothing to be shown of them.
func (s *stage) previewsAreEmpty() {
	s.t.Helper()
	for end := time.Now().Add(apptest.Patience); ; {
		a := s.must(http.MethodGet, "/api/rooms/den/previews?seqs=2,3", "")
		if strings.Contains(string(a.body), `"pending":[]`) {
			if !strings.Contains(string(a.body), `"previews":[]`) {
				s.t.Errorf("shown is %s", a.body)
			}
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("still pending after %v: %s", apptest.Patience, a.body)
		}
		<-time.After(10 * time.Millisecond)
	}
}
