package httpauth

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are whose word counts on where a request comes from: X-Forwarded-For, and nothing else. Forwarded and X-Real-IP
// count for nothing: a proxy passes on what it does not set itself, so that with two headers a client would choose the one
// his proxy leaves alone. Nor do X-Forwarded-Proto and X-Forwarded-Host: nothing here depends on them.
type Proxies struct{ trusted []netip.Prefix }

// ParseProxies reads networks and addresses, separated by commas: 10.0.0.0/8, 127.0.0.1, fd00::/8.
func ParseProxies(text string) (Proxies, error) {
	var p Proxies
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		network, err := netip.ParsePrefix(part)
		if addr, isAddr := netip.ParseAddr(part); isAddr == nil {
			network, err = netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()), nil
		}
		if err != nil || network.Addr().Is4In6() || network.Addr().Zone() != "" {
			return Proxies{}, fmt.Errorf("%q is no network: write it like 10.0.0.0/8 or 192.0.2.7", part)
		}
		p.trusted = append(p.trusted, network.Masked())
	}
	return p, nil
}

// Trusts says whether a peer, host:port, is one of them.
func (p Proxies) Trusts(peer string) bool {
	at, err := netip.ParseAddrPort(peer)
	return err == nil && p.trusts(at.Addr().Unmap().WithZone(""))
}

func (p Proxies) trusts(addr netip.Addr) bool {
	for _, network := range p.trusted {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

// Peer is where a request comes from, host:port as in r.RemoteAddr. Where that is a trusted proxy it is the rightmost
// address in X-Forwarded-For that is none: each proxy writes behind what is there whom it was called by, so what is left of
// that is a client's own word. What is no address ends the search, at the last proxy that was found.
func (p Proxies) Peer(r *http.Request) string {
	if !p.Trusts(r.RemoteAddr) {
		return r.RemoteAddr
	}
	found := netip.Addr{}
	lines := r.Header.Values("X-Forwarded-For")
	for i := len(lines) - 1; i >= 0; i-- {
		for rest, more := lines[i], true; more; {
			entry := rest
			comma := strings.LastIndexByte(rest, ',')
			if more = comma >= 0; more {
				rest, entry = rest[:comma], rest[comma+1:]
			}
			addr, ok := forwarded(entry)
			if ok {
				found = addr
			}
			if !ok || !p.trusts(addr) {
				return peerOf(found, r.RemoteAddr)
			}
		}
	}
	return peerOf(found, r.RemoteAddr)
}

// peerOf is an address as net/http writes a peer's; its port is not known.
func peerOf(found netip.Addr, otherwise string) string {
	if !found.IsValid() {
		return otherwise
	}
	return netip.AddrPortFrom(found, 0).String()
}

// forwarded reads an entry: an address, which some proxies write with a port, and IPv6 in brackets.
func forwarded(entry string) (netip.Addr, bool) {
	entry = strings.TrimSpace(entry)
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(entry, "["), "]"))
	if err != nil {
		with, err := netip.ParseAddrPort(entry)
		if err != nil {
			return netip.Addr{}, false
		}
		addr = with.Addr()
	}
	return addr.Unmap().WithZone(""), true
}

// Handler has all behind it see a request's Peer as its RemoteAddr: limits, logs, whoever asks. ignored is told of requests
// that carry X-Forwarded-For and come from nobody trusted.
func (p Proxies) Handler(next http.Handler, ignored func(r *http.Request)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header["X-Forwarded-For"] != nil {
			if peer := p.Peer(r); peer != r.RemoteAddr {
				r.RemoteAddr = peer
			} else if !p.Trusts(peer) {
				ignored(r)
			}
		}
		next.ServeHTTP(w, r)
	})
}
