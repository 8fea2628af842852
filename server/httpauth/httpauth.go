// Package httpauth reads what HTTP requests say of who calls: from which page, and with which token. Every way into the
// server asks here, so that none lets in what another would refuse.
//
// Concurrency: all of it is safe for concurrent use; an Origins does not change.
package httpauth

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Bearer takes the token out of an Authorization header (RFC 6750, 2.1; schemes are written in any case). Where it holds
// none it returns the empty text, which no token is.
func Bearer(header string) string {
	scheme, token, _ := strings.Cut(strings.TrimSpace(header), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// anyOrigin allows the pages of every site.
const anyOrigin = "*"

// Origins say whose pages may call besides the server's own. Browsers name the page's origin with every request that
// another site's script may cause, and let nobody forge it; a request without one is no browser's, or no other site's.
type Origins struct {
	any  bool
	list map[string]bool // in small letters
}

// NewOrigins takes origins as a browser writes them, https://chat.example, or "*".
func NewOrigins(list []string) Origins {
	o := Origins{list: make(map[string]bool, len(list))}
	for _, entry := range list {
		if entry == anyOrigin {
			o.any = true
			continue
		}
		o.list[strings.ToLower(entry)] = true
	}
	return o
}

// Listed says whether the list names an origin, not only all.
func (o Origins) Listed(origin string) bool { return o.list[strings.ToLower(origin)] }

// CheckOrigin says how to write an entry of the list that no browser would send.
func CheckOrigin(entry string) error {
	u, err := url.Parse(entry)
	if entry != anyOrigin && (err != nil || u.Host == "" || u.Scheme == "" || !strings.EqualFold(entry, u.Scheme+"://"+u.Host)) {
		return fmt.Errorf("allowed origin %q: write it as a browser does, scheme and host, such as https://chat.example", entry)
	}
	return nil
}

// Page says whether the page that sent a request may, and names its origin as it was sent where the list allows it: a
// page of another site can read the answer only where Access-Control-Allow-Origin holds that. The server's own pages,
// those of the host that the request is for, need no word.
func (o Origins) Page(r *http.Request) (origin string, allowed bool) {
	sent := r.Header.Values("Origin")
	switch {
	case len(sent) == 0:
		return "", true
	case len(sent) > 1:
		return "", false
	}
	if o.any || o.list[strings.ToLower(sent[0])] {
		return sent[0], true
	}
	u, err := url.Parse(sent[0])
	return "", err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}
