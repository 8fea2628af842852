package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSettingsOfTokensThatDoNotGoTogether(t *testing.T) {
	good := Config{JWTSecret: strings.Repeat("s", 32)}
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		why    string
		change func(*Config)
		says   string
	}{
		{"a previous secret without an end", func(c *Config) { c.JWTPreviousSecret = strings.Repeat("p", 32) }, "needs -jwt-previous-secret-until"},
		{"an end without a previous secret", func(c *Config) { c.JWTPreviousSecretUntil = time.Unix(1, 0) }, "needs -jwt-previous-secret"},
		{"a file that is not there", func(c *Config) { c.JWTPublicKeyFile = file + "x" }, "-jwt-public-key-file (ROOMSTREAM_JWT_PUBLIC_KEY_FILE)"},
		{"a file without a key", func(c *Config) { c.JWTPublicKeyFile = file }, "-----BEGIN PUBLIC KEY-----"},
	}
	for _, tt := range tests {
		c := good
		tt.change(&c)
		if _, err := newTokens(c, nil); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: got %v, want an error that says %q", tt.why, err, tt.says)
		}
	}
	if _, err := newTokens(good, nil); err != nil {
		t.Error(err)
	}
}

func TestAKeySetWithoutAnAudienceIsWarnedOf(t *testing.T) {
	c := Config{JWTKeySetURL: "https://idp.example/jwks", JWTIssuer: "https://idp.example"}
	var log strings.Builder
	if set, err := newKeySet(c, slog.New(slog.NewTextHandler(&log, nil))); err != nil || set == nil || !strings.Contains(log.String(), "-jwt-audience") {
		t.Errorf("got %v, %v; logged %q", set, err, log.String())
	}
	log.Reset()
	c.JWTAudience = "chat"
	if _, err := newKeySet(c, slog.New(slog.NewTextHandler(&log, nil))); err != nil || log.Len() > 0 {
		t.Errorf("with an audience: %v; logged %q", err, log.String())
	}
}
