package socketio

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

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
	if body := <-answer; body != "6" && body != `{"code":1,"message":"Session ID unknown"}` {
		t.Errorf("the poll was answered %q", body)
	}
	if status, _ := p.get(); status != 400 {
		t.Errorf("poll after the end: %d", status)
	}
}

func TestFramesAreReadAsRFC6455Says(t *testing.T) {
	s := newStage(t)
	echo := `421["echo","ä"]`
	whole := textFrame(echo)
	split := func(first byte, at int) []byte {
		b := []byte(echo)
		return append(masked(first, b[:at]), masked(0x80, b[at:])...)
	}
	for name, frames := range map[string][]byte{
		"two fragments":                   split(0x01, 5),
		"split within a character":        split(0x01, 13),
		"a ping between the fragments":    append(append(masked(0x01, []byte(echo[:5])), masked(0x89, []byte("p"))...), masked(0x80, []byte(echo[5:]))...),
		"empty fragments":                 append(append(masked(0x01, nil), bytes.Repeat(masked(0x00, nil), 1000)...), masked(0x80, []byte(echo))...),
		"length in 2 bytes":               append([]byte{0x81, 0xfe, 0, byte(len(echo)), 0, 0, 0, 0}, echo...),
		"length in 8 bytes":               append([]byte{0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, byte(len(echo)), 0, 0, 0, 0}, echo...),
		"a pong nobody asked for":         append(masked(0x8a, []byte("p")), whole...),
		"a noop of the engine in between": append(textFrame("6"), whole...),
	} {
		for _, step := range []int{len(frames), 1, 3} {
			c := s.join()
			for at := 0; at < len(frames); at += step {
				c.write(frames[at:min(at+step, len(frames))])
			}
			for {
				op, payload, err := c.frame()
				if err != nil {
					t.Fatalf("%s, %d bytes a write: %v", name, step, err)
				}
				if op == 10 && string(payload) == "p" {
					continue
				}
				if op != 1 || string(payload) != `431["ä"]` {
					t.Errorf("%s, %d bytes a write: %d %q", name, step, op, payload)
				}
				break
			}
			c.conn.Close()
		}
	}
	huge := func(n ...byte) []byte { return append(append([]byte{0x81, 0xff}, n...), 1, 2, 3, 4) }
	for name, tc := range map[string]struct {
		frames []byte
		code   int
	}{
		"not masked":                {append([]byte{0x81, byte(len(echo))}, echo...), 1002},
		"reserved bit 1":            {masked(0xc1, []byte("3")), 1002},
		"reserved bit 2":            {masked(0xa1, []byte("3")), 1002},
		"reserved bit 3":            {masked(0x91, []byte("3")), 1002},
		"opcode 3":                  {masked(0x83, []byte("3")), 1002},
		"opcode 11":                 {masked(0x8b, []byte("3")), 1002},
		"fragmented ping":           {masked(0x09, nil), 1002},
		"long ping":                 {masked(0x89, make([]byte, 126)), 1002},
		"continuation of nothing":   {masked(0x80, []byte("3")), 1002},
		"text within fragments":     {append(masked(0x01, []byte("4")), textFrame("3")...), 1002},
		"not UTF-8":                 {masked(0x81, []byte("42[\"echo\",\"\xff\"]")), 1007},
		"half a character":          {masked(0x81, []byte("42[\"echo\",\"\xc3")), 1007},
		"not UTF-8 over fragments":  {append(masked(0x01, []byte("42[\"echo\",\"\xc3")), masked(0x80, []byte("\"]"))...), 1007},
		"2^63 bytes announced":      {huge(0x80, 0, 0, 0, 0, 0, 0, 0), 1009},
		"2^62 bytes announced":      {huge(0x40, 0, 0, 0, 0, 0, 0, 0), 1009},
		"all ones announced":        {huge(255, 255, 255, 255, 255, 255, 255, 255), 1009},
		"one byte over maxPayload":  {huge(0, 0, 0, 0, 0, 0x0f, 0x42, 0x41), 1009},
		"fragments over maxPayload": {append(masked(0x01, make([]byte, 600_000)), masked(0x80, make([]byte, 600_000))...), 1009},
		"binary over maxPayload":    {append(append([]byte{0x82, 0xff, 0, 0, 0, 0, 0, 0x0f, 0x42, 0x41}, 1, 2, 3, 4), 1), 1009},
	} {
		c := s.join()
		c.try(tc.frames)
		if code, reason, _ := c.closed(); code != tc.code {
			t.Errorf("%s: closed with %d %q, want %d", name, code, reason, tc.code)
		}
		c.conn.Close()
	}
	// Exactly maxPayload is taken.
	c := s.join()
	text := `421["echo","` + strings.Repeat("x", 1_000_000-len(`421["echo",""]`)) + `"]`
	c.text(text)
	c.expect(`431` + strings.TrimPrefix(strings.Replace(text, `"echo",`, "", 1), "421"))
}

