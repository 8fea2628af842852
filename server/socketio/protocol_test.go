package socketio

import (
	"net/http"
	"strings"
	"testing"

	"roomstream/rooms"
	"roomstream/server/engineio"
)

// The cases of Engine.IO's revision 4 and Socket.IO's revision 5, over raw sockets.

func TestWebSocketFromOpenToEcho(t *testing.T) {
	s := newStage(t)
	c, open := s.open()
	if open["pingInterval"] != 25000.0 || open["pingTimeout"] != 30000.0 || open["maxPayload"] != 1000000.0 || len(open["upgrades"].([]any)) != 0 || open["sid"] == "" {
		t.Fatalf("open packet %v", open)
	}
	c.connect()
	c.healthy()
	other := s.join()
	other.ask("join", `"room"`)
	c.ask("join", `"room"`)
	c.text(`42["say",{"a":1}]`)
	c.expect(`42["said",{"a":1}]`)
	other.expect(`42["said",{"a":1}]`)
	other.ask("leave", `"room"`)
	if n := s.io.members("room"); n != 1 {
		t.Fatalf("%d members", n)
	}
}

func TestHandshakeIsRefusedInTheEnginesForm(t *testing.T) {
	s := newStage(t)
	for _, tc := range []struct {
		method, query string
		status        int
		body          string
	}{
		{"GET", "transport=polling", 400, `{"code":5,"message":"Unsupported protocol version"}`},
		{"GET", "EIO=abc&transport=polling", 400, `{"code":5,"message":"Unsupported protocol version"}`},
		{"GET", "EIO=3&transport=polling", 400, `{"code":5,"message":"Unsupported protocol version"}`},
		{"GET", "EIO=4", 400, `{"code":0,"message":"Transport unknown"}`},
		{"GET", "EIO=4&transport=abc", 400, `{"code":0,"message":"Transport unknown"}`},
		{"GET", "EIO=4&transport=polling&j=0", 400, `{"code":0,"message":"Transport unknown"}`},
		{"GET", "EIO=4&transport=websocket", 400, `{"code":3,"message":"Bad request"}`},
		{"GET", "EIO=4&transport=polling&sid=none", 400, `{"code":1,"message":"Session ID unknown"}`},
		{"POST", "EIO=4&transport=polling&sid=none", 400, `{"code":1,"message":"Session ID unknown"}`},
		{"POST", "EIO=4&transport=polling", 400, `{"code":2,"message":"Bad handshake method"}`},
		{"PUT", "EIO=4&transport=polling", 400, `{"code":2,"message":"Bad handshake method"}`},
		{"DELETE", "EIO=4&transport=polling", 400, `{"code":2,"message":"Bad handshake method"}`},
	} {
		if status, body := s.request(tc.method, tc.query, "", ""); status != tc.status || body != tc.body {
			t.Errorf("%s %s: %d %s, want %d %s", tc.method, tc.query, status, body, tc.status, tc.body)
		}
	}
	for path, want := range map[string]int{"/": 404, "/socket.io/x": 404, "/socket.io.js": 404, "/socket.io/socket.io.js": 404, "/socket.io": 400} {
		r, err := http.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != want {
			t.Errorf("GET %s: %s", path, r.Status)
		}
	}
	if n := s.io.Connections(); n != 0 {
		t.Errorf("%d connections", n)
	}
}

func TestWebSocketHandshakeIsChecked(t *testing.T) {
	s := newStage(t)
	good := handshakeLines(s, "")
	for name, tc := range map[string]struct {
		request string
		status  int
	}{
		"no key":          {strings.Replace(good, "Sec-WebSocket-Key", "X-Key", 1), 400},
		"short key":       {strings.Replace(good, "dGhlIHNhbXBsZSBub25jZQ==", "dGhl", 1), 400},
		"key not base64":  {strings.Replace(good, "dGhlIHNhbXBsZSBub25jZQ==", "!", 1), 400},
		"another version": {strings.Replace(good, "Version: 13", "Version: 8", 1), 426},
		"no version":      {strings.Replace(good, "Sec-WebSocket-Version", "X-Version", 1), 426},
		"POST":            {strings.Replace(good, "GET", "POST", 1), 400},
		"HTTP/1.0":        {strings.Replace(good, "HTTP/1.1", "HTTP/1.0", 1), 400},
		"no upgrade":      {strings.Replace(good, "Connection: Upgrade", "Connection: close", 1), 400},
		"revision 3":      {strings.Replace(good, "EIO=4", "EIO=3", 1), 400},
		"polling":         {strings.Replace(good, "transport=websocket", "transport=polling", 1), 400},
		"unknown session": {handshakeLines(s, "&sid=none"), 400},
	} {
		c := s.raw()
		c.write([]byte(tc.request))
		r, err := http.ReadResponse(c.in, nil)
		if err != nil || r.StatusCode != tc.status {
			t.Errorf("%s: %v %v, want %d", name, r, err, tc.status)
		}
		c.conn.Close()
	}
	// Header fields are lists, and their case does not matter.
	c := s.raw()
	c.write([]byte(strings.NewReplacer("Connection: Upgrade", "connection: keep-alive, upgrade", "Upgrade: websocket", "UPGRADE: WebSocket").Replace(good)))
	c.accepted()
}

