package web

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// indexName is the page itself, served for every address the page knows.
const indexName = "index.html"

// feedsName is the address of the declared streams; which one is open stands in the query.
const feedsName = "feeds"

// roomsPrefix begins the addresses of rooms, and of messages in them.
const roomsPrefix = "rooms/"

// adminName is the address of the screens of moderators and admins, adminPrefix begins those of each.
const (
	adminName   = "admin"
	adminPrefix = adminName + "/"
)

// docsAddress is where people read the JSON routes, and docsName the page that shows them.
const (
	docsAddress = "docs/api"
	docsName    = "api-docs.html"
)

// assetsPrefix is where Vite puts the files whose names carry a hash of their content.
const assetsPrefix = "assets/"

// Caching. What carries a hash never changes; everything else is asked for again each
// time and answered with 304 by its ETag.
const (
	cacheForever = "public, max-age=31536000, immutable"
	cacheCheck   = "no-cache"
)

// policy lets the page run its own script and talk to its own host, nothing else:
//   - 'self' in connect-src covers ws: and wss: of the same host (CSP level 3);
//   - media-src: films and sounds of messages are played in their place;
//   - trusted-types with require-trusted-types-for: no string can become HTML or a script, whatever the page's code
//     does. The one policy that may be made names the service worker's address, and can name no other.
const policy = docsPolicy + "; " +
	"media-src 'self'; " +
	"require-trusted-types-for 'script'; " +
	"trusted-types push-worker"

// docsPolicy is that of the page of the JSON routes, which plays nothing, and without the trusted types: Swagger UI, which draws it, sets innerHTML.
// What it shows is this server's own document, and still no script but ours runs.
const docsPolicy = "default-src 'none'; " +
	"script-src 'self'; " +
	"style-src 'self'; " +
	"connect-src 'self'; " +
	"img-src 'self' data:; " +
	"font-src 'self'; " +
	"base-uri 'none'; " +
	"form-action 'none'; " +
	"frame-ancestors 'none'"

// contentTypes of what a build holds. The operating system's table is not asked: it
// differs from machine to machine.
var contentTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".ico":         "image/x-icon",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json",
	".woff2":       "font/woff2",
}

// listName is where site.mjs says what a build holds.
const listName = ".files.json"

// file is one file of a build.
type file struct {
	Name string `json:"name"`
	Size int64  `json:"size"` // as it is, in bytes
	Tag  string `json:"tag"`  // the first digits of its SHA-256, as it is

	// Forms are the content codings it is there in, the smallest first, gzip always among them; empty: it is there as it is.
	Forms []string `json:"forms"`
}

// suffixes are how the names of files in a form end.
var suffixes = map[string]string{"br": ".br", "gzip": ".gz"}

// handler serves a build. It does not change after NewHandler.
type handler struct {
	site  fs.FS
	files map[string]file
}

// NewHandler serves the files of a build that site.mjs made: index.html at /, /rooms/<id>, /rooms/<id>/<seq>, /feeds, /admin and /admin/<screen>, api-docs.html
// at /docs/api, the rest by name. Only GET and HEAD are answered. Without an index.html it answers 503 with the command
// that makes one. It keeps a list of the files and none of what is in them.
func NewHandler(site fs.FS) http.Handler {
	h := &handler{site: site, files: map[string]file{}}
	list, err := fs.ReadFile(site, listName)
	var files []file
	if err == nil && json.Unmarshal(list, &files) == nil {
		for _, f := range files {
			h.files[f.Name] = f
		}
	}
	return h
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := fileName(r.URL.Path)
	head := w.Header()
	head.Set("Content-Security-Policy", policyOf(name))
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cross-Origin-Opener-Policy", "same-origin")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")

	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD are answered here", http.StatusMethodNotAllowed)
		return
	}
	f, ok := h.files[name]
	if !ok && (name == indexName || name == docsName) {
		serveUnbuilt(w)
		return
	}
	if !ok {
		head.Set("Cache-Control", cacheCheck)
		http.Error(w, "there is no such page", http.StatusNotFound)
		return
	}
	h.serve(w, r, f)
}

// policyOf is the Content-Security-Policy of a file.
func policyOf(name string) string {
	if name == docsName {
		return docsPolicy
	}
	return policy
}

