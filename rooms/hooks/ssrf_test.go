package hooks_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"roomstream/rooms/hooks"
)

// dns is a name server on loopback. Each question takes the next of its answers.
type dns struct {
	t       *testing.T
	conn    net.PacketConn
	answers func(n int) netip.Addr
	asked   atomic.Int64
}

func newDNS(t *testing.T, answers func(n int) netip.Addr) *dns {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &dns{t: t, conn: conn, answers: answers}
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.serve()
	}()
	t.Cleanup(func() {
		conn.Close()
		<-done
	})
	return d
}

func (d *dns) serve() {
	buf := make([]byte, 512)
	for {
		n, from, err := d.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		var parser dnsmessage.Parser
		header, err := parser.Start(buf[:n])
		if err != nil {
			continue
		}
		question, err := parser.Question()
		if err != nil {
			continue
		}
		header.Response, header.RecursionAvailable = true, true
		builder := dnsmessage.NewBuilder(nil, header)
		head := dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET}
		if builder.StartQuestions() != nil || builder.Question(question) != nil || builder.StartAnswers() != nil {
			continue
		}
		if question.Type == dnsmessage.TypeA {
			if ip := d.answers(int(d.asked.Add(1))); ip.Is4() {
				_ = builder.AResource(head, dnsmessage.AResource{A: ip.As4()})
			}
		}
		if answer, err := builder.Finish(); err == nil {
			_, _ = d.conn.WriteTo(answer, from)
		}
	}
}

func (d *dns) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", d.conn.LocalAddr().String())
	}}
}

// A name that stands for a public address when it is looked at, and for loopback when it is dialled: what is dialled counts.
func TestANameThatLeadsInwardsIsNotDialled(t *testing.T) {
	inner := newTarget(t, nil)
	port := inner.URL[strings.LastIndexByte(inner.URL, ':'):]
	names := newDNS(t, func(int) netip.Addr { return netip.MustParseAddr("127.0.0.1") })
	s := newStage(t, func(o *hooks.OutgoingOptions) { o.AllowPrivate, o.Resolver = false, names.resolver() })
	h, _ := s.hook("general", "http://rebound.example"+port)
	s.say("general", "hello")
	for n := range 3 {
		until(t, "a try", func() bool { return s.cursor(h, "general").Attempts > n })
		s.clock.advance(time.Hour)
	}
	if c := s.cursor(h, "general"); !strings.Contains(c.LastError, "public internet") || c.Seq != 0 {
		t.Errorf("the cursor is %+v", c)
	}
	if names.asked.Load() == 0 {
		t.Error("nobody asked for the name")
	}
	if n := len(inner.got()); n != 0 {
		t.Errorf("%d deliveries reached the address inside", n)
	}
}

// With the setting the same name is dialled: the test above fails for no other reason.
func TestANameThatLeadsInwardsIsDialledWhereAllowed(t *testing.T) {
	inner := newTarget(t, nil)
	port := inner.URL[strings.LastIndexByte(inner.URL, ':'):]
	names := newDNS(t, func(int) netip.Addr { return netip.MustParseAddr("127.0.0.1") })
	s := newStage(t, func(o *hooks.OutgoingOptions) { o.Resolver = names.resolver() })
	s.hook("general", "http://rebound.example"+port)
	s.say("general", "hello")
	inner.await(1)
}

// The environment's proxy would be dialled instead of what was checked.
func TestTheEnvironmentsProxyIsNotUsed(t *testing.T) {
	proxy := newTarget(t, nil)
	t.Setenv("HTTP_PROXY", proxy.URL)
	names := newDNS(t, func(int) netip.Addr { return netip.MustParseAddr("127.0.0.1") })
	g := newTarget(t, nil)
	s := newStage(t, func(o *hooks.OutgoingOptions) { o.Resolver = names.resolver() })
	s.hook("general", "http://target.example"+g.URL[strings.LastIndexByte(g.URL, ':'):])
	s.say("general", "hello")
	g.await(1)
	if len(proxy.got()) != 0 {
		t.Error("the proxy was used")
	}
}