func TestPingPong(t *testing.T) {
	s := newStage(t, fast)
	c, _ := s.open()
	c.connect()
	c.pings = true
	for range 3 {
		c.expect("2")
		c.text("3")
	}
	// Unanswered, it is the end.
	c.expect("2")
	if code, _, texts := c.closed(); code != 0 || len(texts) != 0 {
		t.Errorf("closed with %d after %q", code, texts)
	}
	p, _ := s.poller()
	p.connect()
	p.hear("2")
	p.hear("2")
	if status, body := p.get(); status != 200 || body != "2" {
		t.Errorf("third ping: %d %q", status, body)
	}
	if status, body := p.get(); status != 200 || body != "1" {
		t.Errorf("poll of a session that timed out: %d %q", status, body)
	}
	if status, _ := p.get(); status != 400 {
		t.Errorf("poll after the end: %d", status)
	}
	if status, _ := p.post("40"); status != 400 {
		t.Errorf("POST after the end: %d", status)
	}
}

func TestClientCloses(t *testing.T) {
	s := newStage(t)
	for name, tc := range map[string]struct {
		frame []byte
		code  int
	}{
		"engine's close":      {textFrame("1"), 1000},
		"with a code":         {masked(0x88, []byte{0x03, 0xe8, 'b', 'y', 'e'}), 1000},
		"with a code of ours": {masked(0x88, []byte{0x0f, 0xa0}), 4000},
		"without a code":      {masked(0x88, nil), engineio.CloseNoCode},
		"with half a code":    {masked(0x88, []byte{3}), 1002},
		"with 1005":           {masked(0x88, []byte{0x03, 0xed}), 1002},
		"with 1006":           {masked(0x88, []byte{0x03, 0xee}), 1002},
		"with 999":            {masked(0x88, []byte{0x03, 0xe7}), 1002},
		"with 5000":           {masked(0x88, []byte{0x13, 0x88}), 1002},
		"reason not UTF-8":    {masked(0x88, []byte{0x03, 0xe8, 0xff}), 1007},
	} {
		c := s.join()
		session := s.chat.last(t)
		c.text(`421["echo",1]`)
		c.write(tc.frame)
		c.try(textFrame(`422["echo",2]`)) // nobody handles what comes behind
		code, _, texts := c.closed()
		if code != tc.code {
			t.Errorf("%s: closed with %d, want %d", name, code, tc.code)
		}
		if len(texts) != 1 || texts[0] != "431[1]" {
			t.Errorf("%s: got %q", name, texts)
		}
		within(t, "closed", func() bool { return strings.Join(session.log(), " ") == "connected echo1 closed" })
		c.conn.Close()
	}
	p, _ := s.poller()
	p.connect()
	answer := make(chan string, 1)
	go func() {
		_, body := p.get()
		answer <- body
	}()
	within(t, "the poll to wait", func() bool {
		return s.chat.last(t) != nil && s.io.Connections() == 1
	})
	p.say("1")
	// It may come behind the end, or in the midst of it.
	switch body := <-answer; body {
	case "6", `{"code":1,"message":"Session ID unknown"}`, `{"code":3,"message":"Bad request"}`:
	default:
		t.Errorf("the poll was answered %q", body)
	}
	if status, _ := p.get(); status != 400 {
		t.Errorf("poll after the end: %d", status)
	}
}

var _ rooms.Emitter = (*Server)(nil)
