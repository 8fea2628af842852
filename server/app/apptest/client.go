package apptest

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"roomstream/server/socketio"
	"roomstream/server/socketio/asyncapitest"
)

// Patience is how long a test waits for what must come. It only bounds a failure.
const Patience = 60 * time.Second

// socketPath opens a Socket.IO connection over a WebSocket at once, without polling.
const socketPath = "/socket.io/?EIO=4&transport=websocket"

// Client is a Socket.IO client over one raw WebSocket: small, and with no opinion of its own, so that a test sees every
// packet as it came. It answers pings, keeps all events, and fails where an event or an ack is not as the AsyncAPI document
// says.
//
// Concurrency: all methods are safe for concurrent use; those that take a testing.TB's word may end the test and are for
// the test's own goroutine. Lifecycle: Dial starts its one reader, the end of the test or Drop ends it.
type Client struct {
	t        testing.TB
	contract *asyncapitest.Contract
	conn     net.Conn
	gone     chan struct{} // closed when the reader has ended

	writing sync.Mutex

	mu      sync.Mutex
	nextAck int
	acks    map[int]func(json.RawMessage)
	events  []Event
	refusal json.RawMessage // of a CONNECT_ERROR
	sid     string          // of the CONNECT
	changed chan struct{}   // closed and replaced on whatever comes
	code    int             // of the WebSocket close frame; 0: none came
	reason  string
}

// readContract reads the document once for all clients: it does not change.
var readContract = sync.OnceValues(func() (*asyncapitest.Contract, error) {
	return asyncapitest.Read(socketio.AsyncAPIDocument())
})

func contract(t testing.TB) *asyncapitest.Contract {
	t.Helper()
	c, err := readContract()
	if err != nil {
		t.Fatalf("asyncapi.json: %v", err)
	}
	return c
}

// Event is one event as the server sent it.
type Event struct {
	Name string
	Body json.RawMessage // its first argument
}

// Seq is the event's seq, 0 where it has none.
func (e Event) Seq() int64 {
	var body struct{ Seq int64 }
	if json.Unmarshal(e.Body, &body) != nil {
		return 0
	}
	return body.Seq
}

// Dial connects with a token and returns when `ready` is there.
func Dial(t testing.TB, base, token string) *Client {
	t.Helper()
	c := DialAuth(t, base, fmt.Sprintf(`{"token":%q}`, token))
	c.WaitFor("ready", 1)
	return c
}

// DialAuth connects with any CONNECT payload and returns when the server has accepted it.
func DialAuth(t testing.TB, base, auth string) *Client {
	t.Helper()
	c, refusal := Connect(t, base, auth, nil)
	if refusal != nil {
		t.Fatalf("refused: %s", refusal)
	}
	return c
}

// Connect connects with any CONNECT payload (empty: none) and any headers. It returns the payload of a connect_error.
func Connect(t testing.TB, base, auth string, header http.Header) (*Client, json.RawMessage) {
	t.Helper()
	c := Open(t, base, header)
	c.Write("40" + auth)
	return c, c.Refusal()
}

// Refusal waits for the answer to a CONNECT and returns the payload of a connect_error, nil where the client is let in.
func (c *Client) Refusal() json.RawMessage {
	c.t.Helper()
	c.until("an answer to CONNECT", func() bool { return c.sid != "" || c.refusal != nil })
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refusal
}

// Open opens the transport and sends nothing.
func Open(t testing.TB, base string, header http.Header) *Client {
	t.Helper()
	return OpenPath(t, base, socketPath, header)
}

// OpenPath is Open with a path and query of one's own.
func OpenPath(t testing.TB, base, path string, header http.Header) *Client {
	t.Helper()
	c, _, err := Try(t, base, path, header)
	if err != nil {
		t.Fatalf("open a WebSocket: %v", err)
	}
	return c
}

