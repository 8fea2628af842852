package socketio

import (
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"roomstream/server/engineio"
)

// What ended or held up other servers of this kind, by their published advisories, each beside a healthy client.

// knownPackets are Socket.IO packets, without the engine's type in front, and how a connection takes them: closed, or
// answered where there is nothing wrong with them here.
var knownPackets = []struct{ advisory, text, answer string }{
	{"CVE-2020-36049: digits that were put together one by one", "5" + strings.Repeat("9", 100_000) + `-["echo"]`, ""},
	{"CVE-2020-36049: the same as an ack's number", "2" + strings.Repeat("9", 100_000) + `["echo"]`, ""},
	{"CVE-2022-2421: a placeholder whose number is a method's name", `51-1["echo",{"_placeholder":true,"num":"splice"}]`, ""},
	{"CVE-2022-2421: a placeholder beyond the attachments", `51-1["echo",{"_placeholder":true,"num":10}]`, ""},
	{"CVE-2022-2421: a placeholder before the first", `51-1["echo",{"_placeholder":true,"num":-1}]`, ""},
	{"CVE-2022-2421: a placeholder in a packet without attachments", `21["echo",{"_placeholder":true,"num":0}]`, `31[{"_placeholder":true,"num":0}]`},
	{"CVE-2023-32695: a name that is an object", `2[{"toString":"echo"}]`, ""},
	{"CVE-2023-32695: a name that is null", `2[null]`, ""},
	{"CVE-2026-33151: more attachments than anybody has the memory for", `51000000-["echo",{"_placeholder":true,"num":0}]`, ""},
	{"CVE-2026-69185: the same in an answer", `61000000-1[{"_placeholder":true,"num":0}]`, ""},
	{"CVE-2024-38355: an event by the name of the library's own error", `21["error",{}]`, `31[{"error":{"code":"UNKNOWN_EVENT"}}]`},
}

func TestKnownPackets(t *testing.T) {
	for _, fault := range knownPackets {
		besides(t, func(s *stage) {
			c := s.join()
			c.try(textFrame("4" + fault.text))
			if strings.HasPrefix(fault.text, "51-") { // then its attachment decides
				c.try(masked(0x82, []byte{1}))
				c.try(textFrame(`429["echo","still here"]`))
			}
			switch {
			case fault.answer != "":
				c.expect("4" + fault.answer)
			case strings.HasPrefix(fault.text, "51-"):
				if got := c.next(); !strings.HasPrefix(got, "431[") {
					t.Errorf("%s: answered %.80q", fault.advisory, got)
				}
			default:
				if code, _, texts := c.closed(); code != engineio.ClosePolicy {
					t.Errorf("%s: closed with %d after %.80q", fault.advisory, code, texts)
				}
			}
			c.conn.Close()
			s.chat.forget()
		})
	}
}

// oversized is a frame that announces so many bytes.
func oversized(n uint64) []byte {
	return append(binary.BigEndian.AppendUint64([]byte{0x82, 0xff}, n), 1, 2, 3, 4)
}

func TestKnownFrames(t *testing.T) {
	for advisory, frame := range map[string][]byte{
		"CVE-2020-27813: a length that overflows a signed number":    oversized(1<<63 | 1),
		"CVE-2020-27813: the largest length":                         oversized(1<<64 - 1),
		"CVE-2016-10542: a length that nobody has the memory for":    oversized(1 << 40),
		"CVE-2022-21676: reserved bits, right behind the upgrade":    {0xb1, 0x80, 1, 2, 3, 4},
		"CVE-2018-1000518: a compressed frame that nobody agreed to": {0xc1, 0x80, 1, 2, 3, 4},
	} {
		besides(t, func(s *stage) {
			c := s.raw()
			c.try(append([]byte(handshakeLines(s, "")), frame...)) // in one piece, before the server has answered
			c.accepted()
			if code, _, _ := c.closed(); code != engineio.CloseProtocol && code != engineio.CloseTooBig {
				t.Errorf("%s: closed with %d", advisory, code)
			}
			c.conn.Close()
		})
	}
}

func TestKnownHandshakes(t *testing.T) {
	var many []string
	for i := range 2000 {
		many = append(many, fmt.Sprintf("X-%d: y", i))
	}
	for advisory, lines := range map[string][]string{
		"CVE-2021-32640: spaces that a pattern tried in all ways": {"Sec-WebSocket-Protocol: b" + strings.Repeat(" ", 20_000) + "x"},
		"CVE-2024-37890: more headers than a server counts to":    many,
		"an extension that is not known":                          {"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99; server_max_window_bits"},
	} {
		besides(t, func(s *stage) {
			c := s.raw()
			c.try([]byte(handshakeLines(s, "", lines...)))
			r, err := http.ReadResponse(c.in, nil)
			if err != nil {
				t.Fatalf("%s: %v", advisory, err)
			}
			if r.StatusCode == http.StatusSwitchingProtocols {
				c.next() // the open packet: it is a connection like any other
			}
			if r.Header.Get("Sec-WebSocket-Extensions") != "" {
				t.Errorf("%s: an extension was agreed to", advisory)
			}
			c.conn.Close()
		})
	}
}

func TestKnownPosts(t *testing.T) {
	for advisory, post := range map[string][2]string{
		"CVE-2026-59725: a binary body":                         {"application/octet-stream", "\x00\x01\xff4\xff\x80"},
		"CVE-2026-59725: a binary body that says it is a text":  {"text/plain", "4\xff\xfe\x80"},
		"CVE-2026-59725: base64 that is none":                   {"text/plain", "b!!!!"},
		"CVE-2026-48804: an attachment that nobody waits for":   {"text/plain", "bAQIDBA=="},
		"CVE-2026-48804: attachments over again for one packet": {"text/plain", "452-[\"echo\"]\x1e452-[\"echo\"]\x1ebAQ=="},
	} {
		besides(t, func(s *stage) {
			p, _ := s.poller()
			p.connect()
			s.request("POST", "EIO=4&transport=polling&sid="+p.sid, post[0], post[1])
			within(t, advisory+": the session is over", func() bool { return s.io.Connections() == 1 })
		})
	}
}
