package app

import (
	"net/http"
	"strings"
	"time"

	"roomstream/server/feed"
	"roomstream/server/files"
)

const (
	socketsPath = "/socket.io/"

	bodyTimeout   = 30 * time.Second // for a body to arrive: the longest is a polling request of 1 MB
	answerTimeout = 60 * time.Second // for an answer to be made and read: the page's script on a slow line
)

// port is who serves which path. net/http stands in front, because Fiber can neither
// hand over a connection nor stream; not its ServeMux, which redirects what it takes for
// unclean: ".." is a room's id.
type port struct {
	sockets, json, files, feeds, page http.Handler
}

// ServeHTTP implements http.Handler.
func (p port) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, socketsPath):
		p.sockets.ServeHTTP(w, r)
	case files.Handles(r):
		p.files.ServeHTTP(w, r)
	case strings.HasPrefix(path, "/api/"), path == "/healthz", path == "/readyz":
		p.json.ServeHTTP(w, r)
	case feed.Handles(r):
		p.feeds.ServeHTTP(w, r)
	default:
		p.page.ServeHTTP(w, r)
	}
}

// deadlines bounds the time in which a body arrives and an answer is read. The
// server's own timeouts would also end polling requests, which wait as long as the
// ping interval: the sockets have deadlines of their own. So have feeds, which last:
// each of their writes sets another. A deadline stays with the connection, so each
// request sets both.
func deadlines(next http.Handler, body, answer time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var reading, writing time.Time
		if r.ContentLength != 0 {
			reading = time.Now().Add(body)
		}
		if !strings.HasPrefix(r.URL.Path, socketsPath) {
			writing = time.Now().Add(answer)
		}
		control := http.NewResponseController(w) // net/http's own writer knows deadlines
		_ = control.SetReadDeadline(reading)
		_ = control.SetWriteDeadline(writing)
		next.ServeHTTP(w, r)
	})
}
