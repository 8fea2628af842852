package socketio

import (
	"bytes"
	"strings"
	"testing"
)

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