// Try is OpenPath for those who may be refused: then it returns the answer, where there was one. It may be called from any
// goroutine.
func Try(t testing.TB, base, path string, header http.Header) (*Client, *http.Response, error) {
	conn, r, answer, err := openWebSocket(base, path, header)
	if err != nil {
		return nil, answer, err
	}
	c := &Client{t: t, contract: contract(t), conn: conn, gone: make(chan struct{}), acks: map[int]func(json.RawMessage){}, changed: make(chan struct{})}
	go c.read(r)
	t.Cleanup(c.Drop)
	return c, nil, nil
}

// Refused returns the HTTP response to a handshake that the server must refuse.
func Refused(t testing.TB, base, path string, header http.Header) *http.Response {
	t.Helper()
	conn, _, resp, err := openWebSocket(base, path, header)
	if resp == nil {
		if conn != nil {
			err = errors.Join(errors.New("accepted"), conn.Close())
		}
		t.Fatalf("want a refusal of %s: %v", path, err)
	}
	return resp
}

// Write sends one packet as it stands, such as `42["event",{}]`. A connection that is gone is no failure: tests see it
// by what does not come.
func (c *Client) Write(packet string) { c.writeFrame(opText, []byte(packet)) }

func (c *Client) writeFrame(opcode byte, payload []byte) {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.conn.Write(appendFrame(nil, opcode, payload))
}

// Emit sends an event that wants no ack. payload is one JSON value.
func (c *Client) Emit(event, payload string) {
	c.Write(fmt.Sprintf(`42[%q,%s]`, event, payload))
}

// Ask sends an event and has answered called with the ack, in the reader's goroutine. Events of one goroutine leave in
// the order of its calls.
func (c *Client) Ask(event, payload string, answered func(ack json.RawMessage)) {
	c.mu.Lock()
	id := c.nextAck
	c.nextAck++
	c.acks[id] = func(ack json.RawMessage) {
		if err := c.contract.Exchange(event, []byte(payload), ack); err != nil {
			c.t.Error(err)
		}
		answered(ack)
	}
	c.mu.Unlock()
	c.Write(fmt.Sprintf(`42%d[%q,%s]`, id, event, payload))
}

// Call is Ask for those who wait. It is fit for any goroutine.
func (c *Client) Call(event, payload string) (json.RawMessage, error) {
	answers := make(chan json.RawMessage, 1)
	c.Ask(event, payload, func(ack json.RawMessage) { answers <- ack })
	select {
	case ack := <-answers:
		return ack, nil
	case <-c.gone:
		return nil, fmt.Errorf("%s: the connection ended", event)
	case <-time.After(Patience):
		return nil, fmt.Errorf("%s: no ack within %s", event, Patience)
	}
}

// Must calls and decodes the ack into answer; an error ack ends the test.
func (c *Client) Must(event, payload string, answer any) {
	c.t.Helper()
	ack, err := c.Call(event, payload)
	if err != nil {
		c.t.Fatal(err)
	}
	if !bytes.HasPrefix(ack, []byte(`{"ok":true`)) {
		c.t.Fatalf("%s %s: %s", event, payload, ack)
	}
	if answer == nil {
		return
	}
	if err := json.Unmarshal(ack, answer); err != nil {
		c.t.Fatalf("%s: ack %s: %v", event, ack, err)
	}
}

// Events returns what came so far, oldest first.
func (c *Client) Events() []Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Event(nil), c.events...)
}

// Named returns the events of one name that came so far.
func (c *Client) Named(name string) []Event {
	var named []Event
	for _, e := range c.Events() {
		if e.Name == name {
			named = append(named, e)
		}
	}
	return named
}

// WaitFor returns the events of one name once there are n.
func (c *Client) WaitFor(name string, n int) []Event {
	c.t.Helper()
	seen, count := 0, 0
	c.until(fmt.Sprintf("%d %s", n, name), func() bool {
		for ; seen < len(c.events); seen++ {
			if c.events[seen].Name == name {
				count++
			}
		}
		return count >= n
	})
	return c.Named(name)
}

