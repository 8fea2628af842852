package engineio

import (
	"context"
	"fmt"
	"net"
	"sync"
	"syscall"
	"testing"
)

// packetSocket is a socket that keeps what each write brought apart, which TCP does not.
type packetSocket int

var _ syscall.RawConn = packetSocket(0)

func (s packetSocket) Control(f func(fd uintptr)) error {
	f(uintptr(s))
	return nil
}

func (s packetSocket) Read(f func(fd uintptr) bool) error {
	f(uintptr(s))
	return nil
}

func (s packetSocket) Write(f func(fd uintptr) bool) error {
	f(uintptr(s))
	return nil
}

// packetConn is a connection that is written to by packets, and what reads the next of them, without waiting.
func packetConn(t *testing.T, s *Server) (c *Conn, read func() ([]byte, error)) {
	t.Helper()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_DGRAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		syscall.Close(fds[0])
		syscall.Close(fds[1])
	})
	nc, other := net.Pipe() // for a drainer, which finds it closed
	other.Close()
	c = quietConn(t, s)
	c.carry(nc)
	c.rc = packetSocket(fds[0])
	buf := make([]byte, 2*writeChunk)
	return c, func() ([]byte, error) {
		n, err := syscall.Read(fds[1], buf)
		return buf[:max(n, 0)], err
	}
}

func TestAllThatWaitsLeavesInOneWrite(t *testing.T) {
	s := quietServer()
	c, read := packetConn(t, s)
	var want []byte
	for i := range 100 {
		run := EncodeRun([][]byte{fmt.Appendf(nil, "message %d", i)})
		want = append(want, run...)
		if work := c.put(run); work != (i == 0) {
			t.Fatalf("run %d is to be written by somebody: %v", i, work)
		}
	}
	c.flush(s.flusherOf(c))
	if got, err := read(); err != nil || string(got) != string(want) {
		t.Errorf("the first write brought %d bytes, %v, want all %d", len(got), err, len(want))
	}
	if got, err := read(); err != syscall.EAGAIN {
		t.Errorf("another write brought %q, %v", got, err)
	}
}

// TestAfterWritesWaitsForEveryFlusher holds each of them up in turn.
func TestAfterWritesWaitsForEveryFlusher(t *testing.T) {
	const flushers = 5
	for last := range flushers {
		s := newServer(Options{}, flushers)
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		for i, f := range s.flushers {
			if i != last {
				running.Go(func() { f.run(ctx) })
			}
		}
		run, batch := EncodeRun([][]byte{[]byte("message")}), s.Batch()
		readers := make([]func() ([]byte, error), 3*flushers)
		for i := range readers {
			var c *Conn
			c, readers[i] = packetConn(t, s)
			batch.Add(c, run)
		}
		batch.Flush()
		written := make(chan struct{})
		s.AfterWrites(func() { close(written) })
		for i, f := range s.flushers {
			if i != last { // its mark is behind that of AfterWrites
				reached := make(chan struct{})
				f.mark(func() { close(reached) })
				<-reached
			}
		}
		select {
		case <-written:
			t.Errorf("told before flusher %d had written", last)
		default:
		}
		running.Go(func() { s.flushers[last].run(ctx) })
		<-written
		for i, read := range readers {
			if got, err := read(); err != nil || string(got) != string(run) {
				t.Errorf("connection %d has %q, %v", i, got, err)
			}
		}
		cancel()
		running.Wait()
	}
}
