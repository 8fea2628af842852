package socketio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"roomstream/server/engineio"
)

// Packets that are well formed and ask for too much, and sessions that are another's. The table of all of them is in the
// doc of server/attacks.

func TestAThousandNamespacesAskedFor(t *testing.T) {
	besides(t, func(s *stage) {
		var all []byte
		for i := range 1000 {
			all = append(all, textFrame(fmt.Sprintf("40/n%d,", i))...)
		}
		c, _ := s.open()
		c.try(all)
		code, _, texts := c.closed()
		if code != engineio.ClosePolicy || len(texts) != maxRefusals {
			t.Errorf("closed with %d after %q", code, texts)
		}
		for i, text := range texts {
			if want := fmt.Sprintf(`44/n%d,{"message":"Invalid namespace"}`, i); text != want {
				t.Errorf("answered %q, want %q", text, want)
			}
		}
		c.conn.Close()
	})
}

func TestAckIDsThatJavaScriptCannotCount(t *testing.T) {
	besides(t, func(s *stage) {
		for _, id := range []string{
			"9007199254740992", "9007199254740993", "18446744073709551615", "18446744073709551616", "-1", "+1", "1.5", "1e3", "0x1", " 1",
			"0000000000000001", strings.Repeat("9", 1000),
		} {
			refused(t, s, engineio.ClosePolicy, textFrame("42"+id+`["echo",1]`))
			refused(t, s, engineio.ClosePolicy, textFrame("43"+id+`["echo"]`))
		}
		c := s.join()
		c.text(`42999999999999999["echo",1]`)
		c.expect(`43999999999999999[1]`)
		c.text(`43999999999999999["an answer that nobody waits for"]`)
		c.healthy()
		c.conn.Close()
		s.chat.forget()
	})
}

func TestDeeplyNestedJSON(t *testing.T) {
	besides(t, func(s *stage) {
		nested := func(open, inner, end string, depth int) string {
			return strings.Repeat(open, depth) + inner + strings.Repeat(end, depth)
		}
		c := s.join()
		for i, value := range []string{nested("[", "", "]", 1000), nested(`{"a":`, "1", "}", 1000), nested(`[{"a":`, `"x"`, "}]", 500)} {
			c.text(fmt.Sprintf(`42%d["echo",%s]`, i, value))
			c.expect(fmt.Sprintf(`43%d[%s]`, i, value))
		}
		c.conn.Close()
		// Deeper than the standard library goes.
		refused(t, s, engineio.ClosePolicy, textFrame(`421["echo",`+nested("[", "", "]", 100_000)+"]"))
		refused(t, s, engineio.ClosePolicy, textFrame(`421["echo",`+nested(`{"a":`, "1", "}", 100_000)+"]"))
		deep, _ := s.open()
		deep.text(`40{"a":` + nested("[", "", "]", 100_000) + "}")
		if code, _, texts := deep.closed(); code != engineio.ClosePolicy || len(texts) > 0 {
			t.Errorf("in CONNECT: closed with %d after %.80q", code, texts)
		}
		deep.conn.Close()
		s.chat.forget()
	})
}

func TestAttachmentsThatNeverCome(t *testing.T) {
	besides(t, func(s *stage) {
		const clients = 50
		before := settled(t, 1<<20)
		part := masked(0x82, bytes.Repeat([]byte{1}, 60_000))
		var open []*rawClient
		for range clients {
			c := s.join()
			c.text(`42["echo",1]`)
			c.text(`4516-1["echo",{"_placeholder":true,"num":0}]`)
			c.write(bytes.Repeat(part, maxAttachments-1)) // 900,000 bytes, and one part is wanting
			open = append(open, c)
		}
		within(t, "all was read", func() bool { return s.io.engine.Connections() == clients+1 && allAnswered(open) })
		if after := settled(t, 1<<20); after > before+clients*64<<10 {
			t.Errorf("the heap grew by %d bytes for %d announced events", after-before, clients)
		}
		for _, c := range open {
			c.conn.Close()
		}
		s.chat.forget()
	})
}

// allAnswered says whether each of the clients is answered: a WebSocket's ping is, also while a packet wants its parts, and
// behind all that came before it.
func allAnswered(clients []*rawClient) bool {
	for _, c := range clients {
		c.write(masked(0x89, []byte("there?")))
		for {
			op, payload, err := c.frame()
			if err != nil {
				c.t.Fatalf("reading: %v", err)
			}
			if op == 10 && string(payload) == "there?" {
				break
			}
		}
	}
	return true
}

func TestMoreAttachmentsThanAnnounced(t *testing.T) {
	besides(t, func(s *stage) {
		one := masked(0x82, []byte{1})
		refused(t, s, engineio.ClosePolicy, textFrame(`451-["echo",{"_placeholder":true,"num":0}]`), one, one)
		refused(t, s, engineio.ClosePolicy, textFrame(`461-7[{"_placeholder":true,"num":0}]`), one, one)
		refused(t, s, engineio.ClosePolicy, textFrame(fmt.Sprintf(`45%d-["echo"]`, maxAttachments+1)), one)
		refused(t, s, engineio.ClosePolicy, textFrame(`451-["echo"]`), textFrame(`451-["echo"]`), one)
	})
}

// A placeholder says which attachment it stands for. Here none is put in its place, so one that is there twice, or that is a
// name's, does nothing.
func TestPlaceholdersThatAreDoubled(t *testing.T) {
	besides(t, func(s *stage) {
		const twice = `{"a":{"_placeholder":true,"num":0},"b":[{"_placeholder":true,"num":0}]}`
		c := s.join()
		for announced := 1; announced <= 2; announced++ {
			c.text(fmt.Sprintf(`45%d-%d["echo",%s]`, announced, announced, twice))
			for range announced {
				c.binary([]byte{1, 2, 3})
			}
			c.expect(fmt.Sprintf(`43%d[%s]`, announced, twice))
		}
		// In the name's place there is no name.
		c.text(`451-3[{"_placeholder":true,"num":0},1]`)
		c.binary([]byte("echo"))
		if code, _, _ := c.closed(); code != engineio.ClosePolicy {
			t.Errorf("closed with %d", code)
		}
		c.conn.Close()
		s.chat.forget()
	})
}

