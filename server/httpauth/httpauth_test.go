package httpauth

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestBearer(t *testing.T) {
	for header, want := range map[string]string{
		"Bearer abc": "abc", "bearer abc": "abc", "BEARER   abc ": "abc", " Bearer abc": "abc",
		"": "", "abc": "", "Bearer": "", "Bearer ": "", "Basic abc": "", "Bearerabc": "", "Bearer\tabc": "",
	} {
		if got := Bearer(header); got != want {
			t.Errorf("%q holds %q, want %q", header, got, want)
		}
	}
}

func TestPages(t *testing.T) {
	some, all, none := NewOrigins([]string{"https://App.example", "http://localhost:5173"}), NewOrigins([]string{"*"}), NewOrigins(nil)
	for _, tt := range []struct {
		origins Origins
		sent    []string
		page    string
		allowed bool
	}{
		{none, nil, "", true},
		{none, []string{"https://chat.example"}, "", true}, // its own
		{none, []string{"HTTPS://CHAT.example"}, "", true},
		{none, []string{"https://app.example"}, "", false},
		{none, []string{"null"}, "", false},
		{none, []string{""}, "", false},
		{some, []string{"https://app.example"}, "https://app.example", true},
		{some, []string{"HTTPS://APP.EXAMPLE"}, "HTTPS://APP.EXAMPLE", true},
		{some, []string{"http://localhost:5173"}, "http://localhost:5173", true},
		{some, []string{"http://localhost"}, "", false},
		{some, []string{"http://app.example"}, "", false},
		{some, []string{"https://app.example.evil.example"}, "", false},
		{some, []string{"https://chat.example.evil.example"}, "", false},
		{some, []string{"https://app.example", "https://evil.example"}, "", false},
		{all, []string{"https://evil.example"}, "https://evil.example", true},
		{all, []string{"null"}, "null", true},
		{NewOrigins([]string{"http://chat.example"}), []string{"http://chat.example"}, "http://chat.example", true}, // its host by another scheme
		{all, []string{"a", "b"}, "", false},
	} {
		r := httptest.NewRequest("GET", "https://chat.example/api/rooms", nil)
		r.Header["Origin"] = tt.sent
		if page, allowed := tt.origins.Page(r); page != tt.page || allowed != tt.allowed {
			t.Errorf("%q: %q, %t, want %q, %t", tt.sent, page, allowed, tt.page, tt.allowed)
		}
	}
}

func TestOnlyWhatABrowserSendsIsAnOrigin(t *testing.T) {
	for _, good := range []string{"*", "https://chat.example", "http://localhost:8080", "HTTPS://Chat.Example", "app://host"} {
		if err := CheckOrigin(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "chat.example", "https://", "https://chat.example/", "https://chat.example/x", "https://chat.example?x", "https://chat.example#x", "https://me@chat.example", "https://*.example/", "%"} {
		if CheckOrigin(bad) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// FuzzPage: whatever a request says, a page is allowed only where the list has its origin, or where its host is the
// server's.
func FuzzPage(f *testing.F) {
	o := NewOrigins([]string{"https://app.example"})
	for _, origin := range []string{"", "null", "https://app.example", "https://chat.example:443", "//chat.example", "https://chat.example@evil.example", "https://[::1]:80"} {
		f.Add(origin)
	}
	f.Fuzz(func(t *testing.T, origin string) {
		r := httptest.NewRequest("GET", "https://chat.example/", nil)
		r.Header["Origin"] = []string{origin}
		page, allowed := o.Page(r)
		listed := strings.EqualFold(origin, "https://app.example")
		own := strings.Contains(strings.ToLower(origin), "//chat.example") || strings.Contains(origin, "@")
		if page != "" && (page != origin || !listed) || allowed && !listed && !own || listed && !allowed {
			t.Fatalf("%q: %q, %t", origin, page, allowed)
		}
	})
}
