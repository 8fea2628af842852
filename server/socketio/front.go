package socketio

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"roomstream/server/engineio"
)

// Path is where the Socket.IO layer is served; the stock client appends the slash.
const Path = "/socket.io/"

// front is the handler before the engine: what is not a well-formed request of an allowed page goes no further.
type front struct {
	engine  *engineio.Server
	allowed origins
}

// engineRevision is the only revision of Engine.IO that is served.
const engineRevision = "4"

func (f front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != Path && r.URL.Path != strings.TrimSuffix(Path, "/") {
		http.NotFound(w, r)
		return
	}
	if !f.allowed.admit(w, r) {
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
		engineio.Refuse(w, http.StatusBadRequest, engineio.ErrUnsupportedVersion)
	case query.Has("j"):
		// JSONP runs a server's answer as a script in the page that asks: it is no transport of this server.
		engineio.Refuse(w, http.StatusBadRequest, engineio.ErrUnknownTransport)
	case upgrade && query.Get("transport") == "websocket" && query.Get("sid") == "":
		f.engine.ServeWebSocket(w, r)
	case upgrade && query.Get("transport") == "websocket":
		f.engine.ServeUpgrade(w, r, query.Get("sid"))
	case upgrade:
		engineio.Refuse(w, http.StatusBadRequest, engineio.ErrUnknownTransport)
	default:
		f.engine.ServePolling(w, r)
	}
}

// origins says whose pages may talk to this server. Browsers name the page's origin with every request that another
// site's script may cause, and let nobody forge it; a request without one is no browser's, or no other site's.
type origins struct {
	any  bool
	list []string
}

func newOrigins(list []string) (origins, error) {
	var o origins
	for _, entry := range list {
		if entry == "*" {
			o.any = true
			continue
		}
		u, err := url.Parse(entry)
		if err != nil || u.Scheme == "" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			return origins{}, fmt.Errorf("allowed origin %q: write it as a browser does, scheme and host, such as https://chat.example", entry)
		}
		o.list = append(o.list, strings.ToLower(entry))
	}
	return o, nil
}

// admit says whether the request may be served, and writes what lets a page of an allowed origin read the answer.
func (o origins) admit(w http.ResponseWriter, r *http.Request) bool {
	sent := r.Header["Origin"]
	if len(sent) == 0 {
		return true
	}
	if len(sent) > 1 {
		return false
	}
	origin := strings.ToLower(sent[0])
	if u, err := url.Parse(origin); err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host) {
		return true
	}
	if !o.any && !slices.Contains(o.list, origin) {
		return false
	}
	h := w.Header()
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Allow-Origin", sent[0])
	h.Set("Access-Control-Allow-Credentials", "true")
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	}
	return true
}
