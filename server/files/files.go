// Package files takes files in and gives them out, with net/http: bodies and answers are
// streamed, which Fiber cannot.
//
// Concurrency: a Server is safe for concurrent use and has no goroutine of its own. At most
// maxUploads are taken in at once; who comes then is told OVERLOADED.
//
// Order and loss: an upload that was answered 201 is durable; what was cut off leaves
// nothing. An upload whose token is revoked is cut off.
package files

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/limits"
	"roomstream/rooms/tally"
	"roomstream/server/httpauth"
)

const (
	// maxUploads bounds the uploads at once: each holds a buffer of 255 KiB, and a
	// connection to the store at times.
	maxUploads = 256
	// busyRetry is what who comes beyond is told to wait.
	busyRetry = 2 * time.Second
)

// Options are what a Server stands on. Service, Tokens and Secret are required.
type Options struct {
	Service *rooms.Service
	Tokens  *auth.Tokens
	// Secret signs links to files; it must be the same on every instance.
	Secret         []byte
	MaxFileSize    int64            // bytes; 0: rooms.DefaultMaxFileSize
	AllowedOrigins []string         // whose pages may call besides the same host's; "*": all
	Refusals       *tally.By        // counts, by rooms.Code, the errors that callers are told; nil: nobody counts
	Now            func() time.Time // nil: time.Now
	Logger         *slog.Logger     // nil: none

	// Requests are how often a user may call, and AddressRequests an address (by limits.Address); nil: no limit.
	Requests, AddressRequests *limits.Limiter
}

// Server answers the routes of files.
type Server struct {
	service *rooms.Service
	tokens  *auth.Tokens
	links   links
	most    int64
	origins httpauth.Origins
	foreign bool          // pages of other origins may call
	uploads chan struct{} // holds a token for each upload under way
	now     func() time.Time
	logger  *slog.Logger

	underway                  *underway
	requests, addressRequests *limits.Limiter

	refusals *tally.By
}

// New makes a Server.
func New(o Options) *Server {
	if o.MaxFileSize <= 0 {
		o.MaxFileSize = rooms.DefaultMaxFileSize
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{
		service: o.Service, tokens: o.Tokens, links: newLinks(o.Secret, o.Now), most: o.MaxFileSize,
		origins: httpauth.NewOrigins(o.AllowedOrigins), foreign: len(o.AllowedOrigins) > 0, uploads: make(chan struct{}, maxUploads), underway: newUnderway(), now: o.Now, logger: o.Logger, refusals: o.Refusals,
		requests: o.Requests, addressRequests: o.AddressRequests,
	}
	return s
}

// address is what a path names.
type address struct {
	room string
	file string // empty: the files of the room
	part string // "", partThumbnail or partURL
}

const (
	partThumbnail = "thumbnail"
	partURL       = "url"
)

// addressOf takes /api/rooms/{id}/files[/{fileId}[/thumbnail|/url]] apart.
func addressOf(u *url.URL) (address, bool) {
	parts := strings.Split(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	const least, most = 4, 6
	if len(parts) < least || len(parts) > most || parts[0] != "api" || parts[1] != "rooms" || parts[3] != "files" {
		return address{}, false
	}
	for i, part := range parts {
		plain, err := url.PathUnescape(part)
		if err != nil {
			return address{}, false
		}
		parts[i] = plain
	}
	a := address{room: parts[2]}
	if len(parts) > least {
		a.file = parts[4]
	}
	if len(parts) == most {
		a.part = parts[5]
		return a, a.file != "" && (a.part == partThumbnail || a.part == partURL)
	}
	return a, len(parts) == least || a.file != ""
}

// path is the address of a file.
func (a address) path() string {
	return "/api/rooms/" + url.PathEscape(a.room) + "/files/" + url.PathEscape(a.file)
}

// Routes lists what is served, as the OpenAPI document does.
func Routes() []string {
	const all = "/api/rooms/{id}/files"
	const one = all + "/{fileId}"
	return []string{"POST " + all, "GET " + all, "GET " + one, "GET " + one + "/" + partThumbnail, "GET " + one + "/" + partURL}
}

// Handles says whether a request is for this package.
func Handles(r *http.Request) bool {
	_, ok := addressOf(r.URL)
	return ok
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store") // a file that is given out sets another
	if s.crossOrigin(w, r) {
		return
	}
	if err := rooms.Within(s.addressRequests, limits.Address(r.RemoteAddr)); err != nil {
		s.refuse(w, r, err)
		return
	}
	a, _ := addressOf(r.URL)
	allowed := []string{http.MethodGet, http.MethodHead}
	if a.file == "" {
		allowed = []string{http.MethodGet, http.MethodHead, http.MethodPost}
	}
	if !slices.Contains(allowed, r.Method) {
		h.Set("Allow", strings.Join(allowed, ", "))
		s.refuse(w, r, rooms.E(rooms.CodeMethodNotAllowed, "the route knows other methods only: %s", strings.Join(allowed, ", ")))
		return
	}
	handle := s.download
	switch {
	case a.file == "" && r.Method == http.MethodPost:
		handle = s.upload
	case a.file == "":
		handle = s.list
	case a.part == partURL:
		handle = s.link
	}
	if err := handle(w, r, a); err != nil {
		s.refuse(w, r, err)
	}
}

// crossOrigin says to browsers that pages of the allowed origins may call, and answers their
// preflight. Without credentials: a token is sent by the page, never by the browser on its
// own.
func (s *Server) crossOrigin(w http.ResponseWriter, r *http.Request) (answered bool) {
	h := w.Header()
	h.Add("Vary", "Origin")
	origin, _ := s.origins.Page(r)
	allowed := origin != ""
	if allowed {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", "Retry-After, Content-Disposition, Content-Range, ETag")
	}
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	if allowed {
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Range")
		h.Set("Access-Control-Max-Age", "600")
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}

// caller says who calls by the header Authorization, and until when.
func (s *Server) caller(r *http.Request) (auth.Session, error) {
	headers := r.Header.Values("Authorization")
	if len(headers) > 1 {
		return auth.Session{}, rooms.BadField("Authorization", "must be given once")
	}
	token := ""
	if len(headers) == 1 {
		token = httpauth.Bearer(headers[0])
	}
	session, err := s.tokens.Verify(token)
	if err != nil {
		return auth.Session{}, err
	}
	if err := rooms.Within(s.requests, string(session.User.ID)); err != nil {
		return auth.Session{}, err
	}
	return session, nil
}

// refuse answers with an error: its status, its headers and {error:{...}}. What nobody
// foresaw goes to the log, and the client gets the id of its entry.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	e := rooms.AsError(err)
	if e.Code == rooms.CodeInternal {
		told, id := rooms.Internal()
		s.logger.Error("request failed", "logId", id, "method", r.Method, "route", "files", "error", err)
		e = told
	}
	s.refusals.Add(string(e.Code))
	h, status := w.Header(), e.Code.Status()
	switch status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		later := *e
		if later.RetryAfter <= 0 {
			later.RetryAfter = busyRetry
		}
		e = &later
		h.Set("Retry-After", strconv.Itoa(int((e.RetryAfter+time.Second-1)/time.Second)))
	}
	body, err := json.Marshal(map[string]*rooms.Error{"error": e})
	if err != nil { // an Error is made of strings and numbers
		body = []byte(`{"error":{"code":"INTERNAL","message":"internal error","retryable":true}}`)
	}
	writeJSON(w, status, body)
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // who has gone needs no answer
}
