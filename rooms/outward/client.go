package outward

import (
	"net"
	"net/http"
	"time"
)

const (
	// handshakeTimeout bounds the handshake of TLS; the whole request is bounded by its context.
	handshakeTimeout = 10 * time.Second
	// idleTimeout is how long a connection waits for the next request.
	idleTimeout = 30 * time.Second
	// idlePerHost bounds those to one address.
	idlePerHost = 2
	// maxHeader is how much of an answer's header is read, in bytes.
	maxHeader = 64 << 10
)

// Client makes a client that dials what the guard lets through and follows no redirect: the answer 3xx is the answer. The
// environment's proxies are not used: they would be dialled instead of what was checked. resolver: nil is the system's.
func (g Guard) Client(resolver *net.Resolver) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:               nil,
			DialContext:         g.dialer(resolver).DialContext,
			TLSHandshakeTimeout: handshakeTimeout, ForceAttemptHTTP2: true, DisableCompression: true,
			MaxIdleConnsPerHost: idlePerHost, IdleConnTimeout: idleTimeout, MaxResponseHeaderBytes: maxHeader,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