// fileName is the file an address shows: the page's own addresses show index.html.
func fileName(address string) string {
	name := strings.TrimPrefix(address, "/")
	if strings.TrimSuffix(name, "/") == docsAddress {
		return docsName
	}
	whole := strings.TrimSuffix(name, "/")
	if name == "" || whole == feedsName || whole == adminName || isRoom(name) || isOneBelow(name, adminPrefix) {
		return indexName
	}
	return name
}

// isRoom says whether a name is that of a room, or of a message in it: rooms/<id> or rooms/<id>/<seq>.
func isRoom(name string) bool {
	if isOneBelow(name, roomsPrefix) {
		return true
	}
	room, seq := path.Split(strings.TrimSuffix(name, "/"))
	return isOneBelow(room, roomsPrefix) && strings.Trim(seq, "0123456789") == ""
}

// isOneBelow says whether a name is prefix and one more step, which a slash may follow.
func isOneBelow(name, prefix string) bool {
	step, below := strings.CutPrefix(name, prefix)
	step = strings.TrimSuffix(step, "/")
	return below && step != "" && !strings.Contains(step, "/")
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request, f file) {
	content, form, err := h.open(f, r)
	if err != nil {
		http.Error(w, "the page cannot be read", http.StatusInternalServerError)
		return
	}
	head := w.Header()
	head.Set("Content-Type", cmp.Or(contentTypes[path.Ext(f.Name)], "application/octet-stream"))
	head.Set("Cache-Control", cacheCheck)
	if strings.HasPrefix(f.Name, assetsPrefix) {
		head.Set("Cache-Control", cacheForever)
	}
	if len(f.Forms) > 0 {
		head.Set("Vary", "Accept-Encoding")
	}
	tag := f.Tag
	if form != "" {
		head.Set("Content-Encoding", form)
		tag += "-" + form // one tag a form: a range or a 304 must not mix two
	}
	head.Set("ETag", `"`+tag+`"`)
	// ServeContent knows HEAD, If-None-Match and ranges. The files have no time of their own.
	http.ServeContent(w, r, "", time.Time{}, content)
}

// open gives a file in the smallest form that the client takes; form is empty where that is the file as it is. Files in
// memory need no closing.
func (h *handler) open(f file, r *http.Request) (content io.ReadSeeker, form string, err error) {
	for _, form = range f.Forms {
		if accepts(r, form) {
			content, err = h.read(f.Name + suffixes[form])
			return content, form, err
		}
	}
	if len(f.Forms) == 0 {
		content, err = h.read(f.Name)
		return content, "", err
	}
	// Hardly any client takes none: for it the file is made from what there is.
	zipped, err := h.read(f.Name + suffixes["gzip"])
	if err != nil {
		return nil, "", err
	}
	z, err := gzip.NewReader(zipped)
	if err != nil {
		return nil, "", err
	}
	plain := make([]byte, f.Size)
	if _, err := io.ReadFull(z, plain); err != nil {
		return nil, "", err
	}
	return bytes.NewReader(plain), "", nil
}

// read opens a file where it lies; those of an embed.FS can be read from anywhere.
func (h *handler) read(name string) (io.ReadSeeker, error) {
	opened, err := h.site.Open(name)
	if err != nil {
		return nil, err
	}
	content, ok := opened.(io.ReadSeeker)
	if !ok {
		return nil, fmt.Errorf("%s is no file", name)
	}
	return content, nil
}

// accepts says whether the client takes a content coding. A q of 0 refuses it.
func accepts(r *http.Request, form string) bool {
	for entry := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		coding, params, _ := strings.Cut(entry, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), form) {
			continue
		}
		q, weighed := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(params), " ", ""), "q=")
		weight, err := strconv.ParseFloat(q, 64)
		return !weighed || err != nil || weight > 0
	}
	return false
}

// unbuilt is the page of a server that was compiled before the page was built.
const unbuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>roomstream: the page is not built</title>
<h1>The page is not built yet</h1>
<p>The server runs, but was compiled without its page. Stop it and type, in the project's folder:</p>
<pre>go run github.com/go-task/task/v3/cmd/task@v3.45.4 run</pre>
</html>
`

func serveUnbuilt(w http.ResponseWriter) {
	w.Header().Set("Content-Type", contentTypes[".html"])
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte(unbuilt)) // a client that went away needs no page
}
