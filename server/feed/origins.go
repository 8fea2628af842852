package feed

import (
	"net/http"

	"roomstream/server/httpauth"
)

// origins says whose pages may open feeds and call the routes of collections. It is asked here for every request, because
// a browser sends a password it has been told along with any of them.
type origins struct{ httpauth.Origins }

// admit says whether the request may be served, and writes what lets a page of an allowed origin read the answer. Such a
// page sends a token by itself; passwords that its browser knows are not for it.
func (o origins) admit(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	h.Add("Vary", "Origin")
	page, allowed := o.Page(r)
	if !allowed || page == "" {
		return allowed
	}
	h.Set("Access-Control-Allow-Origin", page)
	h.Set("Access-Control-Expose-Headers", "Retry-After, Location")
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", "GET, POST, PUT")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID")
		h.Set("Access-Control-Max-Age", "600")
	}
	return true
}
