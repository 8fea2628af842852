package engineio

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// maxPollPackets bounds the packets of one request of a client. The stock client sends what it has in one request; no
	// person types that much between two.
	maxPollPackets = 128

	// packetSeparator stands between the packets of a polling payload.
	packetSeparator = 0x1e

	// packetBinary begins a binary message in a polling payload: base64.
	packetBinary = 'b'
)

// pollPayload turns runs of frames into one polling payload.
func pollPayload(queue [][]byte) []byte {
	var out []byte
	for _, run := range queue {
		for len(run) > 0 {
			var op byte
			var payload []byte
			op, payload, run = ownFrame(run)
			if len(out) > 0 {
				out = append(out, packetSeparator)
			}
			switch op {
			case opText:
				out = append(out, payload...)
			case opClose:
				out = append(out, packetClose)
			}
		}
	}
	return out
}

// ownFrame takes the first frame, as frame and EncodeRun make them, off a run.
func ownFrame(run []byte) (op byte, payload, rest []byte) {
	n, size := uint64(run[1]), 2
	switch n {
	case lengthIn16:
		n, size = uint64(binary.BigEndian.Uint16(run[2:])), 4
	case lengthIn64:
		n, size = binary.BigEndian.Uint64(run[2:]), 10
	}
	end := size + int(n)
	return run[0] & opcodeBits, run[size:end], run[end:]
}

// post takes a request by which the client says something. What is not a well-formed payload ends the session, before the
// client hears of it: whoever asks again then finds none.
func (p *polling) post(w http.ResponseWriter, r *http.Request) {
	s := p.conn.server
	if !p.posting.CompareAndSwap(false, true) {
		p.ruin()
		s.refuse(w, p.conn.id, ErrBadRequest)
		return
	}
	status, err := p.take(w, r)
	if status != http.StatusOK {
		p.ruin()
		// The rest of the body is not read: the connection is of no use to anybody after that.
		w.Header().Set("Connection", "close")
		s.write(w, status, typeJSON, ErrBadRequest.body())
		return
	}
	if err != nil {
		if !p.shed.Load() {
			p.conn.fail(err)
		}
		s.refuse(w, p.conn.id, ErrBadRequest)
		return
	}
	s.write(w, http.StatusOK, "text/html", []byte("ok")) // text/plain would have some browsers offer a download
}

// take reads a request and handles it. The next may come when it returns, for that may be here, by another connection, as
// soon as the client has the answer to this one.
func (p *polling) take(w http.ResponseWriter, r *http.Request) (status int, err error) {
	defer p.posting.Store(false)
	body, status := p.body(w, r)
	if status == http.StatusOK {
		err = p.handle(body)
	}
	return status, err
}

// ruin ends a session whose client breaks the rules of polling. A Conn that has changed over is no longer concerned.
func (p *polling) ruin() {
	if !p.shed.Load() {
		p.conn.abort()
	}
}

// body reads a request's body, within the limits of length and time.
func (p *polling) body(w http.ResponseWriter, r *http.Request) ([]byte, int) {
	limit := int64(p.conn.server.options.MaxPayload)
	if !isText(r.Header.Get("Content-Type")) {
		return nil, http.StatusUnsupportedMediaType
	}
	if r.ContentLength > limit {
		return nil, http.StatusRequestEntityTooLarge
	}
	control := http.NewResponseController(w)
	// The deadline stays where the body is refused: net/http reads on for a while before it answers.
	control.SetReadDeadline(time.Now().Add(p.conn.server.options.WriteTimeout))
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	switch {
	case err != nil:
		return nil, http.StatusBadRequest
	case int64(len(body)) > limit:
		return nil, http.StatusRequestEntityTooLarge
	case bytes.Count(body, []byte{packetSeparator}) >= maxPollPackets:
		return nil, http.StatusRequestEntityTooLarge
	case !utf8.Valid(body):
		return nil, http.StatusBadRequest
	}
	control.SetReadDeadline(time.Time{})
	return body, http.StatusOK
}

// isText says whether a body may hold packets. The stock client says text/plain, plain HTTP tools say form or nothing.
func isText(contentType string) bool {
	if contentType == "" {
		return true
	}
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (strings.HasPrefix(kind, "text/") || kind == "application/x-www-form-urlencoded")
}

// handle takes the packets of a payload, one at a time and in order.
func (p *polling) handle(body []byte) error {
	p.handling.Lock()
	defer p.handling.Unlock()
	if p.shed.Load() {
		return ErrBadRequest // the Conn has changed over, or has ended
	}
	for one := range bytes.SplitSeq(body, []byte{packetSeparator}) {
		if !p.conn.Open() {
			return nil // it was closed: what the client still sends is not read any more
		}
		if err := p.packet(one); err != nil {
			return err
		}
	}
	return nil
}

// packet takes one packet: as with a WebSocket, but for a close, which ends the poll that waits, and for binary data.
func (p *polling) packet(one []byte) error {
	c := p.conn
	if len(one) == 0 {
		return c.packet(one)
	}
	switch one[0] {
	case packetClose:
		c.noop(p, nil)
		c.abort()
		return nil
	case packetBinary:
		data, err := base64.StdEncoding.DecodeString(string(one[1:]))
		if err != nil {
			return &CloseError{CloseProtocol, "invalid base64"}
		}
		return c.handler.Message(true, data)
	}
	return c.packet(one)
}
