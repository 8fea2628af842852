package web_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"roomstream/web"
)

const script = "assets/index-abc.js"

// scriptText is long enough to be compressed.
var scriptText = strings.Repeat("console.log(1);", 1000)

// smaller stands for what a Brotli encoder makes: the handler does not look into it.
const smaller = "the script, by Brotli"

// built is a build as site.mjs makes one.
func built() http.Handler {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	io.WriteString(z, scriptText) // to memory
	z.Close()
	return web.NewHandler(fstest.MapFS{
		".gitignore":    {Data: []byte("*")},
		"index.html":    {Data: []byte("<!doctype html><title>page</title>")},
		"api-docs.html": {Data: []byte("<!doctype html><title>routes</title>")},
		"theme.js":      {Data: []byte("theme()")},
		"favicon.svg":   {Data: []byte("<svg/>")},
		script + ".gz":  {Data: zipped.Bytes()},
		script + ".br":  {Data: []byte(smaller)},
		".files.json": {Data: fmt.Appendf(nil, `[
			{"name":"index.html","size":34,"tag":"01","forms":[]}, {"name":"api-docs.html","size":36,"tag":"02","forms":[]},
			{"name":"theme.js","size":7,"tag":"03","forms":[]}, {"name":"favicon.svg","size":6,"tag":"04","forms":[]},
			{"name":%q,"size":%d,"tag":"05","forms":["br","gzip"]}]`, script, len(scriptText))},
	})
}

func get(t *testing.T, h http.Handler, method, target string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestThePagesAddressesShowThePage(t *testing.T) {
	for _, target := range []string{"/", "/rooms/general", "/rooms/general/", "/rooms/a.b:c-d_e", "/rooms/index.html", "/rooms/general/12", "/rooms/general/12/", "/feeds", "/feeds/", "/feeds?stream=messages%2Fmine", "/admin", "/admin/", "/admin/reports", "/admin/audit/"} {
		r := get(t, built(), http.MethodGet, target)
		if r.StatusCode != http.StatusOK || !strings.Contains(body(t, r), "<title>page</title>") {
			t.Errorf("%s: status %d, want the page", target, r.StatusCode)
		}
		if got := r.Header.Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s: Cache-Control %q: a new build would not be seen", target, got)
		}
	}
}

func TestOtherAddressesAreNotFound(t *testing.T) {
	for _, target := range []string{"/rooms/", "/rooms/a/b", "/rooms/a/1b", "/rooms/a/1/2", "/rooms//1", "/feeds/messages/mine", "/feedsx", "/feeds//", "/adminx", "/admin//", "/admin/a/b", "/nothing", "/assets/", "/assets/none.js", "/.gitignore", "/../handler.go", "/api/none"} {
		if r := get(t, built(), http.MethodGet, target); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", target, r.StatusCode)
		}
	}
}

func TestHashedFilesAreKeptForEver(t *testing.T) {
	r := get(t, built(), http.MethodGet, "/"+script)
	if got := r.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("Cache-Control %q", got)
	}
	if got := r.Header.Get("Content-Type"); got != "text/javascript; charset=utf-8" {
		t.Errorf("Content-Type %q: with nosniff a browser runs nothing else", got)
	}
	if got := get(t, built(), http.MethodGet, "/theme.js").Header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("theme.js, whose name never changes: Cache-Control %q", got)
	}
}

func TestEachIsSentTheSmallestFormHeTakes(t *testing.T) {
	for accept, want := range map[string]string{
		"gzip": "gzip", "GZIP": "gzip", "br;q=0, gzip;q=0.5": "gzip", "zstd, gzip": "gzip",
		"br": "br", "gzip, deflate, br": "br", "br;q=0.1,gzip;q=1": "br", "br;q=0.01": "br", "gzip;Q=0.05, br;q=0.000": "gzip",
		"": "", "identity": "", "gzip;q=0": "", "gzip; q=0.0, br;q=0.00": "", "deflate": "",
	} {
		r := get(t, built(), http.MethodGet, "/"+script, "Accept-Encoding", accept)
		if got := r.Header.Get("Content-Encoding"); got != want || r.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: Content-Encoding %q, Vary %q, want %q", accept, got, r.Header.Get("Vary"), want)
			continue
		}
		sent := r.Body
		if want == "gzip" {
			z, err := gzip.NewReader(sent)
			if err != nil {
				t.Fatal(err)
			}
			sent = z
		}
		text, err := io.ReadAll(sent)
		if whole := map[string]string{"": scriptText, "gzip": scriptText, "br": smaller}[want]; err != nil || string(text) != whole {
			t.Errorf("%q: %d bytes, %v, want %d", accept, len(text), err, len(whole))
		}
	}
	if r := get(t, built(), http.MethodGet, "/theme.js", "Accept-Encoding", "gzip, br"); r.Header.Get("Content-Encoding") != "" || r.Header.Get("Vary") != "" || body(t, r) != "theme()" {
		t.Errorf("a short file: %v", r.Header)
	}
}

