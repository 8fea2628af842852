package socketio

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkFanOut sends to the 200 members of a room over loopback sockets and waits until all of them have every byte.
// The time is that of both sides; allocations are the server's, for the clients make none.
func BenchmarkFanOut(b *testing.B) {
	const members = 200
	for _, burst := range []int{1, 50} {
		b.Run(fmt.Sprintf("burst=%d", burst), func(b *testing.B) {
			s := newStage(b)
			var received atomic.Int64
			for range members {
				c := s.join()
				c.ask("join", `"room"`)
				c.conn.SetDeadline(time.Time{})
				go io.Copy(counter{&received}, c.conn)
			}
			packets := make([][]byte, burst)
			size := 0
			for i := range packets {
				packets[i] = eventPacket("new_message", fmt.Appendf(nil, `{"seq":%d,"text":%q}`, i, "a message of the usual length, one line or so of text"))
			}
			for _, p := range packets {
				size += len(p) + 3 // header of 2 bytes and the engine's type; none is longer than 125 bytes
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				s.io.broadcast("room", packets)
				want := int64(i+1) * int64(size) * members
				for received.Load() < want {
					time.Sleep(10 * time.Microsecond)
				}
			}
			b.StopTimer()
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*burst*members), "ns/delivery")
			if got, want := received.Load(), int64(b.N)*int64(size)*members; got != want {
				b.Fatalf("%d bytes received, want %d", got, want)
			}
		})
	}
}

type counter struct{ n *atomic.Int64 }

func (c counter) Write(b []byte) (int, error) {
	c.n.Add(int64(len(b)))
	return len(b), nil
}

// BenchmarkIdleConnection opens b.N connections and reports what heap and stacks hold for each: the server's side, and
// a bare TCP connection on the client's.
func BenchmarkIdleConnection(b *testing.B) {
	const many = 2000
	s := newStage(b)
	held := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc + m.StackInuse)
	}
	s.join()
	for range b.N {
		before := held()
		conns := make([]net.Conn, many)
		for i := range conns {
			c := s.join()
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