// Closed waits for the end of the connection and returns the WebSocket close code; 0: there was no close frame.
func (c *Client) Closed() (code int, reason string) {
	c.t.Helper()
	select {
	case <-c.gone:
	case <-time.After(Patience):
		c.t.Fatalf("the connection is still there after %s", Patience)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code, c.reason
}

// Drop ends the connection without a word, as a lost network does, and waits for the reader.
func (c *Client) Drop() {
	c.conn.Close()
	<-c.gone
}

// until waits for a condition, which is asked with the lock held.
func (c *Client) until(what string, holds func() bool) {
	c.t.Helper()
	deadline := time.After(Patience)
	for {
		c.mu.Lock()
		held, changed, n := holds(), c.changed, len(c.events)
		c.mu.Unlock()
		if held {
			return
		}
		select {
		case <-changed:
		case <-c.gone:
			c.mu.Lock()
			held, code := holds(), c.code
			c.mu.Unlock()
			if !held {
				c.t.Fatalf("the connection ended (close code %d) before %s; %d events came", code, what, n)
			}
			return
		case <-deadline:
			c.t.Fatalf("waited %s in vain for %s; %d events came", Patience, what, n)
		}
	}
}

func (c *Client) read(r *bufio.Reader) {
	defer close(c.gone)
	defer c.conn.Close()
	var part []byte
	var partOpcode byte
	for {
		opcode, payload, err := readMessage(r, &part, &partOpcode)
		if err != nil {
			return
		}
		switch opcode {
		case opText:
			c.packet(payload)
		case opPing:
			c.writeFrame(opPong, payload)
		case opClose:
			c.mu.Lock()
			if len(payload) >= 2 {
				c.code, c.reason = int(binary.BigEndian.Uint16(payload)), string(payload[2:])
			}
			c.mu.Unlock()
			return
		}
	}
}

// packet takes one Engine.IO packet.
func (c *Client) packet(b []byte) {
	if string(b) == "2" {
		c.Write("3")
		return
	}
	if len(b) < 2 || b[0] != '4' {
		return
	}
	body := b[2:]
	var answered func(json.RawMessage)
	var ack json.RawMessage
	c.mu.Lock()
	switch b[1] {
	case '0':
		var connected struct{ Sid string }
		if json.Unmarshal(body, &connected) == nil {
			c.sid = connected.Sid
		}
	case '2':
		c.event(body)
	case '3':
		answered, ack = c.ack(body)
	case '4':
		c.refusal = body
	}
	close(c.changed)
	c.changed = make(chan struct{})
	c.mu.Unlock()
	if answered != nil {
		answered(ack)
	}
}

func (c *Client) event(body []byte) {
	var args []json.RawMessage
	var e Event
	if json.Unmarshal(body, &args) != nil || len(args) == 0 || json.Unmarshal(args[0], &e.Name) != nil {
		c.t.Errorf("the server sent an event that is none: %s", body)
		return
	}
	if len(args) > 1 {
		e.Body = args[1]
	}
	// Others are named by declarations and by channels of PostgreSQL.
	if c.contract.KnowsEvent(e.Name) {
		if err := c.contract.Event(e.Name, e.Body); err != nil {
			c.t.Error(err)
		}
	}
	c.events = append(c.events, e)
}

func (c *Client) ack(body []byte) (func(json.RawMessage), json.RawMessage) {
	at := bytes.IndexByte(body, '[')
	var args []json.RawMessage
	if at < 1 || json.Unmarshal(body[at:], &args) != nil || len(args) != 1 {
		c.t.Errorf("the server sent an ack that is not of one object: %s", body)
		return nil, nil
	}
	id, err := strconv.Atoi(string(body[:at]))
	answered := c.acks[id]
	if err != nil || answered == nil {
		c.t.Errorf("the server acked what was not asked, or twice: %s", body)
		return nil, nil
	}
	delete(c.acks, id)
	return answered, args[0]
}
