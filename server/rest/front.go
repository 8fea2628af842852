package rest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"roomstream/rooms"
	"roomstream/rooms/limits"
	"roomstream/rooms/tally"
	"roomstream/server/httpauth"
)

// bodyTimeout is how long a caller may take to send a body: 64 KiB in 15 s is slower
// than any telephone line.
const bodyTimeout = 15 * time.Second

// front stands before Fiber's adaptor, which reads any body to its end into memory,
// whatever its length, and keeps only one of repeated headers. It also answers what
// pages of other origins ask first.
type front struct {
	next    http.Handler
	origins httpauth.Origins
	maxBody int64

	requests *limits.Limiter // by address; nil: no limit
	refusals *tally.By       // nil: nobody counts
}

func newFront(next http.Handler, origins []string, maxBody int64) *front {
	return &front{next: next, origins: httpauth.NewOrigins(origins), maxBody: maxBody}
}

// ServeHTTP implements http.Handler.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store") // answers differ by token and by the moment
	h.Set("X-Content-Type-Options", "nosniff")
	if f.crossOrigin(w, r) {
		return
	}
	// Not of /healthz and /readyz: who asks there is to learn how the server is, not how many ask.
	if strings.HasPrefix(r.URL.Path, "/api/") {
		if err := rooms.Within(f.requests, limits.Address(r.RemoteAddr)); err != nil {
			f.refuse(w, err)
			return
		}
	}
	if len(r.Header.Values("Authorization")) > 1 {
		f.refuse(w, rooms.BadField("Authorization", "must be given once"))
		return
	}
	body, err := f.read(w, r)
	if err != nil {
		f.refuse(w, err)
		return
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	f.next.ServeHTTP(w, r)
}

func (f *front) refuse(w http.ResponseWriter, e *rooms.Error) {
	f.refusals.Add(string(e.Code))
	writeError(w, e)
}

// crossOrigin says to browsers that pages of the allowed origins may call, and
// answers their preflight. Without credentials: a token is sent by the page, never
// by the browser on its own.
func (f *front) crossOrigin(w http.ResponseWriter, r *http.Request) (answered bool) {
	h := w.Header()
	h.Add("Vary", "Origin")
	// Who may not is not refused: without these headers, a browser keeps the answer from the page.
	origin, _ := f.origins.Page(r)
	allowed := origin != ""
	if allowed {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", "Retry-After")
	}
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	if allowed {
		h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
		h.Set("Access-Control-Max-Age", "600")
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}

// read returns the body, at most maxBody bytes and within bodyTimeout.
func (f *front) read(w http.ResponseWriter, r *http.Request) ([]byte, *rooms.Error) {
	if r.ContentLength == 0 || r.Body == nil {
		return nil, nil
	}
	if r.ContentLength > f.maxBody {
		return nil, f.tooLarge()
	}
	// The server has no deadline for whole requests, because polling ones wait long;
	// a ResponseWriter that knows no deadlines is one of a test.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(bodyTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, f.maxBody))
	var tooLarge *http.MaxBytesError
	// The deadline stays where the body is refused: before net/http answers it reads on, and would for as long as something comes.
	switch {
	case errors.As(err, &tooLarge):
		return nil, f.tooLarge()
	case err != nil:
		return nil, rooms.BadField("body", "did not arrive whole")
	}
	_ = control.SetReadDeadline(time.Time{})
	return body, nil
}

func (f *front) tooLarge() *rooms.Error {
	e := rooms.E(rooms.CodeTooLarge, "body: must be at most %d bytes", f.maxBody)
	e.Field = "body"
	return e
}
