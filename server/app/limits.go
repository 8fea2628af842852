package app

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"sync/atomic"

	"roomstream/rooms"
	"roomstream/rooms/limits"
	"roomstream/server/feed"
	"roomstream/server/socketio"
)

// Limits are the settings -limit-*.
type Limits struct {
	RoomSends, Sends, Joins, Reads, Requests, AddressRequests limits.Rate
	Handshakes, AddressHandshakes                             limits.Rate
	Connections, AddressConnections                           int // 0: no limit
}

const (
	unitRate   = "rate, like 20/s burst 60; 0: no limit"
	unitPlaces = "number; 0: no limit"
)

// limitSettings are the rows of the limits. Each default is above what people and their programs do, also when they all come
// back after an outage, and behind one address; decisions/0047-limits.md says how.
func limitSettings() []setting {
	rate := func(name, value, doc string, of func(*Limits) *limits.Rate) setting {
		return setting{Name: name, Default: value, Unit: unitRate, Doc: doc,
			set: func(c *Config, text string) (err error) { *of(&c.Limits), err = limits.ParseRate(text); return err }}
	}
	places := func(name, value, doc string, of func(*Limits) *int) setting {
		return setting{Name: name, Default: value, Unit: unitPlaces, Doc: doc,
			set: func(c *Config, text string) (err error) { *of(&c.Limits), err = parsePlaces(text); return err }}
	}
	return []setting{
		rate("limit-room-sends", "50/s burst 1000", "How often a user may add to one room: messages, edits, deletes, reactions. All limits are of each instance, see operations.md; who meets one is told RATE_LIMITED.",
			func(l *Limits) *limits.Rate { return &l.RoomSends }),
		rate("limit-sends", "100/s burst 2000", "That, in all rooms together.",
			func(l *Limits) *limits.Rate { return &l.Sends }),
		rate("limit-joins", "100/s burst 5000", "How often a user may join rooms, make them and open direct ones. A client joins its rooms again when it comes back, up to 1,000.",
			func(l *Limits) *limits.Rate { return &l.Joins }),
		rate("limit-reads", "100/s burst 2000", "How often a user may ask for anything else: history, sync, search, lists, profiles, settings, typing; events and routes together.",
			func(l *Limits) *limits.Rate { return &l.Reads }),
		rate("limit-requests", "100/s burst 2000", "How often a user may call over HTTP: REST, files, collections, feeds; not the Socket.IO connection.",
			func(l *Limits) *limits.Rate { return &l.Requests }),
		rate("limit-address-requests", "1000/s burst 20000", "That from one address, whoever calls; a /64 of IPv6 is one. Behind a proxy set -trusted-proxies, else all come from its address.",
			func(l *Limits) *limits.Rate { return &l.AddressRequests }),
		rate("limit-handshakes", "2000/s burst 20000", "How often connections may begin, of everybody together, feeds too. Who is refused is told when to come again.",
			func(l *Limits) *limits.Rate { return &l.Handshakes }),
		rate("limit-address-handshakes", "500/s burst 10000", "That from one address.",
			func(l *Limits) *limits.Rate { return &l.AddressHandshakes }),
		places("limit-connections", "500", "How many connections a user may have at once, feeds too.",
			func(l *Limits) *int { return &l.Connections }),
		places("limit-address-connections", "20000", "How many connections an address may have at once, feeds too.",
			func(l *Limits) *int { return &l.AddressConnections }),
	}
}

// maxPlaces is more than a process has files for.
const maxPlaces = 10_000_000

func parsePlaces(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > maxPlaces {
		return 0, fmt.Errorf("%q must be a number from 0 (no limit) to %d", text, maxPlaces)
	}
	return n, nil
}

// limiters are the limits of this instance as they are counted: one of each, whatever way somebody comes in by.
type limiters struct {
	chat                                                     rooms.Limits
	requests, addressRequests, handshakes, addressHandshakes *limits.Limiter
	connections, addressConnections                          *limits.Places
}

func newLimiters(l Limits) limiters {
	return limiters{
		chat: rooms.Limits{
			RoomSends: limits.New("room_sends", l.RoomSends, nil), Sends: limits.New("sends", l.Sends, nil),
			Joins: limits.New("joins", l.Joins, nil), Reads: limits.New("reads", l.Reads, nil),
		},
		requests: limits.New("requests", l.Requests, nil), addressRequests: limits.New("address_requests", l.AddressRequests, nil),
		handshakes: limits.New("handshakes", l.Handshakes, nil), addressHandshakes: limits.New("address_handshakes", l.AddressHandshakes, nil),
		connections: limits.NewPlaces("connections", l.Connections), addressConnections: limits.NewPlaces("address_connections", l.AddressConnections),
	}
}

// sockets are those of Socket.IO connections.
func (l limiters) sockets() socketio.Limits {
	return socketio.Limits{Handshakes: l.handshakes, AddressHandshakes: l.addressHandshakes, AddressConnections: l.addressConnections, Connections: l.connections}
}

// feeds are those of feeds and collections.
func (l limiters) feeds() feed.Limits {
	return feed.Limits{
		Handshakes: l.handshakes, AddressHandshakes: l.addressHandshakes, AddressConnections: l.addressConnections, Connections: l.connections,
		Requests: l.requests, AddressRequests: l.addressRequests,
	}
}

// hit counts what was refused, by limit.
func (l limiters) hit() map[string]int64 {
	return map[string]int64{
		"room_sends": l.chat.RoomSends.Refused(), "sends": l.chat.Sends.Refused(), "joins": l.chat.Joins.Refused(), "reads": l.chat.Reads.Refused(),
		"requests": l.requests.Refused(), "address_requests": l.addressRequests.Refused(),
		"handshakes": l.handshakes.Refused(), "address_handshakes": l.addressHandshakes.Refused(),
		"connections": l.connections.Refused(), "address_connections": l.addressConnections.Refused(),
	}
}

// unheeded says, once, that a proxy's word on where requests come from is not taken: its clients have one address
// then, and the limits of one. A peer of the public internet is no proxy of ours, but may send any header.
func unheeded(logger *slog.Logger) func(r *http.Request) {
	var said atomic.Bool
	return func(r *http.Request) {
		if said.Load() {
			return
		}
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !peer.Addr().IsPrivate() && !peer.Addr().IsLoopback() || said.Swap(true) {
			return
		}
		logger.Warn("X-Forwarded-For is not heeded: if this is a proxy, name it in -trusted-proxies, else all who come through it are limited as one address", "peer", peer.Addr().String())
	}
}
