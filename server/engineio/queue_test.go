package engineio

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"
	"unsafe"
)

// quietServer is a Server that does not run, for listeners.
func quietServer() *Server {
	return New(Options{Accept: func(*Conn, *http.Request) Handler { return listener{} }})
}

// quietConn is a connection that nothing carries.
func quietConn(t *testing.T, s *Server) *Conn {
	t.Helper()
	c := s.newConn("sid", "192.0.2.1:1")
	c.handler = listener{}
	t.Cleanup(c.abort)
	return c
}

// TestAQueueOfAnyLengthKeepsTheOrder has it grow beyond the Conn, beyond what is borrowed, and while it is taken from.
func TestAQueueOfAnyLengthKeepsTheOrder(t *testing.T) {
	s := quietServer()
	for _, n := range []int{1, 2, 3, manyRuns - 1, manyRuns, manyRuns + 1, 2*manyRuns + 1, 100, 1000} {
		for _, size := range []int{1, 1000, writeChunk / 2, writeChunk + 1} {
			if n*size > maxQueue/2 {
				continue
			}
			c := quietConn(t, s)
			var want, got, scratch []byte
			put := func(i int) {
				run := EncodeRun([][]byte{fmt.Appendf(bytes.Repeat([]byte("x"), size), "%d", i)})
				c.put(run)
				want = append(want, run...)
			}
			for i := range n {
				put(i)
			}
			for b := c.take(&scratch); b != nil; b = c.take(&scratch) {
				if got = append(got, b...); len(got) == len(b) {
					put(n) // while the rest waits
				}
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%d runs of %d bytes: %d bytes were taken, want %d, or they are others", n, size, len(got), len(want))
			}
			if c.Waiting() != 0 || len(c.queue) != 0 || cap(c.queue) != fewRuns || c.few[0] != nil {
				t.Errorf("%d runs of %d bytes: an empty queue keeps %d runs, room for %d, and %d bytes wait", n, size, len(c.queue), cap(c.queue), c.Waiting())
			}
		}
	}
}

// TestWhatIsLentHoldsNoRun takes arrays as the next connection finds them.
func TestWhatIsLentHoldsNoRun(t *testing.T) {
	s := quietServer()
	lent := map[*[manyRuns][]byte]bool{}
	s.queues.New = func() any {
		array := new([manyRuns][]byte)
		lent[array] = true
		return array
	}
	var scratch []byte
	for n := 1; n < 3*manyRuns; n++ {
		c := quietConn(t, s)
		for range n {
			c.put([]byte("run"))
		}
		if n%2 == 0 {
			c.abort()
		} else {
			for c.take(&scratch) != nil {
			}
		}
		for array := range lent {
			for i, run := range array {
				if run != nil {
					t.Fatalf("behind %d runs: entry %d of an array that nobody uses holds a run", n, i)
				}
			}
		}
	}
	if len(lent) == 0 {
		t.Error("nothing was borrowed")
	}
}

// TestAConnIsSmall: each client at rest has one. 208 bytes is a size that the allocator has, and the next is 224.
func TestAConnIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(Conn{}); size > 208 {
		t.Errorf("a Conn takes %d bytes, want at most 208", size)
	}
}
