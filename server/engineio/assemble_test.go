package engineio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
	"unicode/utf8"
)

// clientFrame makes a masked frame with the shortest length that fits.
func clientFrame(first byte, payload []byte) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n < lengthIn16:
		b = append(b, maskBit|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, maskBit|lengthIn16), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, maskBit|lengthIn64), uint64(n))
	}
	mask := [4]byte{1, 2, 3, 4}
	b = append(b, mask[:]...)
	at := len(b)
	b = append(b, payload...)
	unmask(b[at:], mask)
	return b
}

// announced is a frame that says it has so many bytes.
func announced(n uint64) []byte {
	return append(binary.BigEndian.AppendUint64([]byte{0x82, maskBit | lengthIn64}, n), 1, 2, 3, 4)
}

// reading is what a sequence of bytes comes to.
type reading struct {
	got []string
	err error
}

// read feeds bytes in pieces of a size; every message and control frame is one string.
func read(bytesOf []byte, limit, piece int, held func(*assembler)) reading {
	a := assembler{limit: limit}
	var r reading
	d := bytes.Clone(bytesOf)
	for len(d) > 0 && r.err == nil {
		n := min(piece, len(d))
		r.err = a.feed(d[:n:n], func(op byte, p []byte) error {
			r.got = append(r.got, fmt.Sprint(op, ":", string(p)))
			return nil
		})
		d = d[n:]
		held(&a)
	}
	return r
}

// FuzzAssembler holds the reader of a client's frames to this: it never panics, it holds no more than the limit, texts
// are UTF-8, errors say how to close, and how the bytes are cut into reads changes nothing.
func FuzzAssembler(f *testing.F) {
	f.Add(clientFrame(0x81, []byte("40")), 1)
	f.Add(append(clientFrame(0x01, []byte("4")), clientFrame(0x80, []byte("0"))...), 3)
	f.Add(append(clientFrame(0x02, nil), clientFrame(0x89, []byte("ping"))...), 2)
	f.Add(clientFrame(0x82, make([]byte, 70_000)), 4096)
	f.Add(clientFrame(0x88, []byte{3, 232}), 5)
	f.Add([]byte{0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, 1)
	f.Add([]byte{0x81, 0x7f}, 1)
	f.Add([]byte{0xff, 0xff}, 1)
	f.Add([]byte{0x81, 0xfe, 0, 2, 0, 0, 0, 0, '4'}, 4)
	f.Add(announced(1<<63|1), 1)                                             // CVE-2020-27813: a length that overflows a signed number,
	f.Add(announced(1<<64-1), 3)                                             // and the largest
	f.Add(announced(1<<40), 14)                                              // CVE-2016-10542: a length that nobody has the memory for
	f.Add([]byte{0xb1, 0x80, 1, 2, 3, 4}, 6)                                 // CVE-2022-21676: reserved bits
	f.Add([]byte{0xc1, 0x80, 1, 2, 3, 4}, 2)                                 // CVE-2018-1000518: a compressed frame that nobody agreed to
	f.Add(append(clientFrame(0x01, []byte("4")), 0xc0, 0x80, 1, 2, 3, 4), 7) // the same in the midst of a message
	f.Fuzz(func(t *testing.T, d []byte, piece int) {
		const limit = 1000
		piece = 1 + (piece&0x7fffffff)%4096
		held := func(a *assembler) {
			n := 0
			if a.partial != nil {
				n += len(a.partial.payload)
			}
			if a.message != nil {
				n += len(a.message.data)
			}
			if n > limit+maxControl {
				t.Fatalf("%d bytes are held", n)
			}
		}
		whole, cut := read(d, limit, len(d)+1, held), read(d, limit, piece, held)
		if fmt.Sprint(whole.got) != fmt.Sprint(cut.got) || fmt.Sprint(whole.err) != fmt.Sprint(cut.err) {
			t.Fatalf("whole: %q %v\nin pieces of %d: %q %v", whole.got, whole.err, piece, cut.got, cut.err)
		}
		var refused *CloseError
		if whole.err != nil && (!errors.As(whole.err, &refused) || !sendable(refused.Code) || len(refused.Reason) > maxCloseReason) {
			t.Fatalf("error %#v", whole.err)
		}
		for _, m := range whole.got {
			if m[0] == '1' && m[1] == ':' && !utf8.ValidString(m) {
				t.Fatalf("text %q", m)
			}
		}
	})
}

func TestAnIdleReaderHoldsNothing(t *testing.T) {
	a := assembler{limit: 100}
	feed := func(d []byte) {
		t.Helper()
		if err := a.feed(d, func(byte, []byte) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	whole := clientFrame(0x81, []byte("hello"))
	for cut := range whole {
		feed(bytes.Clone(whole[:cut]))
		feed(bytes.Clone(whole[cut:]))
		if a.partial != nil || a.message != nil {
			t.Fatalf("cut at %d: something is held between messages", cut)
		}
	}
}

func TestAnnouncedLengthIsNotAllocated(t *testing.T) {
	a := assembler{limit: 1 << 20}
	d := clientFrame(0x82, make([]byte, 1<<20))
	if err := a.feed(d[:100], func(byte, []byte) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if n := cap(a.partial.payload); n > 1024 {
		t.Fatalf("%d bytes are allocated for 100", n)
	}
}

func TestUnmask(t *testing.T) {
	mask := [4]byte{0x12, 0x34, 0x56, 0x78}
	for n := range 40 {
		p := make([]byte, n)
		unmask(p, mask)
		for i, b := range p {
			if b != mask[i%4] {
				t.Fatalf("%d bytes: %x", n, p)
			}
		}
	}
}

// FuzzCloseFrame holds what a client says at its close to this: the answer may be sent.
func FuzzCloseFrame(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{3})
	f.Add([]byte{3, 232, 'x'})
	f.Fuzz(func(t *testing.T, payload []byte) {
		code, refused := readClose(payload)
		if refused != nil {
			code = refused.Code
		}
		if code != CloseNoCode && !sendable(code) {
			t.Fatalf("%x is answered with %d", payload, code)
		}
	})
}

// FuzzPollPayload holds the polling payload to what the frames hold.
func FuzzPollPayload(f *testing.F) {
	f.Add([]byte("hello"), []byte("x"))
	f.Add(make([]byte, 200), make([]byte, 70_000))
	f.Fuzz(func(t *testing.T, text, other []byte) {
		got := pollPayload([][]byte{EncodeRun([][]byte{text, other}), messageFrame(other, text), closeFrame(CloseSlow, "slow")})
		want := fmt.Sprintf("4%s\x1e4%s\x1e4%s%s\x1e1", text, other, other, text)
		if string(got) != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}