func TestUnknownNamespaceIsRefused(t *testing.T) {
	s := newStage(t)
	c, _ := s.open()
	c.text("40/custom,")
	c.expect(`44/custom,{"message":"Invalid namespace"}`)
	c.text(`40/other,{"token":"x"}`)
	c.expect(`44/other,{"message":"Invalid namespace"}`)
	c.connect()
	c.healthy()
	if n := len(s.chat.sessions); n != 1 {
		t.Errorf("%d sessions", n)
	}
	// Who asks on and on is closed.
	flood, _ := s.open()
	flood.try(bytes.Repeat(textFrame("40/custom,"), 1000))
	if code, _, texts := flood.closed(); code != engineio.ClosePolicy || len(texts) > maxRefusals {
		t.Errorf("closed with %d after %d answers", code, len(texts))
	}
}

func TestConnectIsRefusedWithTheErrorAsData(t *testing.T) {
	s := newStage(t)
	c, _ := s.open()
	c.text(`40{"refuse":true}`)
	c.expect(`44{"message":"refused","data":{"code":"UNAUTHENTICATED","message":"refused","retryable":false}}`)
	c.connect(`{"refuse":false}`)
	c.healthy()
}

func TestNoConnectInTimeIsClosed(t *testing.T) {
	s := newStage(t, fast, func(o *Options) { o.PingInterval = time.Minute })
	c, _ := s.open()
	if code, _, _ := c.closed(); code != engineio.CloseNormal {
		t.Errorf("closed with %d", code)
	}
	// A refused CONNECT is none.
	r, _ := s.open()
	r.text(`40{"refuse":true}`)
	if code, _, _ := r.closed(); code != engineio.CloseNormal {
		t.Errorf("closed with %d", code)
	}
	// Nor is one who left and does not come back.
	l := s.join()
	l.text("41")
	if code, _, _ := l.closed(); code != engineio.CloseNormal {
		t.Errorf("closed with %d", code)
	}
	p, _ := s.poller()
	if _, body := p.get(); body != "1" {
		t.Errorf("the poll was answered %q", body)
	}
	if n := s.io.Connections(); n != 0 {
		within(t, "nobody left", func() bool { return s.io.Connections() == 0 })
	}
}

func TestLeavingAndConnectingAgain(t *testing.T) {
	s := newStage(t)
	c := s.join()
	c.ask("join", `"room"`)
	first := s.chat.last(t)
	c.text("41")
	c.connect()
	c.healthy()
	if n := s.io.members("room"); n != 0 {
		t.Errorf("%d members in the room", n)
	}
	within(t, "the first session to be closed", func() bool { log := first.log(); return log[len(log)-1] == "closed" })
	// The old link is dead: nothing of it reaches the client's new session.
	first.link.Emit("late", []byte("1"))
	first.link.Join("room")
	first.link.Disconnect()
	c.healthy()
	if n := s.io.members("room"); n != 0 {
		t.Errorf("a socket that has left joined a room")
	}
	// A second CONNECT of one who is connected ends the connection.
	c.text("40")
	if code, _, _ := c.closed(); code != engineio.ClosePolicy {
		t.Errorf("closed with %d", code)
	}
}

func TestServerDisconnects(t *testing.T) {
	s := newStage(t, func(o *Options) { o.ConnectTimeout = 500 * time.Millisecond })
	c := s.join()
	session := s.chat.last(t)
	c.write(append(textFrame(`42["disconnect me"]`), textFrame(`42["echo","sent before it knew"]`)...))
	c.expect("41")
	within(t, "closed", func() bool { log := session.log(); return log[len(log)-1] == "closed" })
	if code, _, _ := c.closed(); code != engineio.CloseNormal {
		t.Errorf("closed with %d", code)
	}
}

func TestServerClosesWithItsReason(t *testing.T) {
	s := newStage(t)
	c := s.join()
	session := s.chat.last(t)
	c.write(append(textFrame(`421["echo",1]`), textFrame(`42["close me"]`)...))
	code, reason, texts := c.closed()
	if code != 4001 || reason != "token_expired" || fmt.Sprint(texts) != `[431[1] 42["closing",{"reason":"token_expired"}]]` {
		t.Errorf("closed with %d %q after %q", code, reason, texts)
	}
	within(t, "closed", func() bool { return strings.Join(session.log(), " ") == "connected echo1 close menull closed" })
	p, _ := s.poller()
	p.connect()
	p.say(`42["close me"]`)
	// The close comes by itself: the stock client drops what is in one payload with it.
	for _, want := range []string{`42["closing",{"reason":"token_expired"}]`, "1"} {
		if _, body := p.get(); body != want {
			t.Errorf("polled %q, not %q", body, want)
		}
	}
	if status, _ := p.get(); status != 400 {
		t.Errorf("poll after the end: %d", status)
	}
}

