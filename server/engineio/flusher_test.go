package engineio

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestFlushersAreAsManyAsSuitTheCores(t *testing.T) {
	for cores, want := range map[int]int{1: 2, 2: 2, 4: 2, 5: 2, 6: 3, 16: 8, 32: 16, 64: 16} {
		if got := flushersOn(cores); got != want {
			t.Errorf("%d flushers on %d cores, want %d", got, cores, want)
		}
	}
}

func TestFlushersHaveEqualShares(t *testing.T) {
	const flushers, conns = 7, 1000
	s := newServer(Options{}, flushers)
	shares := map[*flusher]int{}
	for range conns {
		shares[s.flusherOf(quietConn(t, s))]++
	}
	for i, f := range s.flushers {
		if n := shares[f]; n != conns/flushers && n != conns/flushers+1 {
			t.Errorf("flusher %d has %d connections of %d", i, n, conns)
		}
	}
}

// TestManyFlushersKeepTheOrderOfEachConnection has several write to many connections at once, to all and to each.
func TestManyFlushersKeepTheOrderOfEachConnection(t *testing.T) {
	const flushers, conns, writers, messages = 8, 30, 4, 300
	s := newServer(Options{}, flushers)
	ctx, cancel := context.WithCancel(t.Context())
	var running, reading sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	all := make([]*Conn, conns)
	for i := range all {
		var client net.Conn
		all[i], client = carriedConn(t, s)
		reading.Go(func() { readInOrder(t, client, writers, messages) })
	}
	for w := range writers {
		reading.Go(func() {
			for n := range messages {
				text := fmt.Appendf(nil, "%d %d", w, n)
				if w%2 == 0 {
					batch, run := s.Batch(), EncodeRun([][]byte{text})
					for _, c := range all {
						batch.Add(c, run)
					}
					batch.Flush()
					continue
				}
				for _, c := range all {
					c.Queue(text)
				}
			}
		})
	}
	reading.Wait()
}

// carriedConn is a connection over a socket, and the client's end.
func carriedConn(t *testing.T, s *Server) (*Conn, net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	client.SetDeadline(time.Now().Add(time.Minute))
	nc, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	c := quietConn(t, s)
	c.carry(nc)
	return c, client
}

// readInOrder reads what the writers number: "writer number".
func readInOrder(t *testing.T, client net.Conn, writers, messages int) {
	in, next := bufio.NewReader(client), make([]int, writers)
	for range writers * messages {
		var head [2]byte
		var w, n int
		_, err := io.ReadFull(in, head[:])
		payload := make([]byte, head[1])
		if err == nil {
			_, err = io.ReadFull(in, payload)
		}
		if err == nil {
			_, err = fmt.Sscanf(strings.TrimPrefix(string(payload), "4"), "%d %d", &w, &n)
		}
		if err != nil || n != next[w] {
			t.Errorf("read %q, %v, where %v come next", payload, err, next)
			return
		}
		next[w]++
	}
}
