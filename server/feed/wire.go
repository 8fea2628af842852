package feed

import (
	"bufio"
	"encoding/binary"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// wireRead is what is read ahead of a WebSocket, in bytes: clients of feeds send pongs, and net/http's own 4 KiB each
	// way would be most of what an idle feed costs.
	wireRead = 256

	// wireWrite holds the longest control frame of a server: 2 bytes and 125 more (RFC 6455, 5.5). So the library hands
	// each over in one Write, and none is torn apart by what the feed's writer writes.
	wireWrite = 128
)

// The first bytes of frames that a server sends (RFC 6455, 5.2).
const (
	finalText   = 0x80 | 0x1
	finalClose  = 0x80 | 0x8
	longHeader  = 126 // two bytes of length follow
	largeHeader = 127 // eight bytes of length follow
)

// wire is the connection under a WebSocket. The library reads from it and writes its control frames; the feed's writer
// writes runs of text frames past the library, which would write each by itself. It is safe for concurrent use.
type wire struct {
	net.Conn
	timeout time.Duration // for each writeChunk
	took    func()        // told when one has left
	early   []byte        // what net/http had read of the client; only the reader touches it

	mu     sync.Mutex // its holder writes: it keeps frames whole and in order
	closed bool       // a close frame was written, behind which nothing may come
}

// Read gives what was read early before anything else.
func (w *wire) Read(p []byte) (int, error) {
	if len(w.early) > 0 {
		n := copy(p, w.early)
		w.early = w.early[n:]
		return n, nil
	}
	return w.Conn.Read(p)
}

// Write writes whole frames, one of the library's or a run of the feed's, each chunk within the timeout.
func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || len(p) == 0 {
		return 0, net.ErrClosed
	}
	w.closed = p[0] == finalClose
	written := 0
	for written < len(p) {
		if err := w.SetWriteDeadline(time.Now().Add(w.timeout)); err != nil {
			return written, err
		}
		n, err := w.Conn.Write(p[written:min(len(p), written+writeChunk)])
		written += n
		if err != nil {
			return written, err
		}
		w.took()
	}
	return written, nil
}

// takeover is a ResponseWriter whose Hijack gives a wire, with buffers of its size.
type takeover struct {
	http.ResponseWriter
	timeout time.Duration
	took    func()
	wire    *wire // nil until Hijack
}

// Hijack implements http.Hijacker.
func (t *takeover) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	nc, theirs, err := http.NewResponseController(t.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	t.wire = &wire{Conn: nc, timeout: t.timeout, took: t.took}
	if n := theirs.Reader.Buffered(); n > 0 {
		t.wire.early = make([]byte, n)
		_, _ = theirs.Reader.Read(t.wire.early) // what is buffered is there
	}
	return t.wire, bufio.NewReadWriter(bufio.NewReaderSize(t.wire, wireRead), bufio.NewWriterSize(t.wire, wireWrite)), nil
}

// appendText appends a document as a text frame, copied once.
func appendText(b []byte, d document) []byte {
	var room [documentCost]byte
	head, tail := d.head(), d.tail(room[:0])
	switch n := len(head) + len(tail); {
	case n < longHeader:
		b = append(b, finalText, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, finalText, longHeader), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, finalText, largeHeader), uint64(n))
	}
	return append(append(b, head...), tail...)
}
