package feed

import (
	"net/http/httptest"
	"testing"
)

// TestWhichRequestsAreFeeds holds the front to what was there before: pages, files and routes stay with their owners.
func TestWhichRequestsAreFeeds(t *testing.T) {
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for _, tt := range []struct {
		method, target, accept string
		handled                bool
	}{
		{"GET", "/messages/_streams/all", "", true},
		{"GET", "/messages/_streams/all?n=x", browser, true},
		{"GET", "/_streams/all", "", true},
		{"GET", "/_streams/room-general", "", true},
		{"GET", "/shop/orders/_streams/all", "", true},
		{"POST", "/messages/_streams/all", "", true},
		{"GET", "/messages/_streams", "", true},
		{"GET", "/a/b/c/_streams/all", "", false},
		{"GET", "/rooms/_streams/all", "", false},
		{"GET", "/rooms/_streams", browser, false},
		{"GET", "/api/_streams/all", "", false},
		{"GET", "/assets/_streams/all", "", false},

		{"GET", "/", browser, false},
		{"GET", "/", "application/json", false},
		{"GET", "/rooms/general", browser, false},
		{"GET", "/rooms/general", "application/json", false},
		{"POST", "/rooms/general", "application/json", false},
		{"GET", "/feeds", "application/json", false},
		{"POST", "/feeds", "", false},
		{"GET", "/favicon.ico", "*/*", false},
		{"GET", "/messages", browser, false},
		{"GET", "/messages", "*/*", false},
		{"GET", "/messages", "text/html, application/json", false},
		{"GET", "/messages", "application/json", true},
		{"GET", "/messages", "application/json;q=0", false},
		{"GET", "/messages?rep=SHAL", browser, true},
		{"GET", "/shop/messages?rep=SHAL", "*/*", true},
		{"HEAD", "/messages?rep=SHAL", "application/json", false},
		{"PUT", "/messages", "", true},
		{"POST", "/messages", "", true},
		{"DELETE", "/messages", "", true},
		{"POST", "/shop/messages", "", true},
		{"POST", "/a/b/c", "", false},
		{"POST", "/messages/", "", false},
		{"POST", "//messages", "", false},
		{"POST", "/", "", false},
		{"POST", "/api", "", false},
		{"POST", "/socket.io", "", false},
		{"PUT", "/metrics", "", false},
		{"POST", "/acl", "", true},
		{"GET", "/acl", browser, false},
		{"GET", "/acl?rep=SHAL", "application/json", false},
		{"POST", "/acl/x", "", false},
		{"POST", "/%61cl", "", true},
		{"OPTIONS", "/messages", "", false},
		{"OPTIONS", "/messages/_streams/all", "", true},
		{"OPTIONS", "*", "", false},
	} {
		r := httptest.NewRequest(tt.method, "/", nil)
		u, err := r.URL.Parse(tt.target)
		if err != nil {
			t.Fatal(err)
		}
		if r.URL = u; tt.target == "//messages" {
			r.URL.Host, r.URL.Path = "", tt.target
		}
		r.Header.Set("Accept", tt.accept)
		if got := Handles(r); got != tt.handled {
			t.Errorf("%s %s (%s): %t", tt.method, tt.target, tt.accept, got)
		}
	}
}

func TestWhatAPathNames(t *testing.T) {
	for target, want := range map[string]string{
		"/messages":                   "collection :messages:",
		"/shop/messages":              "collection shop:messages:",
		"/a%2Fb":                      "",
		"/messages/_streams/all":      "stream :messages:all",
		"/shop/messages/_streams/all": "stream shop:messages:all",
		"/_streams/all":               "stream ::all",
		"/_streams/":                  "stream ::",
		"/_streams":                   "stream ::",
		"/_streams/a/b":               "stream ::",
		"/messages/_streams/a/b":      "stream :messages:",
		"/messages/_streams/a%2Fb":    "stream :messages:a/b",
		"/_streams/_streams/x":        "stream ::",
		"/acl":                        "rules ::",
		"/shop/acl":                   "collection shop:acl:",
		"/shop/":                      "",
		"/shop//_streams/x":           "",
		"/a/b/c":                      "",
		"/healthz":                    "",
	} {
		r := httptest.NewRequest("GET", target, nil)
		a, ok := addressOf(r)
		got := ""
		if ok {
			got = []string{"stream", "collection", "rules"}[a.kind] + " " + a.database + ":" + a.name.Collection + ":" + a.name.URI
		}
		if got != want {
			t.Errorf("%s is %q, want %q", target, got, want)
		}
	}
	a, _ := addressOf(httptest.NewRequest("GET", "/shop%20of/m%C3%A4rz", nil))
	if got := a.path(); got != "/shop%20of/m%C3%A4rz" {
		t.Errorf("the path is written as %s", got)
	}
}

// FuzzAddress: whatever a path holds, it names nothing or something that can be named again.
func FuzzAddress(f *testing.F) {
	for _, path := range []string{"/messages/_streams/all", "/_streams/room-a", "/a/b", "/a%2f/_streams/%5f", "//", "/%", "/../x", "/acl",
		`/..\x`, "/..%5c..%5cx", "/a/..%5c_streams/%5c..%5cx", "/a/_streams/..%5C..%5C..%5Cx", // CVE-2022-21221: backslashes that lead up
	} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		r := httptest.NewRequest("GET", "/", nil)
		u, err := r.URL.Parse(path)
		if err != nil {
			return
		}
		r.URL = u
		a, ok := addressOf(r)
		if !ok || a.kind != collectionAddress {
			return
		}
		again := httptest.NewRequest("GET", "/", nil)
		if again.URL, err = again.URL.Parse(a.path()); err != nil {
			t.Fatalf("%q was written as %q: %v", path, a.path(), err)
		}
		if b, ok := addressOf(again); !ok || b != a {
			t.Fatalf("%q names %+v, and written anew %+v", path, a, b)
		}
	})
}
