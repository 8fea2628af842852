package hooks

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// dialTimeout bounds looking up a name and connecting; the whole attempt is bounded by attemptTimeout.
const dialTimeout = 5 * time.Second

// reserved are addresses that lead inwards, or nowhere, and that netip does not name: RFC 6890 and the registries of IANA.
// The last ones wrap an IPv4 address, which may be any of them.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this network
	netip.MustParsePrefix("100.64.0.0/10"),   // carrier-grade NAT
	netip.MustParsePrefix("192.0.0.0/24"),    // protocol assignments
	netip.MustParsePrefix("192.0.2.0/24"),    // documentation
	netip.MustParsePrefix("198.18.0.0/15"),   // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"), // documentation
	netip.MustParsePrefix("203.0.113.0/24"),  // documentation
	netip.MustParsePrefix("240.0.0.0/4"),     // future use, and broadcast
	netip.MustParsePrefix("100::/64"),        // discard
	netip.MustParsePrefix("2001:db8::/32"),   // documentation
	netip.MustParsePrefix("fec0::/10"),       // site-local, as it was
	netip.MustParsePrefix("::/96"),           // IPv4-compatible
	netip.MustParsePrefix("64:ff9b::/96"),    // NAT64
	netip.MustParsePrefix("64:ff9b:1::/48"),  // NAT64, local
	netip.MustParsePrefix("2001::/32"),       // Teredo
	netip.MustParsePrefix("2002::/16"),       // 6to4
}

// guard says where deliveries may go.
type guard struct{ private bool } // anywhere

// check refuses an address that is not of the public internet.
func (g guard) check(ip netip.Addr) error {
	if g.private {
		return nil
	}
	refused := ip.Is4In6() || ip.Zone() != "" || ip.IsUnspecified() || ip.IsLoopback() || ip.IsPrivate() ||
		ip.IsLinkLocalUnicast() || ip.IsMulticast() || !ip.IsGlobalUnicast()
	for _, prefix := range reserved {
		refused = refused || prefix.Contains(ip)
	}
	if refused {
		return fmt.Errorf("%s is no address of the public internet: -webhook-allow-private lets deliveries go there", ip)
	}
	return nil
}

// control is called with the address that is about to be dialled, behind all looking up of names: what a name stood for
// when it was checked before does not matter.
func (g guard) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%q is no address", address)
	}
	return g.check(to.Addr())
}

func (g guard) dialer(resolver *net.Resolver) *net.Dialer {
	return &net.Dialer{Timeout: dialTimeout, Control: g.control, Resolver: resolver}
}
