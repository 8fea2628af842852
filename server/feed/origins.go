package feed

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// origins says whose pages may open feeds and call the routes of collections. Browsers name the page's origin with every
// request that another site's script may cause, and let nobody forge it. It is asked here for every request, because a
// browser sends a password it has been told along with any of them.
type origins struct {
	any  bool
	list []string // lower case
}

func newOrigins(list []string) origins {
	o := origins{any: slices.Contains(list, "*")}
	for _, entry := range list {
		o.list = append(o.list, strings.ToLower(entry))
	}
	return o
}

// admit says whether the request may be served, and writes what lets a page of an allowed origin read the answer. Such a
// page sends a token by itself; passwords that its browser knows are not for it.
func (o origins) admit(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	h.Add("Vary", "Origin")
	sent := r.Header.Values("Origin")
	switch {
	case len(sent) == 0:
		return true
	case len(sent) > 1:
		return false
	}
	origin := strings.ToLower(sent[0])
	if u, err := url.Parse(origin); err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host) {
		return true
	}
	if !o.any && !slices.Contains(o.list, origin) {
		return false
	}
	h.Set("Access-Control-Allow-Origin", sent[0])
	h.Set("Access-Control-Expose-Headers", "Retry-After, Location")
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", "GET, POST, PUT")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID")
		h.Set("Access-Control-Max-Age", "600")
	}
	return true
}
