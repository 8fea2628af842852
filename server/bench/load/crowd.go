// Package load is the load generator: many clients over raw WebSockets, each of which checks that it gets every message
// of every sender of its room once and in order.
//
// It is made to cost little beside the servers, with which it shares the machine: one goroutine reads for all connections
// over epoll, so it runs on Linux only, and no message is decoded further than its mark.
//
// Concurrency: a Crowd's methods are safe for concurrent use. Callbacks run in the goroutine that reads.
//
// Lifecycle: New starts the goroutine, Close ends it and cuts all connections.
//
// Order and loss: a message that is lost, doubled or overtaken ends the measurement with an error.
package load

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"roomstream/server/bench/stats"
)

// readChunk is how much is read at once: a burst to one client fits.
const readChunk = 64 << 10

// Server is what a Crowd loads.
type Server struct {
	Addr    netip.AddrPort // on loopback
	Dialect Dialect
}

// Crowd is a number of clients.
type Crowd struct {
	epoll int
	ended chan struct{}
	chunk []byte // the reading goroutine's

	mu        sync.Mutex // taken once for each connection that has something to read
	clients   map[int32]*Client
	closing   bool
	latency   stats.Histogram // from send to delivery
	acks      stats.Histogram // from send to ack
	delivered int64
	acked     int64
	awaited   []await
	failed    error
	failure   chan struct{} // closed when failed is set
}

// await is somebody who waits for a number of deliveries.
type await struct {
	delivered, acked int64
	reached          chan struct{}
}

// New makes an empty Crowd.
func New() (*Crowd, error) {
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	c := &Crowd{epoll: epoll, ended: make(chan struct{}), chunk: make([]byte, readChunk), clients: map[int32]*Client{}, failure: make(chan struct{})}
	go c.run()
	return c, nil
}

// Close cuts all connections: abruptly, so that no port stays taken.
func (c *Crowd) Close() {
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	<-c.ended
	for _, client := range c.clients {
		client.cut()
	}
	syscall.Close(c.epoll)
}

// Cut ends all connections abruptly, and forgets the clients.
func (c *Crowd) Cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, client := range c.clients {
		client.cut()
	}
	clear(c.clients)
}

// Member is one who is to connect.
type Member struct {
	Server Server
	Token  string
	Room   string // empty: none is joined
}

// Dialers is how many connect at once: as many as a busy balancer would let.
const Dialers = 64

// Open connects, signs in and joins for each member, Dialers at a time; the clients come in the order of the members.
func (c *Crowd) Open(ctx context.Context, members []Member) ([]*Client, error) {
	return c.Rush(ctx, members, Dialers)
}

