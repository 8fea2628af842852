package httpauth

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAClientIsWhomTheTrustedProxiesName(t *testing.T) {
	const inner, outer = "127.0.0.1:9000", "10.0.0.7:9000" // proxies
	for name, tt := range map[string]struct {
		trusted, peer string
		header        http.Header
		want          string
	}{
		"nobody is trusted":                   {"", inner, http.Header{"X-Forwarded-For": {"192.0.2.1"}}, inner},
		"loopback is not trusted by itself":   {"10.0.0.0/8", inner, http.Header{"X-Forwarded-For": {"192.0.2.1"}}, inner},
		"a stranger's word":                   {"10.0.0.0/8", "198.51.100.1:5", http.Header{"X-Forwarded-For": {"192.0.2.1"}}, "198.51.100.1:5"},
		"one proxy":                           {"127.0.0.1", inner, http.Header{"X-Forwarded-For": {"192.0.2.1"}}, "192.0.2.1:0"},
		"what the client wrote before it":     {"127.0.0.1", inner, http.Header{"X-Forwarded-For": {"203.0.113.9, 192.0.2.1"}}, "192.0.2.1:0"},
		"a trusted address that is forged":    {"127.0.0.1,10.0.0.0/8", inner, http.Header{"X-Forwarded-For": {"10.9.9.9, 192.0.2.1, 10.0.0.7"}}, "192.0.2.1:0"},
		"two proxies":                         {"127.0.0.1,10.0.0.0/8", inner, http.Header{"X-Forwarded-For": {"192.0.2.1, 10.0.0.7"}}, "192.0.2.1:0"},
		"two proxies, one is trusted":         {"127.0.0.1", inner, http.Header{"X-Forwarded-For": {"192.0.2.1, 10.0.0.7"}}, "10.0.0.7:0"},
		"lines of their own":                  {"127.0.0.1,10.0.0.0/8", inner, http.Header{"X-Forwarded-For": {"203.0.113.9,192.0.2.1", "10.0.0.7"}}, "192.0.2.1:0"},
		"a proxy that calls by itself":        {"127.0.0.1,10.0.0.0/8", inner, http.Header{"X-Forwarded-For": {"10.0.0.8, 10.0.0.7"}}, "10.0.0.8:0"},
		"nothing said":                        {"10.0.0.0/8", outer, http.Header{}, outer},
		"an empty word":                       {"10.0.0.0/8", outer, http.Header{"X-Forwarded-For": {""}}, outer},
		"no address":                          {"10.0.0.0/8", outer, http.Header{"X-Forwarded-For": {"unknown"}}, outer},
		"no address, behind a client's":       {"10.0.0.0/8", outer, http.Header{"X-Forwarded-For": {"192.0.2.1, _hidden, 10.0.0.9"}}, "10.0.0.9:0"},
		"an empty entry ends the search":      {"10.0.0.0/8", outer, http.Header{"X-Forwarded-For": {"192.0.2.1,,10.0.0.9"}}, "10.0.0.9:0"},
		"ports, brackets, zones":              {"10.0.0.0/8", outer, http.Header{"X-Forwarded-For": {"[2001:db8::1%eth0]:443 , 10.0.0.9:80"}}, "[2001:db8::1]:0"},
		"IPv6":                                {"fd00::/8", "[fd00::1]:80", http.Header{"X-Forwarded-For": {"2001:db8::1"}}, "[2001:db8::1]:0"},
		"IPv4 in IPv6":                        {"10.0.0.0/8", "[::ffff:10.0.0.7]:80", http.Header{"X-Forwarded-For": {"::ffff:192.0.2.1"}}, "192.0.2.1:0"},
		"X-Real-IP and Forwarded are no word": {"10.0.0.0/8", outer, http.Header{"X-Real-Ip": {"192.0.2.1"}, "Forwarded": {"for=192.0.2.1"}}, outer},
		"a name":                              {"10.0.0.0/8", outer, http.Header{"X-Forwarded-For": {"client.example"}}, outer},
		"a socket of the machine":             {"10.0.0.0/8", "@", http.Header{"X-Forwarded-For": {"192.0.2.1"}}, "@"},
	} {
		t.Run(name, func(t *testing.T) {
			trusted, err := ParseProxies(tt.trusted)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr, r.Header = tt.peer, tt.header
			if got := trusted.Peer(r); got != tt.want {
				t.Errorf("the peer is %s, want %s", got, tt.want)
			}
			seen := ""
			told := 0
			trusted.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.RemoteAddr }), func(*http.Request) { told++ }).ServeHTTP(httptest.NewRecorder(), r)
			if seen != tt.want {
				t.Errorf("behind the handler it is %s", seen)
			}
			ignored := tt.header["X-Forwarded-For"] != nil && tt.want == tt.peer && !trusted.Trusts(tt.peer)
			if (told == 1) != ignored {
				t.Errorf("%d were told of", told)
			}
		})
	}
}

func TestProxiesAreNetworks(t *testing.T) {
	for _, good := range []string{"", " ", "10.0.0.0/8", "10.1.2.3/8, 192.0.2.7,,::1", "fd00::/8"} {
		if _, err := ParseProxies(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"proxy.example", "10.0.0.0/33", "*", "10.0.0", "10.0.0.1:80", "::ffff:10.0.0.0/104", "10.0.0.0/8;::1"} {
		if _, err := ParseProxies(bad); err == nil || !strings.Contains(err.Error(), "10.0.0.0/8") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// FuzzPeer: whatever is sent, there is an address, and nobody trusted names himself as what he is not.
func FuzzPeer(f *testing.F) {
	for _, seed := range []string{"192.0.2.1", "192.0.2.1, 10.0.0.7", ",,,", "[::1]:80", "::ffff:10.0.0.1", "unknown", "a, b, 10.0.0.1"} {
		f.Add(seed)
	}
	trusted, err := ParseProxies("10.0.0.0/8")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, value string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr, r.Header = "10.0.0.7:1", http.Header{"X-Forwarded-For": {value, "192.0.2.1, 10.0.0.9"}}
		if got := trusted.Peer(r); got != "192.0.2.1:0" {
			t.Errorf("what is left of a client's address made it %s", got)
		}
		r.Header = http.Header{"X-Forwarded-For": {value}}
		if got := trusted.Peer(r); !strings.Contains(got, ":") {
			t.Errorf("the peer is %q", got)
		}
	})
}