func TestDrainTellsEverybodyAndWaits(t *testing.T) {
	s := newStage(t)
	c := s.join()
	p, _ := s.poller()
	p.connect()
	heard := make(chan string, 1)
	go func() {
		_, body := p.get()
		heard <- body
	}()
	drained := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), longEnough)
	defer cancel()
	go func() { drained <- s.io.Drain(ctx) }()
	code, reason, texts := c.closed()
	if code != 1012 || reason != "draining" || fmt.Sprint(texts) != `[42["server_draining",{"reconnectInMs":1000}] 42["closing",{"reason":"draining"}]]` {
		t.Errorf("closed with %d %q after %q", code, reason, texts)
	}
	body := <-heard
	for range 2 { // the notice may be quicker than the last words; the close comes by itself
		if !strings.HasSuffix(body, "\x1e1") {
			_, more := p.get()
			body += "\x1e" + more
		}
	}
	if body != "42[\"server_draining\",{\"reconnectInMs\":1000}]\x1e42[\"closing\",{\"reason\":\"draining\"}]\x1e1" {
		t.Errorf("polled %q", body)
	}
	c.conn.Close()
	if err := <-drained; err != nil {
		t.Error(err)
	}
	r, err := http.Get(s.URL + "/socket.io/?EIO=4&transport=polling")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
		t.Errorf("handshake while draining: %s %v", r.Status, r.Header)
	}
	w := s.raw()
	w.write([]byte(handshakeLines(s, "")))
	if r, err := http.ReadResponse(w.in, nil); err != nil || r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
		t.Errorf("handshake while draining: %v %v", r, err)
	}
}

func TestConnectionsOfOneAddressAreCapped(t *testing.T) {
	s := newStage(t, func(o *Options) { o.PerAddress = 3 })
	first := s.join()
	s.join()
	p, _ := s.poller()
	p.connect()
	if status, _ := s.request("GET", "EIO=4&transport=polling", "", ""); status != http.StatusServiceUnavailable {
		t.Errorf("the fourth was answered %d", status)
	}
	over := s.raw()
	over.write([]byte(handshakeLines(s, "")))
	if r, err := http.ReadResponse(over.in, nil); err != nil || r.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("the fourth was answered %v %v", r, err)
	}
	// Handshakes that fail take no place; ends give theirs back.
	for range 5 {
		s.request("POST", "EIO=4&transport=polling", "", "")
	}
	first.conn.Close()
	within(t, "the first to be gone", func() bool { return s.io.Connections() == 2 })
	s.join()
	p.say("1")
	within(t, "the poller to be gone", func() bool { return s.io.Connections() == 2 })
	s.join()
}

func TestSlowHandlerHoldsUpItsOwnClientOnly(t *testing.T) {
	s := newStage(t)
	slow, other := s.join(), s.join()
	slow.write(append(textFrame(`421["block"]`), textFrame(`422["echo",2]`)...))
	other.healthy()
	s.chat.block <- struct{}{}
	slow.expect(`431[{"ok":true}]`)
	slow.expect("432[2]")
}

func TestClosedComesAfterTheLastEvent(t *testing.T) {
	s := newStage(t)
	c := s.join()
	session := s.chat.last(t)
	c.text(`42["block"]`)
	within(t, "the event to run", func() bool { return len(session.log()) == 2 })
	c.conn.Close()
	session.link.Close(4003, "revoked")
	within(t, "the connection to be closing", func() bool { return s.io.adapter.count("x") == 0 && s.io.library.Sockets().Sockets().Len() == 0 })
	if log := session.log(); log[len(log)-1] == "closed" {
		t.Fatalf("closed while an event ran: %v", log)
	}
	s.chat.block <- struct{}{}
	within(t, "closed", func() bool { log := session.log(); return log[len(log)-1] == "closed" })
}

func TestNewRefusesWhatItCannotServeWith(t *testing.T) {
	if _, err := New(Options{}); err == nil {
		t.Error("no error without a Service")
	}
	for _, origin := range []string{"chat.example", "https://chat.example/", "https://chat.example/path", "https://", "://"} {
		if _, err := newServer(Options{AllowedOrigins: []string{origin}}, &echoChat{}); err == nil || !strings.Contains(err.Error(), origin) {
			t.Errorf("%s: %v", origin, err)
		}
	}
}

var _ rooms.Emitter = (*Server)(nil)
