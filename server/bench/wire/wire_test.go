package wire

import (
	"bytes"
	"testing"
)

// server makes a server's frame, which is not masked.
func server(op byte, payload []byte) []byte {
	b := Append(nil, op, payload)
	at := len(b) - len(payload) - 4
	b[1] &^= masked
	return append(b[:at:at], payload...)
}

func TestFramesOfEveryLengthComeBackWhole(t *testing.T) {
	for _, n := range []int{0, 1, 125, 126, 127, 65535, 65536, 100_000} {
		payload := bytes.Repeat([]byte("x"), n)
		b := append(server(OpText, payload), server(OpPing, []byte("next"))...)
		f, size, err := Parse(b)
		if err != nil || f.Op != OpText || !bytes.Equal(f.Payload, payload) {
			t.Fatalf("%d bytes: opcode %d with %d bytes, %v", n, f.Op, len(f.Payload), err)
		}
		if f, _, err = Parse(b[size:]); err != nil || f.Op != OpPing || string(f.Payload) != "next" {
			t.Errorf("behind %d bytes: opcode %d %q, %v", n, f.Op, f.Payload, err)
		}
		for _, cut := range []int{0, 1, 2, 3, 9, size - 1} {
			if cut >= size {
				continue
			}
			if _, got, err := Parse(b[:cut]); got != 0 || err != nil {
				t.Errorf("the first %d bytes of a frame of %d: size %d, %v; want 0 and no error", cut, n, got, err)
			}
		}
	}
}

func TestWhatIsNoFrameOfAServerIsAnError(t *testing.T) {
	for name, b := range map[string][]byte{
		"masked":       Append(nil, OpText, []byte("x")),
		"fragment":     {OpText, 1, 'x'},
		"reserved bit": {fin | 0x40 | OpText, 1, 'x'},
		"too long":     {fin | OpText, length64, 0, 0, 0, 1, 0, 0, 0, 0},
		"long control": {fin | OpPing, length16, 0, 200},
	} {
		if _, _, err := Parse(b); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(server(OpText, []byte("hello")))
	f.Add([]byte{fin | OpText, length64, 0, 0, 0, 0, 0, 0, 0, 1, 'x'})
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, size, err := Parse(b)
		if size > len(b) || err != nil && size != 0 || len(frame.Payload) > size {
			t.Fatalf("%x: size %d, payload of %d, %v", b, size, len(frame.Payload), err)
		}
	})
}
