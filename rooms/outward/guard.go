// Package outward is how this program calls addresses that users have chosen: webhooks' targets and push services. What is
// not of the public internet is refused when it is dialled, whatever a name stood for when it was looked at.
//
// Concurrency: everything is safe for concurrent use. It starts no goroutine but those of the connections, which end with
// Client.CloseIdleConnections and the requests.
package outward

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// dialTimeout bounds looking up a name and connecting; the whole request is bounded by its context.
const dialTimeout = 5 * time.Second

// ErrRefused says that an address is not of the public internet. It stays refused however often it is tried.
var ErrRefused = errors.New("no address of the public internet")

// reserved are addresses that lead inwards, or nowhere, and that netip does not name: RFC 6890 and the registries of IANA.
// The last ones wrap an IPv4 address, which may be any of them.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this network
	netip.MustParsePrefix("100.64.0.0/10"),   // carrier-grade NAT
	netip.MustParsePrefix("192.0.0.0/24"),    // protocol assignments
	netip.MustParsePrefix("192.0.2.0/24"),    // documentation
	netip.MustParsePrefix("192.88.99.0/24"),  // 6to4 relays, as they were
	netip.MustParsePrefix("198.18.0.0/15"),   // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"), // documentation
	netip.MustParsePrefix("203.0.113.0/24"),  // documentation
	netip.MustParsePrefix("240.0.0.0/4"),     // future use, and broadcast
	netip.MustParsePrefix("100::/64"),        // discard
	netip.MustParsePrefix("2001:db8::/32"),   // documentation
	netip.MustParsePrefix("3fff::/20"),       // documentation
	netip.MustParsePrefix("fec0::/10"),       // site-local, as it was
	netip.MustParsePrefix("::/96"),           // IPv4-compatible
	netip.MustParsePrefix("64:ff9b::/96"),    // NAT64
	netip.MustParsePrefix("64:ff9b:1::/48"),  // NAT64, local
	netip.MustParsePrefix("2001::/23"),       // protocol assignments: Teredo, benchmarks, ORCHID
	netip.MustParsePrefix("2002::/16"),       // 6to4
}

// public6 are all addresses of IPv6 that were given out for the public internet (RFC 4291, 2.4): what is beyond leads
// inwards, if anywhere.
var public6 = netip.MustParsePrefix("2000::/3")

// Guard says where requests may go. The zero value lets them go nowhere but to the public internet.
type Guard struct {
	Private bool   // anywhere
	Setting string // that lets them go anywhere, named in refusals: -webhook-allow-private
}

// Check refuses an address that is not of the public internet, with ErrRefused.
func (g Guard) Check(ip netip.Addr) error {
	if g.Private {
		return nil
	}
	refused := ip.Is4In6() || ip.Zone() != "" || ip.IsUnspecified() || ip.IsLoopback() || ip.IsPrivate() ||
		ip.IsLinkLocalUnicast() || ip.IsMulticast() || !ip.IsGlobalUnicast() ||
		ip.Is6() && !public6.Contains(ip)
	for _, prefix := range reserved {
		refused = refused || prefix.Contains(ip)
	}
	if refused {
		return fmt.Errorf("%s is %w: %s lets requests go there", ip, ErrRefused, g.Setting)
	}
	return nil
}

// control is called with the address that is about to be dialled, behind all looking up of names: what a name stood for
// when it was checked before does not matter.
func (g Guard) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%q is no address", address)
	}
	return g.Check(to.Addr())
}

func (g Guard) dialer(resolver *net.Resolver) *net.Dialer {
	return &net.Dialer{Timeout: dialTimeout, Control: g.control, Resolver: resolver}
}
