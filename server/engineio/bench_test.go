package engineio

import (
	"bytes"
	"testing"
)

// BenchmarkReadFrames takes one read's worth of a client's frames apart: 20 sends of the usual length.
func BenchmarkReadFrames(b *testing.B) {
	const many = 20
	sent := bytes.Repeat(clientFrame(0x81, []byte(`4212["send_message",{"roomId":"general","text":"a line or so of text, as people write it, of the usual length","clientId":"c-123456"}]`)), many)
	d := make([]byte, len(sent))
	a := assembler{limit: DefaultMaxPayload}
	n := 0
	count := func(byte, []byte) error { n++; return nil }
	b.ReportAllocs()
	b.SetBytes(int64(len(sent)))
	for b.Loop() {
		copy(d, sent) // it is unmasked in place
		if err := a.feed(d, count); err != nil {
			b.Fatal(err)
		}
	}
	if n != b.N*many {
		b.Fatalf("%d frames of %d", n, b.N*many)
	}
}

// BenchmarkEncodeRun makes a burst of 50 messages into the run of frames that all members share.
func BenchmarkEncodeRun(b *testing.B) {
	packets := make([][]byte, 50)
	for i := range packets {
		packets[i] = bytes.Repeat([]byte("x"), 250)
	}
	b.ReportAllocs()
	for b.Loop() {
		if run := EncodeRun(packets); len(run) < 50*250 {
			b.Fatal(len(run))
		}
	}
}
