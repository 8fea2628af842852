package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"roomstream/web"
)

const script = "assets/index-abc.js"

// built is a build as Vite makes one.
func built() http.Handler {
	return web.NewHandler(fstest.MapFS{
		".gitignore":    {Data: []byte("*")},
		"index.html":    {Data: []byte("<!doctype html><title>page</title>")},
		"api-docs.html": {Data: []byte("<!doctype html><title>routes</title>")},
		"theme.js":      {Data: []byte("theme()")},
		"favicon.svg":   {Data: []byte("<svg/>")},
		script:          {Data: []byte(strings.Repeat("console.log(1);", 1000))},
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

func TestGzipForThoseWhoTakeIt(t *testing.T) {
	plain := body(t, get(t, built(), http.MethodGet, "/"+script))
	for _, accept := range []string{"gzip", "br, gzip;q=0.5", "GZIP"} {
		r := get(t, built(), http.MethodGet, "/"+script, "Accept-Encoding", accept)
		if r.Header.Get("Content-Encoding") != "gzip" || r.Header.Get("Vary") != "Accept-Encoding" {
			t.Fatalf("%q: Content-Encoding %q, Vary %q", accept, r.Header.Get("Content-Encoding"), r.Header.Get("Vary"))
		}
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		unpacked, err := io.ReadAll(z)
		if err != nil || !bytes.Equal(unpacked, []byte(plain)) {
			t.Errorf("%q: unpacked differs from plain (%v)", accept, err)
		}
	}
	for _, accept := range []string{"", "identity", "gzip;q=0", "gzip; q=0.0", "br"} {
		if r := get(t, built(), http.MethodGet, "/"+script, "Accept-Encoding", accept); r.Header.Get("Content-Encoding") != "" {
			t.Errorf("%q: compressed all the same", accept)
		}
	}
}

func TestUnchangedFilesAreNotSentTwice(t *testing.T) {
	for _, accept := range []string{"identity", "gzip"} {
		tag := get(t, built(), http.MethodGet, "/"+script, "Accept-Encoding", accept).Header.Get("ETag")
		r := get(t, built(), http.MethodGet, "/"+script, "Accept-Encoding", accept, "If-None-Match", tag)
		if tag == "" || r.StatusCode != http.StatusNotModified {
			t.Errorf("%s: ETag %q, status %d, want 304", accept, tag, r.StatusCode)
		}
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
			for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
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
		if got := r.Header.Get("Content-Security-Policy") + "; require-trusted-types-for 'script'; trusted-types push-worker"; got != strict {
			t.Errorf("%s: but for trusted types %q is not %q", target, got, strict)
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
