package app

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"roomstream/rooms"
	"roomstream/rooms/limits"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func parsed(t *testing.T, args []string, getenv func(string) string) Config {
	t.Helper()
	var c Config
	if _, err := c.parse("serve", args, getenv, nil); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDefaults(t *testing.T) {
	c := parsed(t, nil, env())
	want := Config{
		Addr: ":8080", MongoDBDatabase: "roomstream", MaxCursors: 50, DataDir: "./data", OpenRooms: true, Search: true,
		LoginFailures: 10, SendTimeout: 8 * time.Second, ShutdownTimeout: 10 * time.Second, LogFormat: "text", PushTexts: true, TraceSample: 0.01, MaxFileSize: 25 << 20, FileTypes: rooms.DefaultFileTypes(),
		Limits: Limits{
			RoomSends: limits.Rate{Every: 20 * time.Millisecond, Burst: 1000}, Sends: limits.Rate{Every: 10 * time.Millisecond, Burst: 2000},
			Joins: limits.Rate{Every: 10 * time.Millisecond, Burst: 5000}, Reads: limits.Rate{Every: 10 * time.Millisecond, Burst: 2000},
			Requests: limits.Rate{Every: 10 * time.Millisecond, Burst: 2000}, AddressRequests: limits.Rate{Every: time.Millisecond, Burst: 20_000},
			Handshakes: limits.Rate{Every: 500 * time.Microsecond, Burst: 20_000}, AddressHandshakes: limits.Rate{Every: 2 * time.Millisecond, Burst: 10_000},
			Connections: 500, AddressConnections: 20_000,
		},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got %+v, want %+v", c, want)
	}
	if !c.Embedded() || !c.accounts() || !c.guests() {
		t.Errorf("embedded %v, accounts %v, guests %v", c.Embedded(), c.accounts(), c.guests())
	}
	mongo := parsed(t, []string{"-mongodb-uri", "mongodb://localhost"}, env())
	if mongo.Embedded() || mongo.accounts() || mongo.guests() {
		t.Errorf("on MongoDB: embedded %v, accounts %v, guests %v", mongo.Embedded(), mongo.accounts(), mongo.guests())
	}
	if c := parsed(t, []string{"-mongodb-uri", "mongodb://localhost", "-accounts", "-guests=true"}, env()); !c.accounts() || !c.guests() {
		t.Error("-accounts and -guests do nothing on MongoDB")
	}
}

func TestEverySettingHasAFlagAndAVariable(t *testing.T) {
	values := map[string]string{
		"addr": "127.0.0.1:9", "tls-cert": "cert.pem", "tls-key": "key.pem", "autocert-domain": "a.example,b.example", "autocert-cache": "/c", "autocert-directory": "https://ca.example/dir", "autocert-ca-file": "roots.pem", "mongodb-uri": "mongodb://u:p@h/?replicaSet=r", "mongodb-database": "chat", "data-dir": "/d",
		"feeds-database": "shop", "login-failures": "3", "max-cursors": "7", "postgres-url": "postgres://u:p@h/d", "postgres-channels": "channels.json",
		"jwt-secret": strings.Repeat("s", 32), "jwt-previous-secret": strings.Repeat("p", 32), "jwt-previous-secret-until": "2026-03-01T12:00:00Z", "jwt-public-key-file": "key.pem", "jwt-jwks-url": "https://idp.example/jwks", "jwt-issuer": "i", "jwt-audience": "a", "allowed-origins": "https://a.example, http://b.example:3000/",
		"trusted-proxies": "10.0.0.0/8, 192.0.2.7", "limit-room-sends": "1/s burst 2", "limit-sends": "0", "limit-joins": "3/m burst 4", "limit-reads": "5/h burst 6", "limit-requests": "7/s burst 8", "limit-address-requests": "9/s burst 10",
		"limit-handshakes": "0", "limit-address-handshakes": "11/s burst 12", "limit-connections": "13", "limit-address-connections": "0",
		"accounts": "false", "guests": "false", "open-rooms": "false", "search": "false", "send-timeout": "500ms", "shutdown-timeout": "1m", "shutdown-delay": "5s", "retention": "720h", "word-list": "words.txt", "log-level": "debug", "metrics-addr": "127.0.0.1:9090", "otlp-endpoint": "http://127.0.0.1:4318", "trace-sample": "0.5", "webhook-allow-private": "true", "push-subject": "mailto:admin@example.com", "push-texts": "false", "push-allow-private": "true", "link-previews": "true", "link-previews-allow-private": "true", "max-file-size": "1GiB", "file-types": "image/png, text/plain", "log-format": "json",
	}
	empty := parsed(t, nil, env())
	for _, s := range settings() {
		value, ok := values[s.Name]
		if !ok {
			t.Errorf("the test has no value for -%s", s.Name)
			continue
		}
		byFlag := parsed(t, []string{"-" + s.Name + "=" + value}, env())
		byEnv := parsed(t, nil, env(s.Env(), value))
		if !reflect.DeepEqual(byFlag, byEnv) {
			t.Errorf("-%s gives %+v, %s gives %+v", s.Name, byFlag, s.Env(), byEnv)
		}
		if reflect.DeepEqual(byFlag, empty) {
			t.Errorf("-%s changes nothing", s.Name)
		}
	}
	if s := (setting{Name: "mongodb-uri"}); s.Env() != "ROOMSTREAM_MONGODB_URI" {
		t.Errorf("-mongodb-uri is %s", s.Env())
	}
}

func TestFlagsWinOverVariablesAndEmptyVariablesCountAsUnset(t *testing.T) {
	getenv := env("ROOMSTREAM_ADDR", ":1", "ROOMSTREAM_DATA_DIR", "", "ROOMSTREAM_LOG_FORMAT", "json")
	c := parsed(t, []string{"-addr", ":2"}, getenv)
	if c.Addr != ":2" || c.DataDir != "./data" || c.LogFormat != "json" {
		t.Errorf("got %+v", c)
	}
	if c := parsed(t, []string{"-mongodb-uri="}, env("ROOMSTREAM_MONGODB_URI", "mongodb://h")); !c.Embedded() {
		t.Error("an empty flag does not unset the variable's value")
	}
}

func TestMistakesNameFlagVariableAndFix(t *testing.T) {
	tests := []struct{ name, value, fix string }{
		{"addr", "8080", ":8080"},
		{"addr", ":99999", ":8080"},
		{"autocert-domain", "*.example.com", "chat.example.com"},
		{"autocert-domain", "127.0.0.1", "chat.example.com"},
		{"autocert-domain", "chat.example.org.", "chat.example.com"},
		{"autocert-directory", "http://ca.example", "https://"},
		{"mongodb-uri", "localhost:27017", "mongodb://"},
		{"mongodb-database", "a.b", "1 to 63 characters"},
		{"feeds-database", "a.b", "1 to 63 characters"},
		{"postgres-url", "localhost:5432", "postgres://"},
		{"postgres-url", "postgres://u:p%@h/d", "percent-encoded"},
		{"login-failures", "-1", "0 to 10000"},
		{"login-failures", "few", "0 to 10000"},
		{"max-cursors", "0", "1 to 10000"},
		{"max-cursors", "10001", "1 to 10000"},
		{"max-cursors", "many", "1 to 10000"},
		{"jwt-secret", "short", "at least 32 bytes"},
		{"jwt-previous-secret", "short", "at least 32 bytes"},
		{"jwt-previous-secret-until", "tomorrow", "2026-03-01T12:00:00Z"},
		{"jwt-jwks-url", "http://idp.example/jwks", "https://"},
		{"jwt-jwks-url", "https://u:p@idp.example/jwks", "without a name and password"},
		{"allowed-origins", "chat.example.com", "https://chat.example.com"},
		{"allowed-origins", "https://chat.example.com/path", "without a path"},
		{"trusted-proxies", "10.0.0.0/33", "10.0.0.0/8"},
		{"trusted-proxies", "proxy.example", "10.0.0.0/8"},
		{"limit-sends", "20", "20/s burst 60"},
		{"limit-sends", "20/d burst 60", "20/s burst 60"},
		{"limit-sends", "0/s burst 60", "20/s burst 60"},
		{"limit-sends", "20/s burst 0", "20/s burst 60"},
		{"limit-connections", "many", "0 (no limit)"},
		{"limit-connections", "-1", "0 (no limit)"},
		{"accounts", "maybe", "true nor false"},
		{"open-rooms", "2", "true nor false"},
		{"send-timeout", "8", "8s"},
		{"send-timeout", "1h", "1m0s"},
		{"shutdown-timeout", "10", "10s"},
		{"shutdown-timeout", "0s", "1s"},
		{"shutdown-delay", "5", "5s"},
		{"shutdown-delay", "-5s", "not be negative"},
		{"push-subject", "admin@example.com", "mailto:admin@example.com"},
		{"metrics-addr", "9090", "127.0.0.1:8080"},
		{"otlp-endpoint", "127.0.0.1:4318", "http://127.0.0.1:4318"},
		{"otlp-endpoint", "http://u:p@h", "must not have a user"},
		{"trace-sample", "2", "from 0 to 1"},
		{"trace-sample", "NaN", "from 0 to 1"},
		{"log-level", "loud", "debug, info, warn, error"},
		{"log-format", "xml", "json"},
	}
	for _, tt := range tests {
		var c Config
		_, err := c.parse("serve", []string{"-" + tt.name + "=" + tt.value}, env(), nil)
		if err == nil {
			t.Errorf("-%s=%s was accepted", tt.name, tt.value)
			continue
		}
		for _, part := range []string{"-" + tt.name, setting{Name: tt.name}.Env(), tt.fix} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("-%s=%s: %q does not say %q", tt.name, tt.value, err, part)
			}
		}
	}
	var c Config
	_, err := c.parse("serve", []string{"-log-format=xml"}, env("ROOMSTREAM_ADDR", "x"), nil)
	if err == nil || !strings.Contains(err.Error(), "-log-format") || !strings.Contains(err.Error(), "ROOMSTREAM_ADDR") {
		t.Errorf("not all mistakes are told: %v", err)
	}
}

