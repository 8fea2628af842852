package socketio

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/server/engineio"
)

// BenchmarkEventPackets encodes a burst of 50 messages as all members get them.
func BenchmarkEventPackets(b *testing.B) {
	events := make([]rooms.Event, 50)
	for i := range events {
		events[i] = message("general", int64(i), 100)
	}
	b.ReportAllocs()
	for b.Loop() {
		if packets := eventPackets(events); len(packets) != len(events) {
			b.Fatal(len(packets))
		}
	}
}

// BenchmarkReadSend takes a client's send apart, from the packet to the typed input.
func BenchmarkReadSend(b *testing.B) {
	sent := []byte(`212["send_message",{"roomId":"general","text":"a line or so of text, as people write it, of the usual length","clientId":"c-123456"}]`)
	b.ReportAllocs()
	for b.Loop() {
		p, err := readPacket(sent)
		if err != nil {
			b.Fatal(err)
		}
		_, args, err := readEvent(p.payload)
		if err != nil {
			b.Fatal(err)
		}
		if in, refusal := readSend(args, false); refusal != nil || in.RoomID != "general" {
			b.Fatal(refusal)
		}
	}
}

// BenchmarkSentAck encodes the answer to a send.
func BenchmarkSentAck(b *testing.B) {
	sent := rooms.Sent{ID: rooms.EventID{1, 2, 3}, Seq: 42, Timestamp: time.Date(2026, 3, 4, 5, 6, 7, 8_000_000, time.UTC)}
	a := answer{ack: func([]byte) {}}
	b.ReportAllocs()
	for b.Loop() {
		a.ok(sentMembers(sent))
	}
}

// BenchmarkReady encodes the first thing that a client hears, of a user who is in 20 rooms.
func BenchmarkReady(b *testing.B) {
	c, _ := unserved(b)
	list := make([]rooms.Mine, 20)
	for i := range list {
		name := fmt.Sprintf("room-%d", i)
		list[i] = rooms.Mine{View: rooms.View{Room: rooms.Room{ID: rooms.RoomID(name), Name: name, Type: rooms.TypePublic}, Role: rooms.RoleMember}, LastSeq: 1000, ReadSeq: 990}
	}
	c.mine = func(context.Context, auth.User) ([]rooms.Mine, error) { return list, nil }
	s := &speaker{chat: c, user: auth.User{ID: "alice", Name: "Alice", Roles: []string{"user"}}, logID: "5f2c1e0a9b8d7c6f"}
	b.ReportAllocs()
	for b.Loop() {
		if body := s.ready(); len(body) < len(list) {
			b.Fatal(string(body))
		}
	}
}

// BenchmarkFanOut sends to the members of a room over loopback sockets and waits until all of them have every byte. The
// time is that of both sides; allocations are the server's, for the clients make none, but with TLS. It needs two files for
// each member.
func BenchmarkFanOut(b *testing.B) {
	plain := func(s *stage) *rawClient { return s.join() }
	for _, tc := range []struct {
		name    string
		members int
		open    func(*stage) *rawClient
	}{
		{"members=200", 200, plain},
		{"members=5000", 5000, plain},
		{"members=200,tls", 200, func(s *stage) *rawClient { return s.joinTLS() }},
	} {
		for _, burst := range []int{1, 50} {
			b.Run(fmt.Sprintf("%s/burst=%d", tc.name, burst), func(b *testing.B) {
				s := newStage(b, calm)
				got := newReceipts()
				for range tc.members {
					c := tc.open(s)
					c.ask("join", `"room"`)
					c.conn.SetDeadline(time.Time{})
					go got.read(c.conn)
				}
				packets := make([][]byte, burst)
				for i := range packets {
					packets[i] = eventPacket("new_message", fmt.Appendf(nil, `{"seq":%d,"text":%q}`, i, "a message of the usual length, one line or so of text"))
				}
				size := tc.members * len(engineio.EncodeRun(packets))
				b.ReportAllocs()
				for b.Loop() {
					got.after(size, func() { s.io.broadcast("room", packets) })
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*burst*tc.members), "ns/delivery")
			})
		}
	}
}

// receipts counts what several clients receive and tells when all of it is there.
type receipts struct {
	received, wanted atomic.Int64
	all              chan struct{}
}

func newReceipts() *receipts { return &receipts{all: make(chan struct{}, 1)} }

func (r *receipts) Write(b []byte) (int, error) {
	if r.received.Add(int64(len(b))) == r.wanted.Load() {
		r.all <- struct{}{}
	}
	return len(b), nil
}

// read reads a connection to its end, with a small buffer: thousands do so at once.
func (r *receipts) read(conn net.Conn) {
	buf := make([]byte, 4<<10)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		r.Write(buf[:n])
	}
}

// after has something sent and waits for the bytes it comes to.
func (r *receipts) after(bytes int, send func()) {
	r.wanted.Add(int64(bytes))
	send()
	<-r.all
}

// BenchmarkIdleConnection opens connections and reports what heap and stacks hold for each: the server's side, and a
// bare TCP connection on the client's, also with TLS, whose client is forgotten.
func BenchmarkIdleConnection(b *testing.B) {
	b.Run("websocket", func(b *testing.B) {
		benchmarkIdle(b, func(s *stage) *rawClient { return s.join() })
	})
	b.Run("upgraded", func(b *testing.B) {
		benchmarkIdle(b, func(s *stage) *rawClient { return s.joinUpgraded() })
	})
	b.Run("tls", func(b *testing.B) {
		benchmarkIdle(b, func(s *stage) *rawClient {
			c := s.joinTLS()
			c.conn = c.conn.(*tls.Conn).NetConn()
			return c
		})
	})
}

func benchmarkIdle(b *testing.B, open func(*stage) *rawClient) {
	const many = 2000
	s := newStage(b, calm)
	held := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // the pools let go at the second
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc + m.StackInuse)
	}
	open(s)
	for range b.N {
		before := held()
		conns := make([]net.Conn, many)
		for i := range conns {
			c := open(s)
			conns[i] = c.conn
			c.in, c.conn = nil, nil
		}
		b.ReportMetric((held()-before)/many, "B/connection")
		for _, c := range conns {
			c.Close()
		}
		within(b, "all connections gone", func() bool { return s.io.Connections() == 1 })
		clear(conns)
		s.chat.forget()
		b.ReportMetric((held()-before)/many, "B/closed-connection")
	}
}