func TestNamesThatMeanSomethingElsewhere(t *testing.T) {
	besides(t, func(s *stage) {
		c := s.join()
		for _, name := range []string{
			"__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty", "then", "", " ", "\x00", "*",
			"error", "data", "close", "message", "packet", "ping", "pong", "drain", "open", "ready", "closing", "upgrade", "heartbeat", "connection",
		} {
			quoted, err := json.Marshal(name)
			if err != nil {
				t.Fatal(err)
			}
			c.acks++
			c.text(fmt.Sprintf(`42%d[%s,{"__proto__":{"x":1}}]`, c.acks, quoted))
			c.expect(fmt.Sprintf(`43%d[{"error":{"code":"UNKNOWN_EVENT"}}]`, c.acks))
		}
		c.healthy()
		c.conn.Close()
		s.chat.forget()
	})
}

// A session is its client's alone: its id is told to nobody else, and is not the one that rooms and logs know.
func TestTheSessionOfSomebodyElse(t *testing.T) {
	besides(t, func(s *stage) {
		victim, open := s.open()
		sid, _ := open["sid"].(string)
		victim.text("40")
		p, _ := s.poller()
		p.say("40")
		for of, answer := range map[string]struct{ engine, connect string }{"WebSocket": {sid, victim.next()}, "polling": {p.sid, p.hear("40{")}} {
			var public struct{ SID string }
			if err := json.Unmarshal([]byte(answer.connect[2:]), &public); err != nil || public.SID == "" || public.SID == answer.engine {
				t.Fatalf("%s: %q tells the session's id %q", of, answer.connect, answer.engine)
			}
			const least = 16 // characters of 6 bits, or 20 of 5: 96 bits, which nobody guesses
			if len(answer.engine) < least {
				t.Errorf("%s: the session's id is %q", of, answer.engine)
			}
			for _, method := range []string{"GET", "POST"} {
				if status, body := s.request(method, "EIO=4&transport=polling&sid="+public.SID, "text/plain", "1"); status != http.StatusBadRequest || body != `{"code":1,"message":"Session ID unknown"}` {
					t.Errorf("%s by the id that others know: %d %s", method, status, body)
				}
			}
			if r := s.answerTo(handshakeLines(s, "&sid="+public.SID)); r.StatusCode != http.StatusBadRequest {
				t.Errorf("a WebSocket by the id that others know: %s", r.Status)
			}
		}
		// Who knows a WebSocket's own id cannot join in either.
		for _, method := range []string{"GET", "POST"} {
			if status, body := s.request(method, "EIO=4&transport=polling&sid="+sid, "text/plain", "1"); status != http.StatusBadRequest || body != `{"code":3,"message":"Bad request"}` {
				t.Errorf("%s by the id of a WebSocket: %d %s", method, status, body)
			}
		}
		second := s.raw()
		second.write([]byte(handshakeLines(s, "&sid="+sid)))
		second.accepted()
		if code, _, texts := second.closed(); code != engineio.ClosePolicy || len(texts) > 0 {
			t.Errorf("a second WebSocket: closed with %d after %q", code, texts)
		}
		second.conn.Close()
		victim.expect(`42["ready",{}]`)
		victim.healthy()
		p.say(`421["echo",1]`)
		p.hear("431[1]")
		victim.conn.Close()
		p.say("1")
	})
}

// answerTo sends a request as it is and gives what is answered.
func (s *stage) answerTo(request string) *http.Response {
	s.t.Helper()
	c := s.raw()
	c.write([]byte(request))
	r, err := http.ReadResponse(c.in, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	c.conn.Close()
	return r
}

func TestASessionsIDAfterItsEnd(t *testing.T) {
	besides(t, func(s *stage) {
		c, open := s.open()
		sid, _ := open["sid"].(string)
		c.connect()
		c.text("1")
		c.closed()
		c.conn.Close()
		p, _ := s.poller()
		p.connect()
		p.say("1")
		within(t, "both have ended", func() bool { return s.io.Connections() == 1 })
		for _, ended := range []string{sid, p.sid} {
			for _, method := range []string{"GET", "POST"} {
				if status, body := s.request(method, "EIO=4&transport=polling&sid="+ended, "text/plain", "40"); status != http.StatusBadRequest || body != `{"code":1,"message":"Session ID unknown"}` {
					t.Errorf("%s after the end: %d %s", method, status, body)
				}
			}
			if r := s.answerTo(handshakeLines(s, "&sid="+ended)); r.StatusCode != http.StatusBadRequest {
				t.Errorf("a WebSocket after the end: %s", r.Status)
			}
		}
		s.chat.forget()
	})
}

func TestAProbeThatIsNeverFinished(t *testing.T) {
	besides(t, func(s *stage) {
		p, _ := s.poller()
		p.connect()
		for range 3 {
			c := p.probe()
			began := time.Now()
			if _, _, texts := c.closed(); len(texts) > 0 {
				t.Errorf("told %q", texts)
			}
			if took := time.Since(began); took > longEnough/2 {
				t.Errorf("it was held for %s", took)
			}
			c.conn.Close()
			p.say(`427["echo",1]`)
			p.hear("437[1]")
		}
		p.say("1")
	}, func(o *Options) { o.UpgradeTimeout = 300 * time.Millisecond })
}