func TestMistakesHoldNoSecret(t *testing.T) {
	for _, args := range [][]string{{"-jwt-secret=hunter2"}, {"-jwt-previous-secret=hunter2"}, {"-jwt-jwks-url=https://u:hunter2@h"}, {"-mongodb-uri=postgres://u:hunter2@h"}, {"-postgres-url=mysql://u:hunter2@h"}, {"-postgres-url=postgres://u:hunter2"}} {
		var c Config
		if _, err := c.parse("serve", args, env(), nil); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v", err)
		}
	}
}

func TestFeedsWatchTheChatsDatabaseUnlessTold(t *testing.T) {
	if got := parsed(t, []string{"-mongodb-database=chat"}, env()).feedsDatabase(); got != "chat" {
		t.Errorf("they watch %q", got)
	}
	if got := parsed(t, []string{"-mongodb-database=chat", "-feeds-database=shop"}, env()).feedsDatabase(); got != "shop" {
		t.Errorf("they watch %q", got)
	}
}

func TestUnknownFlags(t *testing.T) {
	var c Config
	if _, err := c.parse("serve", []string{"-prot", "1"}, env(), nil); err == nil || !strings.Contains(err.Error(), "-h") {
		t.Errorf("%v", err)
	}
	if _, err := c.parse("serve", []string{"-h"}, env(), nil); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("%v", err)
	}
}

func TestTheConfigurationPageIsFresh(t *testing.T) {
	const page = "../../web/docs/configuration.md"
	var want bytes.Buffer
	writeDocs(&want)
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("web/docs/configuration.md is stale; type: go run ./server config-docs > web/docs/configuration.md")
	}
}
