package engineio

import (
	"bytes"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// The errors of the engine's HTTP requests, in the form and with the codes that all Engine.IO servers give.
var (
	ErrUnknownTransport   = &HTTPError{0, "Transport unknown"}
	ErrUnknownSession     = &HTTPError{1, "Session ID unknown"}
	ErrBadMethod          = &HTTPError{2, "Bad handshake method"}
	ErrBadRequest         = &HTTPError{3, "Bad request"}
	ErrForbidden          = &HTTPError{4, "Forbidden"}
	ErrUnsupportedVersion = &HTTPError{5, "Unsupported protocol version"}
)

// HTTPError is the body of a refused request.
type HTTPError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (e *HTTPError) Error() string { return e.Message }

func (e *HTTPError) body() []byte {
	b, err := json.Marshal(e)
	if err != nil {
		panic(err) // a string and a number always have a JSON form
	}
	return b
}

// Refuse answers a request with an error.
func Refuse(w http.ResponseWriter, status int, e *HTTPError) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(e.body())
}

// retryAfter is when a client that found the server full may come again, in seconds: soon, for it may be another
// instance that answers.
const retryAfter = "5"

// refuseBusy tells a client to come back; the stock client does so after any status but 200, not after an error of the
// protocol.
func (s *Server) refuseBusy(w http.ResponseWriter, err error) {
	reason, status := RefusedDraining, http.StatusServiceUnavailable
	if err == ErrTooMany {
		reason, status = RefusedAddress, http.StatusTooManyRequests
	}
	s.options.Refusals.Add(reason)
	w.Header().Set("Retry-After", retryAfter)
	Refuse(w, status, &HTTPError{ErrBadRequest.Code, err.Error()})
}

// IsUpgrade says whether a request asks for a WebSocket.
func IsUpgrade(r *http.Request) bool {
	return hasToken(r.Header, "Connection", "upgrade") && hasToken(r.Header, "Upgrade", "websocket")
}

func hasToken(h http.Header, name, token string) bool {
	for _, line := range h[name] {
		for field := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(field), token) {
				return true
			}
		}
	}
	return false
}

const (
	webSocketVersion = "13"
	webSocketGUID    = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" // RFC 6455, section 1.3
	webSocketKeySize = 16                                     // bytes, in base64
)

// checkUpgrade refuses a handshake that is not RFC 6455's, section 4.2.1, and says whether it may go on.
func checkUpgrade(w http.ResponseWriter, r *http.Request) bool {
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	switch {
	case r.Method != http.MethodGet, !r.ProtoAtLeast(1, 1), err != nil, len(key) != webSocketKeySize:
		Refuse(w, http.StatusBadRequest, ErrBadRequest)
		return false
	case r.Header.Get("Sec-WebSocket-Version") != webSocketVersion:
		w.Header().Set("Sec-WebSocket-Version", webSocketVersion)
		Refuse(w, http.StatusUpgradeRequired, ErrBadRequest)
		return false
	}
	return true
}

// acceptance is the response that turns the connection into a WebSocket.
func acceptance(r *http.Request) []byte {
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + webSocketGUID))
	return []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
		base64.StdEncoding.EncodeToString(sum[:]) + "\r\n\r\n")
}

// hijack takes the connection over from net/http, with what the client has already sent behind its request.
func hijack(w http.ResponseWriter) (nc net.Conn, early []byte, err error) {
	nc, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, nil, err
	}
	if n := buffered.Reader.Buffered(); n > 0 {
		peeked, _ := buffered.Reader.Peek(n) // what is buffered can be peeked
		early = bytes.Clone(peeked)
	}
	nc.SetDeadline(time.Time{}) // net/http may have set one
	return nc, early, nil
}

// ServeWebSocket takes a client that begins with a WebSocket. The caller has checked path, origin and query.
//
// The order matters: there is a handler, then the response and the open packet leave in one write, then reading starts. So
// nothing that the client can send finds nobody listening.
//
// Whatever it returns, the request is answered; ErrTooMany: there was no place for it.
func (s *Server) ServeWebSocket(w http.ResponseWriter, r *http.Request) error {
	if !checkUpgrade(w, r) {
		s.options.Refusals.Add(RefusedRequest)
		return ErrBadRequest
	}
	if err := s.registry.admit(r.RemoteAddr); err != nil {
		s.refuseBusy(w, err)
		return err
	}
	nc, early, err := hijack(w)
	if err != nil {
		s.options.Refusals.Add(RefusedRequest)
		s.registry.release(r.RemoteAddr)
		Refuse(w, http.StatusBadRequest, ErrBadRequest)
		return ErrBadRequest
	}
	c := s.newConn(rand.Text(), r.RemoteAddr)
	c.carry(nc)
	c.accept(r)
	inTime := s.registry.add(c)
	s.webSockets.Add(1)
	hello := append(acceptance(r), frame(opText, s.open(c.id))...)
	nc.SetWriteDeadline(time.Now().Add(s.options.WriteTimeout))
	if _, err := nc.Write(hello); err != nil {
		c.abort()
		return nil
	}
	nc.SetWriteDeadline(time.Time{})
	c.wind(s.options.PingInterval)
	if !inTime {
		c.Shutdown(CloseDraining, "draining")
	}
	c.read(early)
	return nil
}

// never is longer than any connection's handshake: its timer is set once the handshake is done.
const never = 24 * time.Hour

func (s *Server) newConn(id, remote string) *Conn {
	c := &Conn{server: s, id: id, remote: remote, shard: s.nextShard()}
	c.queue = c.few[:0]
	c.in.limit = s.options.MaxPayload
	c.timer = time.AfterFunc(never, c.tick)
	return c
}

// accept gives the connection its handler, and its place back where there is none because Accept panics. The lock orders it
// before the handler's own timers, which know the connection from here on.
func (c *Conn) accept(r *http.Request) {
	accepted := false
	defer func() {
		if accepted {
			return
		}
		c.timer.Stop()
		c.server.registry.release(c.remote)
		if c.nc != nil {
			c.nc.Close() // net/http knows nothing of it any more
		}
	}()
	h := c.server.options.Accept(c, r)
	accepted = true
	c.writeMu.Lock()
	c.handler = h
	c.writeMu.Unlock()
}

// carry makes the connection a WebSocket's.
func (c *Conn) carry(nc net.Conn) {
	c.nc = nc
	if plain, ok := nc.(syscall.Conn); ok {
		c.rc, _ = plain.SyscallConn()
	}
}
