package load

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"roomstream/server/bench/floor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serveFloor gives a floor on loopback.
func serveFloor(t *testing.T, wrap func(net.Listener) net.Listener) Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- new(floor.Server).Serve(wrap(l)) }()
	t.Cleanup(func() {
		l.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return Server{Addr: netip.MustParseAddrPort(l.Addr().String()), Dialect: SocketIO{}}
}

func open(t *testing.T, s Server, rooms ...string) (*Crowd, []*Client) {
	t.Helper()
	c, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	members := make([]Member, len(rooms))
	for i, room := range rooms {
		members[i] = Member{Server: s, Room: room}
	}
	clients, err := c.Open(t.Context(), members)
	if err != nil {
		t.Fatal(err)
	}
	for i, client := range clients {
		client.SetSender(i)
	}
	return c, clients
}

func plain(l net.Listener) net.Listener { return l }

func TestEveryMessageIsCountedAndTimed(t *testing.T) {
	c, clients := open(t, serveFloor(t, plain), "a", "a", "a", "b")
	var sends sync.WaitGroup
	for _, client := range clients {
		sends.Go(func() {
			for range 10 {
				if err := client.Send(20, 100); err != nil {
					t.Error(err)
				}
			}
		})
	}
	sends.Wait()
	// Three send 200 each to three; one to itself.
	if err := c.Await(t.Context(), 3*200*3+200, 800); err != nil {
		t.Fatal(err)
	}
	r := c.Result()
	if r.Latency.Count() != r.Delivered || r.Latency.Quantile(0.5) <= 0 {
		t.Errorf("%d of %d deliveries were timed, p50 %s", r.Latency.Count(), r.Delivered, r.Latency.Quantile(0.5))
	}
}

func TestAnAckMayCarryTheNextSend(t *testing.T) {
	c, clients := open(t, serveFloor(t, plain), "a", "a")
	for _, client := range clients {
		left := 49
		client.OnAck(func() {
			if left--; left >= 0 {
				if err := client.Send(1, 100); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for _, client := range clients {
		if err := client.Send(1, 100); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Await(t.Context(), 200, 100); err != nil {
		t.Fatal(err)
	}
	if r := c.Result(); r.Acks.Count() != 100 {
		t.Errorf("%d acks were timed", r.Acks.Count())
	}
}

// faulty spoils what a server writes.
type faulty struct {
	net.Listener
	spoil func(write []byte) [][]byte
}

type faultyConn struct {
	net.Conn
	spoil func([]byte) [][]byte
}

func (f faulty) Accept() (net.Conn, error) {
	c, err := f.Listener.Accept()
	return faultyConn{c, f.spoil}, err
}

func (c faultyConn) Write(b []byte) (int, error) {
	for _, part := range c.spoil(b) {
		if _, err := c.Conn.Write(part); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

func TestAServerThatLosesOrDoublesIsFoundOut(t *testing.T) {
	second := func(b []byte) bool {
		return bytes.Contains(b, []byte("new_message")) && bytes.Contains(b, []byte(".00000001."))
	}
	for name, c := range map[string]struct {
		spoil func([]byte) [][]byte
		says  string
	}{
		"loses": {func(b []byte) [][]byte {
			if second(b) {
				return nil
			}
			return [][]byte{b}
		}, "lost"},
		"doubles": {func(b []byte) [][]byte {
			if second(b) {
				return [][]byte{b, b}
			}
			return [][]byte{b}
		}, "doubled"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveFloor(t, func(l net.Listener) net.Listener { return faulty{l, c.spoil} })
			crowd, clients := open(t, s, "a")
			if err := clients[0].Send(5, 100); err != nil {
				t.Fatal(err)
			}
			const never = 1000
			if err := crowd.Await(t.Context(), never, 0); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("Await says %v, want %s", err, c.says)
			}
		})
	}
}

func TestFramesMayComeInPieces(t *testing.T) {
	s := serveFloor(t, func(l net.Listener) net.Listener {
		return faulty{l, func(b []byte) [][]byte { return bytes.SplitAfter(b, []byte(`"`)) }}
	})
	crowd, clients := open(t, s, "a", "a")
	if err := clients[0].Send(5, 100); err != nil {
		t.Fatal(err)
	}
	if err := crowd.Await(t.Context(), 10, 5); err != nil {
		t.Error(err)
	}
}

func TestOnlyLoopbackIsLoaded(t *testing.T) {
	c, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	far := Server{Addr: netip.MustParseAddrPort("192.0.2.1:80"), Dialect: SocketIO{}}
	if _, err := c.Open(context.Background(), []Member{{Server: far}}); err == nil || !strings.Contains(err.Error(), "loopback") {
		t.Errorf("Open says %v", err)
	}
}