// Rush is Open with so many at a time. Each takes a thread while it connects.
func (c *Crowd) Rush(ctx context.Context, members []Member, dialers int) ([]*Client, error) {
	clients := make([]*Client, len(members))
	group, opening := errgroup.WithContext(ctx)
	group.SetLimit(dialers)
	for i, m := range members {
		if opening.Err() != nil {
			break
		}
		group.Go(func() error {
			client, err := c.open(m)
			if err != nil {
				return fmt.Errorf("client %d of %d: %w", i, len(members), err)
			}
			clients[i] = client
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return clients, ctx.Err()
}

func (c *Crowd) open(m Member) (*Client, error) {
	t, err := dial(syscall.SockaddrInet4{Addr: m.Server.Addr.Addr().As4(), Port: int(m.Server.Addr.Port())}, m.Server.Dialect.Path())
	if err != nil {
		return nil, err
	}
	if err := m.Server.Dialect.SignIn(t, m.Token); err != nil {
		return nil, errors.Join(fmt.Errorf("sign in: %w", err), syscall.Close(t.fd))
	}
	if m.Room != "" {
		if err := m.Server.Dialect.Join(t, m.Room); err != nil {
			return nil, errors.Join(fmt.Errorf("join %s: %w", m.Room, err), syscall.Close(t.fd))
		}
	}
	return c.take(t, m)
}

// take hands a connection to the goroutine that reads.
func (c *Crowd) take(t *Talk, m Member) (*Client, error) {
	client := &Client{crowd: c, fd: t.fd, dialect: m.Server.Dialect, room: m.Room}
	if err := syscall.SetNonblock(t.fd, true); err != nil {
		return nil, errors.Join(err, syscall.Close(t.fd))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(t.rest) > 0 {
		if err := client.feed(t.rest, time.Now()); err != nil {
			return nil, errors.Join(err, syscall.Close(t.fd))
		}
	}
	c.clients[int32(t.fd)] = client
	if err := syscall.EpollCtl(c.epoll, syscall.EPOLL_CTL_ADD, t.fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(t.fd)}); err != nil {
		delete(c.clients, int32(t.fd))
		return nil, errors.Join(fmt.Errorf("epoll: %w", err), syscall.Close(t.fd))
	}
	return client, nil
}

// run reads for all.
func (c *Crowd) run() {
	defer close(c.ended)
	// A wait ends so that Close is heard; nothing else hangs on it.
	const look = 50 // ms
	events := make([]syscall.EpollEvent, 256)
	for {
		n, err := syscall.EpollWait(c.epoll, events, look)
		if err != nil && err != syscall.EINTR {
			c.mu.Lock()
			c.fail(fmt.Errorf("epoll: %w", err))
			c.mu.Unlock()
			return
		}
		for _, e := range events[:max(n, 0)] {
			c.mu.Lock()
			c.read(e.Fd)
			c.mu.Unlock()
		}
		c.mu.Lock()
		closing := c.closing
		c.mu.Unlock()
		if closing {
			return
		}
	}
}

// read takes what has come for one client; the lock is held.
func (c *Crowd) read(fd int32) {
	client := c.clients[fd]
	if client == nil {
		return // it was cut meanwhile
	}
	n, err := syscall.Read(client.fd, c.chunk)
	switch {
	case err == syscall.EAGAIN || err == syscall.EINTR:
		return
	case err == nil && n == 0:
		err = errors.New("the server ended a connection")
	case err == nil:
		err = client.feed(c.chunk[:n], time.Now())
	}
	if err != nil {
		c.fail(err)
		client.cut()
		delete(c.clients, fd)
	}
}

// fail keeps the first error; the lock is held.
func (c *Crowd) fail(err error) {
	if c.failed == nil {
		c.failed = err
		close(c.failure)
	}
}

// counted tells those who have waited for the present numbers; the lock is held.
func (c *Crowd) counted() {
	for i := 0; i < len(c.awaited); i++ {
		w := c.awaited[i]
		if c.delivered >= w.delivered && c.acked >= w.acked {
			close(w.reached)
			c.awaited = append(c.awaited[:i], c.awaited[i+1:]...)
			i--
		}
	}
}

// Await waits until so many messages have been delivered and acked in all, since the beginning or the last Reset.
func (c *Crowd) Await(ctx context.Context, delivered, acked int64) error {
	w := await{delivered: delivered, acked: acked, reached: make(chan struct{})}
	c.mu.Lock()
	c.awaited = append(c.awaited, w)
	c.counted()
	c.mu.Unlock()
	patience := time.NewTimer(Patience)
	defer patience.Stop()
	select {
	case <-w.reached:
		return nil
	case <-c.failure:
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.failed
	case <-ctx.Done():
		return ctx.Err()
	case <-patience.C:
	}
	r := c.Result()
	return fmt.Errorf("within %s only %d of %d deliveries and %d of %d acks came", Patience, r.Delivered, delivered, r.Acked, acked)
}

// Result is what a Crowd has seen since the beginning or the last Reset.
type Result struct {
	Delivered, Acked int64
	Latency          stats.Histogram // from send to delivery
	Acks             stats.Histogram // from send to ack, of those who send one after the other
}

// Result copies what was seen so far.
func (c *Crowd) Result() Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Result{Delivered: c.delivered, Acked: c.acked, Latency: c.latency, Acks: c.acks}
}

// Reset begins the counts anew; it is for when nothing is under way. What is checked goes on.
func (c *Crowd) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.delivered, c.acked, c.latency, c.acks = 0, 0, stats.Histogram{}, stats.Histogram{}
}

// Err is the first failure.
func (c *Crowd) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}
