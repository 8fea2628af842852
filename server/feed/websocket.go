package feed

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/coder/websocket"

	"roomstream/rooms"
)

// maxIncoming is the longest message that a client may send, in bytes. None is looked at.
const maxIncoming = 4 << 10

const (
	webSocketVersion = "13"
	webSocketKeySize = 16 // bytes, in base64 (RFC 6455, 4.2.1)
)

func isUpgrade(r *http.Request) bool {
	return hasToken(r.Header, "Connection", "upgrade") && hasToken(r.Header, "Upgrade", "websocket")
}

func hasToken(h http.Header, name, token string) bool {
	for _, line := range h.Values(name) {
		for field := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(field), token) {
				return true
			}
		}
	}
	return false
}

// checkUpgrade refuses a handshake that the library would refuse in words of its own.
func checkUpgrade(w http.ResponseWriter, r *http.Request) error {
	keys := r.Header.Values("Sec-WebSocket-Key")
	if r.Header.Get("Sec-WebSocket-Version") != webSocketVersion {
		w.Header().Set("Sec-WebSocket-Version", webSocketVersion)
		return rooms.E(rooms.CodeUpgradeRequired, "Sec-WebSocket-Version: must be %s", webSocketVersion)
	}
	if len(keys) != 1 {
		return rooms.BadField("Sec-WebSocket-Key", "must be given once")
	}
	if key, err := base64.StdEncoding.DecodeString(keys[0]); err != nil || len(key) != webSocketKeySize {
		return rooms.BadField("Sec-WebSocket-Key", "must be %d bytes in base64", webSocketKeySize)
	}
	return nil
}

// webSocket carries a feed over a WebSocket.
type webSocket struct {
	server *Server
	ws     *websocket.Conn
	wire   *wire
	lost   func()         // told when the client is not there any more
	others sync.WaitGroup // the reader, and a ping that waits for its answer
}

// serveWebSocket answers the handshake and leaves the feed to its goroutines: what net/http holds for a request would be
// much for an idle feed.
func (s *Server) serveWebSocket(w http.ResponseWriter, r *http.Request, c *conn) {
	taken := &takeover{ResponseWriter: w, timeout: s.options.WriteTimeout, took: c.took}
	ws, err := websocket.Accept(taken, r, &websocket.AcceptOptions{
		Subprotocols:       []string{protocolName},
		InsecureSkipVerify: true, // the origin was checked, as for all feeds
	})
	if err != nil {
		s.log.Debug("a handshake failed", "error", err)
		c.discard()
		return
	}
	ws.SetReadLimit(maxIncoming)
	t := &webSocket{server: s, ws: ws, wire: taken.wire, lost: c.lose}
	t.others.Go(t.read)
	go c.write(t, s.options.PingInterval) // the registry waits for it
}

// read lets the library answer pings and the client's close, and takes what else comes without looking at it.
func (t *webSocket) read() {
	defer t.lost()
	for {
		// Without a deadline: pings tell whether the client is there.
		_, message, err := t.ws.Reader(context.Background())
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, message); err != nil {
			return
		}
	}
}

func (t *webSocket) send(list []document) error {
	b := t.server.buffers.Get().(*[]byte)
	run := (*b)[:0]
	for _, d := range list {
		run = appendText(run, d)
	}
	_, err := t.wire.Write(run)
	if cap(run) <= 2*writeChunk { // a large document's is not kept
		*b = run
		t.server.buffers.Put(b)
	}
	return err
}

// beat pings. The library's ping waits for the answer, so it has a goroutine for that long.
func (t *webSocket) beat() error {
	t.others.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), t.server.options.PingTimeout)
		defer cancel()
		if err := t.ws.Ping(ctx); err != nil {
			t.lost()
		}
	})
	return nil
}

// close makes the closing handshake, which the library bounds to 10 s.
func (t *webSocket) close(e ending) {
	if e.code != 0 {
		_ = t.ws.Close(e.code, e.reason) // who has gone needs no farewell
	}
	_ = t.ws.CloseNow()
	t.others.Wait()
}

func (t *webSocket) cut() { _ = t.wire.Close() }
