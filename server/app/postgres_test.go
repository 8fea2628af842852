package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMistakesAboutPostgreSQLNameTheSetting(t *testing.T) {
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "channels.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const good = `[{"channel": "c", "broadcastEvent": "e"}]`
	const url = "postgres://u:hunter2@127.0.0.1:1/d"
	for _, c := range []struct{ url, channels, want string }{
		{url, "", "-postgres-channels"},
		{"", file(good), "-postgres-url"},
		{url, "/nowhere/channels.json", "-postgres-channels"},
		{url, file(`[{"channel": "c", "event": "e"}]`), "entry 1: event: unknown field"},
		{url + "?sslmode=perhaps", file(good), "-postgres-url"},
	} {
		config := DefaultConfig()
		config.DataDir, config.PostgresURL, config.PostgresChannels = t.TempDir(), c.url, c.channels
		a, err := New(t.Context(), Options{Config: config})
		if err == nil {
			a.Close(t.Context())
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q, %q: %v; want %q", c.url, c.channels, err, c.want)
		}
	}
	config := DefaultConfig()
	config.DataDir, config.PostgresURL, config.PostgresChannels = t.TempDir(), url, file(good)
	a, err := New(t.Context(), Options{Config: config})
	if err != nil {
		t.Fatalf("a PostgreSQL that is away keeps the chat from starting: %v", err)
	}
	a.Close(t.Context())
}
