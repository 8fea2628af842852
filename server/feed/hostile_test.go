package feed

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestFramesThatAreNoneEndTheirFeedAlone: what comes behind the handshake is as hostile as what comes before.
func TestFramesThatAreNoneEndTheirFeedAlone(t *testing.T) {
	s := newStage(t, Options{})
	good := s.dial("/x/_streams/public", nil)
	served := s.feed()
	masked := func(first byte, payload string) string {
		return string([]byte{first, 0x80 | byte(len(payload)), 0, 0, 0, 0}) + payload
	}
	huge := string(binary.BigEndian.AppendUint64([]byte{0x82, 0x80 | 127}, 1<<62)) + "\x00\x00\x00\x00"
	for name, frames := range map[string]string{
		"no mask":                        "\x81\x02hi",
		"a reserved bit":                 masked(0xc1, "hi"),
		"an unknown opcode":              masked(0x83, "hi"),
		"a ping in pieces":               masked(0x09, "hi"),
		"a ping that is too long":        "\x89\xfe\x00\xff\x00\x00\x00\x00" + strings.Repeat("x", 255),
		"a continuation of nothing":      masked(0x80, "hi"),
		"a length below zero":            "\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
		"a length that nobody has":       huge,
		"more than is read of a message": strings.Repeat(masked(0x02, strings.Repeat("x", 125)), 1) + strings.Repeat(masked(0x00, strings.Repeat("x", 125)), 40),
		"a close that is too short":      masked(0x88, "x"),
		"a close with a code of nobody":  masked(0x88, "\x03\xed"),
		"HTTP":                           "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"a half frame, and the end":      "\x81",
	} {
		t.Run(name, func(t *testing.T) {
			nc, r := s.never("/x/_streams/public", handshake())
			s.feed()
			if _, err := io.WriteString(nc, frames); err != nil {
				t.Fatal(err)
			}
			if closer, ok := nc.(interface{ CloseWrite() error }); ok {
				_ = closer.CloseWrite() // the other side may have closed already
			}
			if _, err := io.Copy(io.Discard, r); err != nil && !strings.Contains(err.Error(), "reset") {
				t.Errorf("the connection stays: %v", err)
			}
			eventually(t, "one feed is left", func() bool { return s.Feeds() == 1 })
		})
	}
	for n := range 3 {
		served.put(numbered(n, ""))
		if text := good.hear(); !strings.HasPrefix(text, fmt.Sprintf(`{"n":%d,`, n)) {
			t.Errorf("who did nothing wrong got %s", text)
		}
	}
}

// TestWhatWasSentEarlyIsNotLost: a client need not wait for the answer before it sends frames, here a ping, which is answered.
func TestWhatWasSentEarlyIsNotLost(t *testing.T) {
	s := newStage(t, Options{})
	nc, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if err := nc.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	var request bytes.Buffer
	request.WriteString("GET /x/_streams/public HTTP/1.1\r\nHost: x\r\n")
	if err := handshake().Write(&request); err != nil {
		t.Fatal(err)
	}
	request.WriteString("\r\n\x89\x82\x00\x00\x00\x00hi")
	if _, err := request.WriteTo(nc); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(nc)
	response, err := http.ReadResponse(r, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("answered %v, %v", response, err)
	}
	s.feed()
	pong := make([]byte, 4)
	if _, err := io.ReadFull(r, pong); err != nil || string(pong) != "\x8a\x02hi" {
		t.Errorf("the ping was answered %q, %v", pong, err)
	}
}
