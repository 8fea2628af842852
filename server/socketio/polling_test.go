package socketio

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// poller is a client by HTTP long-polling.

type poller struct {
	s   *stage
	sid string
}

// request makes one request and returns its status and body.

func (s *stage) request(method, query, contentType, body string) (int, string) {
	s.t.Helper()
	r, err := http.NewRequest(method, s.URL+"/socket.io/?"+query, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(b)
}

func (s *stage) poller() (*poller, map[string]any) {
	s.t.Helper()
	status, body := s.request("GET", "EIO=4&transport=polling", "", "")
	var open map[string]any
	if status != 200 || len(body) < 2 || body[0] != '0' || json.Unmarshal([]byte(body[1:]), &open) != nil {
		s.t.Fatalf("polling handshake: %d %q", status, body)
	}
	return &poller{s: s, sid: open["sid"].(string)}, open
}

func (p *poller) get() (int, string) {
	return p.s.request("GET", "EIO=4&transport=polling&sid="+p.sid, "", "")
}

func (p *poller) post(body string) (int, string) {
	return p.s.request("POST", "EIO=4&transport=polling&sid="+p.sid, "text/plain;charset=UTF-8", body)
}

func (p *poller) say(packets ...string) {
	p.s.t.Helper()
	if status, body := p.post(strings.Join(packets, "\x1e")); status != 200 || body != "ok" {
		p.s.t.Fatalf("POST answered %d %q", status, body)
	}
}

// hear polls until a packet with the prefix comes, and answers pings.

func (p *poller) hear(prefix string) string {
	p.s.t.Helper()
	for {
		status, body := p.get()
		if status != 200 {
			p.s.t.Fatalf("poll answered %d %q", status, body)
		}
		for packet := range strings.SplitSeq(body, "\x1e") {
			if packet == "2" {
				p.say("3")
			}
			if strings.HasPrefix(packet, prefix) {
				return packet
			}
		}
	}
}

func (p *poller) connect() {
	p.s.t.Helper()
	p.say("40")
	p.hear(`42["ready"`)
}

func TestPollingFromOpenToEcho(t *testing.T) {
	s := newStage(t)
	p, open := s.poller()
	if up, ok := open["upgrades"].([]any); !ok || len(up) != 1 || up[0] != "websocket" {
		t.Fatalf("open packet %v", open)
	}
	p.connect()
	p.say(`421["echo",{"a":[1,2]}]`, `422["join","room"]`)
	if got := p.hear("431"); got != `431[{"a":[1,2]}]` {
		t.Fatal(got)
	}
	p.say(`42["say","hello"]`, `42["say","again"]`)
	if got := p.hear(`42["said","again"`); got != `42["said","again"]` {
		t.Fatal(got)
	}
}

// probe opens the session's WebSocket and has its probe answered.
