// Package wire is a client's side of WebSocket frames: just enough for a load generator, which must cost less than the
// servers it loads. It knows nothing of what the frames carry.
package wire

import (
	"encoding/binary"
	"fmt"
)

// The opcodes of RFC 6455, section 5.2.
const (
	OpText   = 1
	OpBinary = 2
	OpClose  = 8
	OpPing   = 9
	OpPong   = 10
)

// MaxPayload is the longest payload taken, in bytes: far above any page of history. A longer one is a broken stream.
const MaxPayload = 16 << 20

const (
	fin        = 0x80
	masked     = 0x80
	length16   = 126
	length64   = 127
	maxControl = 125
)

// Frame is one frame of the server's. Payload lies in the buffer that was parsed.
type Frame struct {
	Op      byte
	Payload []byte
}

// Parse takes the first frame off b. size is what it takes up there; 0: b does not hold all of it yet. Fragments and
// masked frames are errors: no server measured here sends them.
func Parse(b []byte) (f Frame, size int, err error) {
	if len(b) < 2 {
		return Frame{}, 0, nil
	}
	if b[0]&fin == 0 || b[0]&0x70 != 0 || b[1]&masked != 0 {
		return Frame{}, 0, fmt.Errorf("a frame begins with %#x %#x: it is a fragment, has a reserved bit, or is masked", b[0], b[1])
	}
	n, head := uint64(b[1]&0x7f), 2
	switch n {
	case length16:
		head = 4
		if len(b) < head {
			return Frame{}, 0, nil
		}
		n = uint64(binary.BigEndian.Uint16(b[2:]))
	case length64:
		head = 10
		if len(b) < head {
			return Frame{}, 0, nil
		}
		n = binary.BigEndian.Uint64(b[2:])
	}
	op := b[0] & 0x0f
	if n > MaxPayload || op >= OpClose && n > maxControl {
		return Frame{}, 0, fmt.Errorf("a frame of opcode %d has %d bytes", op, n)
	}
	size = head + int(n)
	if len(b) < size {
		return Frame{}, 0, nil
	}
	return Frame{Op: op, Payload: b[head:size]}, size, nil
}

// Append appends a client's frame. Its mask is zero, which RFC 6455 allows: the server unmasks all the same, and the
// client need not mask.
func Append(dst []byte, op byte, payload []byte) []byte {
	dst = append(dst, fin|op)
	switch n := len(payload); {
	case n < length16:
		dst = append(dst, masked|byte(n))
	case n < 1<<16:
		dst = binary.BigEndian.AppendUint16(append(dst, masked|length16), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, masked|length64), uint64(n))
	}
	dst = append(dst, 0, 0, 0, 0)
	return append(dst, payload...)
}
