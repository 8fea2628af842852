package limits

import (
	"net/netip"
	"sync"
	"sync/atomic"
)

// Places bounds how many of something a key may have at once. A nil Places bounds nothing. It holds as many keys as have
// something, so whoever bounds those bounds it.
type Places struct {
	name    string
	most    int
	refused atomic.Int64

	mu    sync.Mutex
	taken map[string]int
}

// NewPlaces makes Places of which each key has so many; nil where most is 0.
func NewPlaces(name string, most int) *Places {
	if most <= 0 {
		return nil
	}
	return &Places{name: name, most: most, taken: map[string]int{}}
}

// Name is the limit's, as clients and metrics are told.
func (p *Places) Name() string { return p.name }

// Refused counts what found no place.
func (p *Places) Refused() int64 {
	if p == nil {
		return 0
	}
	return p.refused.Load()
}

// Enter takes a place, which Leave gives back; false: there is none.
func (p *Places) Enter(key string) bool {
	if p == nil {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken[key] >= p.most {
		p.refused.Add(1)
		return false
	}
	p.taken[key]++
	return true
}

// Leave gives back what Enter took.
func (p *Places) Leave(key string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken[key]--; p.taken[key] <= 0 {
		delete(p.taken, key)
	}
}

// neighbours is how many bits of an IPv6 address tell one customer's network from another's: each has all addresses below.
const neighbours = 64

// Address is the key of a peer, host:port or an address alone: the address of IPv4, the /64 of IPv6.
func Address(peer string) string {
	addr, err := netip.ParseAddr(peer)
	if err != nil {
		with, err := netip.ParseAddrPort(peer)
		if err != nil {
			return peer
		}
		addr = with.Addr()
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	return netip.PrefixFrom(addr, neighbours).Masked().String()
}