func TestUnchangedFilesAreNotSentTwice(t *testing.T) {
	tags := map[string]bool{}
	for _, accept := range []string{"identity", "gzip", "br"} {
		tag := get(t, built(), http.MethodGet, "/"+script, "Accept-Encoding", accept).Header.Get("ETag")
		r := get(t, built(), http.MethodGet, "/"+script, "Accept-Encoding", accept, "If-None-Match", tag)
		if tag == "" || r.StatusCode != http.StatusNotModified {
			t.Errorf("%s: ETag %q, status %d, want 304", accept, tag, r.StatusCode)
		}
		tags[tag] = true
	}
	if len(tags) != 3 {
		t.Errorf("forms share a tag: %v", tags)
	}
}

func TestOnlyGetAndHead(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		r := get(t, built(), method, "/")
		if r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: status %d, Allow %q", method, r.StatusCode, r.Header.Get("Allow"))
		}
	}
	r := get(t, built(), http.MethodHead, "/")
	if r.StatusCode != http.StatusOK || body(t, r) != "" || r.ContentLength <= 0 {
		t.Errorf("HEAD: status %d, length %d, want 200 with a length and no body", r.StatusCode, r.ContentLength)
	}
}

func TestEveryAnswerHasTheStrictPolicy(t *testing.T) {
	handlers := map[string]http.Handler{"built": built(), "unbuilt": web.NewHandler(fstest.MapFS{})}
	for name, h := range handlers {
		for _, target := range []string{"/", "/rooms/x", "/nothing", "/theme.js"} {
			r := get(t, h, http.MethodGet, target)
			policy := r.Header.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "media-src 'self';", "base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
				if !strings.Contains(policy, want) {
					t.Errorf("%s %s: no %s in %q", name, target, want, policy)
				}
			}
			if strings.Contains(policy, "unsafe") {
				t.Errorf("%s %s: something unsafe in %q", name, target, policy)
			}
			if r.Header.Get("X-Content-Type-Options") != "nosniff" || r.Header.Get("Referrer-Policy") == "" {
				t.Errorf("%s %s: headers %v", name, target, r.Header)
			}
		}
	}
}

func TestThePageOfTheRoutesMayDoNoMoreThanItMust(t *testing.T) {
	strict := get(t, built(), http.MethodGet, "/").Header.Get("Content-Security-Policy")
	for _, target := range []string{"/docs/api", "/docs/api/", "/api-docs.html"} {
		r := get(t, built(), http.MethodGet, target)
		if r.StatusCode != http.StatusOK || !strings.Contains(body(t, r), "<title>routes</title>") {
			t.Errorf("%s: status %d, want the page of the routes", target, r.StatusCode)
		}
		if got := r.Header.Get("Content-Security-Policy") + "; media-src 'self'; require-trusted-types-for 'script'; trusted-types push-worker"; got != strict {
			t.Errorf("%s: but for media and trusted types %q is not %q", target, got, strict)
		}
	}
	for _, target := range []string{"/docs", "/docs/", "/docs/api/x"} {
		if r := get(t, built(), http.MethodGet, target); r.StatusCode != http.StatusNotFound || r.Header.Get("Content-Security-Policy") != strict {
			t.Errorf("%s: status %d, want 404 under the strict policy", target, r.StatusCode)
		}
	}
}

func TestWithoutABuildThePageSaysWhatToType(t *testing.T) {
	r := get(t, web.NewHandler(fstest.MapFS{".gitignore": {}}), http.MethodGet, "/")
	if text := body(t, r); r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(text, "go run github.com/go-task/task/v3/cmd/task@v3.45.4 run") {
		t.Errorf("status %d: %s", r.StatusCode, text)
	}
}

func TestTheEmbeddedPageIsServed(t *testing.T) {
	// Built or not, depending on what was done before: either way it answers.
	if r := get(t, web.Handler(), http.MethodGet, "/"); r.StatusCode != http.StatusOK && r.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d", r.StatusCode)
	}
}
