package socketio

import (
	"errors"
	"net/http"
	"strings"

	"roomstream/rooms/tally"
	"roomstream/server/engineio"
	"roomstream/server/httpauth"
)

// Path is where the Socket.IO layer is served; the stock client appends the slash.
const Path = "/socket.io/"

// front is the handler before the engine: what is not a well-formed request of an allowed page goes no further.
type front struct {
	engine  *engineio.Server
	allowed origins
	limits  Limits
	refused *tally.By
}

// engineRevision is the only revision of Engine.IO that is served.
const engineRevision = "4"

func (f front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != Path && r.URL.Path != strings.TrimSuffix(Path, "/") {
		http.NotFound(w, r)
		return
	}
	if !f.allowed.admit(w, r) {
		f.refused.Add(refusedOrigin)
		engineio.Refuse(w, http.StatusForbidden, engineio.ErrForbidden)
		return
	}
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	query := r.URL.Query()
	upgrade := engineio.IsUpgrade(r)
	switch {
	case query.Get("EIO") != engineRevision:
		f.refused.Add(refusedVersion)
		engineio.Refuse(w, http.StatusBadRequest, engineio.ErrUnsupportedVersion)
	case query.Has("j"):
		f.refused.Add(engineio.RefusedRequest)
		// JSONP runs a server's answer as a script in the page that asks: it is no transport of this server.
		engineio.Refuse(w, http.StatusBadRequest, engineio.ErrUnknownTransport)
	case query.Get("sid") == "" && !f.limits.within(w, r):
		f.refused.Add(refusedRate)
	case upgrade && query.Get("transport") == "websocket" && query.Get("sid") == "":
		f.begun(f.engine.ServeWebSocket(w, r), r)
	case upgrade && query.Get("transport") == "websocket":
		f.engine.ServeUpgrade(w, r, query.Get("sid"))
	case upgrade:
		f.refused.Add(engineio.RefusedRequest)
		engineio.Refuse(w, http.StatusBadRequest, engineio.ErrUnknownTransport)
	default:
		f.begun(f.engine.ServePolling(w, r), r)
	}
}

// begun takes what came of a handshake.
func (f front) begun(err error, r *http.Request) {
	if errors.Is(err, engineio.ErrTooMany) {
		f.limits.crowded(r.RemoteAddr)
	}
}

// origins says whose pages may talk to this server.
type origins struct{ httpauth.Origins }

// newOrigins refuses what no browser would send.
func newOrigins(list []string) (origins, error) {
	for _, entry := range list {
		if err := httpauth.CheckOrigin(entry); err != nil {
			return origins{}, err
		}
	}
	return origins{httpauth.NewOrigins(list)}, nil
}

// admit says whether the request may be served, and writes what lets a page of an allowed origin read the answer.
func (o origins) admit(w http.ResponseWriter, r *http.Request) bool {
	page, allowed := o.Page(r)
	if !allowed || page == "" {
		return allowed
	}
	h := w.Header()
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Allow-Origin", page)
	if o.Listed(page) {
		// A balancer's cookie, which keeps the requests of a client that polls together. We take nothing from cookies, but
		// what stands before us may, so not for pages of which nothing is known.
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	}
	return true
}
