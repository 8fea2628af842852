package app

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"roomstream/server/httpauth"
)

// Config is what the program was told. settings is its table.
type Config struct {
	Addr                   string // host:port
	TLSCert                string // path; empty: no TLS
	TLSKey                 string // path
	AutocertDomains        []string
	AutocertCache          string // path of a folder; empty: in DataDir
	AutocertDirectory      string // URL; empty: Let's Encrypt's
	AutocertCAFile         string // path; empty: the system's roots
	MongoDBURI             string // empty: the embedded store
	MongoDBDatabase        string
	FeedsDatabase          string // empty: MongoDBDatabase
	MaxCursors             int    // of declared streams
	PostgresURL            string // empty: PostgreSQL is not listened to
	PostgresChannels       string // path of a JSON file
	DataDir                string
	JWTSecret              string // empty: see secret.go
	JWTPreviousSecret      string // empty: none
	JWTPreviousSecretUntil time.Time
	JWTPublicKeyFile       string // path; empty: none
	JWTKeySetURL           string // empty: none
	JWTIssuer              string
	JWTAudience            string
	AllowedOrigins         []string
	TrustedProxies         httpauth.Proxies
	Limits                 Limits
	Accounts               *bool // nil: as the store wants it
	Guests                 *bool // nil: as the store wants it
	LoginFailures          int   // 0: no limit
	OpenRooms              bool
	Search                 bool
	SendTimeout            time.Duration
	ShutdownTimeout        time.Duration
	ShutdownDelay          time.Duration
	Retention              time.Duration // 0: for ever
	MaxFileSize            int64         // bytes
	FileTypes              []string      // that files may have
	WordList               string        // the path of a file; empty: none
	// WebhookAllowPrivate: webhooks may go to addresses that are not of the public internet.
	WebhookAllowPrivate bool
	PushSubject         string // a contact, mailto: or https:; empty: Web Push is off
	PushTexts           bool   // push messages hold what was said
	// PushAllowPrivate: push services may have addresses that are not of the public internet.
	PushAllowPrivate bool

	LinkPreviews bool // the pages that messages link to are fetched
	// LinkPreviewsAllowPrivate: they may have addresses that are not of the public internet.
	LinkPreviewsAllowPrivate bool
	MetricsAddr              string // host:port; empty: no metrics
	OTLPEndpoint             string // URL; empty: no traces
	TraceSample              float64
	LogLevel                 slog.Level
	LogFormat                string
}

// Embedded says whether messages lie in this process's own file.
func (c Config) Embedded() bool { return c.MongoDBURI == "" }

// scheme is how -addr is spoken to.
func (c Config) scheme() string {
	if c.TLSCert != "" || len(c.AutocertDomains) > 0 {
		return "https"
	}
	return "http"
}

// feedsDatabase is what declared streams watch.
func (c Config) feedsDatabase() string { return cmp.Or(c.FeedsDatabase, c.MongoDBDatabase) }

// accounts and guests: whoever tries the program out has no identity provider, who
// runs it on MongoDB usually has.
func (c Config) accounts() bool { return orDefault(c.Accounts, c.Embedded()) }
func (c Config) guests() bool   { return orDefault(c.Guests, c.Embedded()) }

func orDefault(given *bool, otherwise bool) bool {
	if given == nil {
		return otherwise
	}
	return *given
}

// DefaultConfig is the configuration when nothing is set.
func DefaultConfig() Config {
	var c Config
	for _, s := range settings() {
		if err := s.set(&c, s.Default); err != nil {
			panic("the default of -" + s.Name + ": " + err.Error()) // a mistake in the table; a test reads it
		}
	}
	return c
}

// parse reads the settings, a flag before its environment variable before the
// default, and returns the arguments that are left. An empty variable counts as
// unset, as the files of containers often leave them. All mistakes are reported
// at once, each with the flag, the variable and the fix.
func (c *Config) parse(name string, args []string, getenv func(string) string, extra func(*flag.FlagSet)) (rest []string, err error) {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard) // errors are returned, help is printed by its command
	given := make(map[string]string)
	for _, s := range settings() {
		flags.Var(&flagValue{given: given, setting: s}, s.Name, s.Doc)
	}
	if extra != nil {
		extra(flags)
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, err
		}
		return nil, fmt.Errorf("%w (-h lists the flags)", err)
	}
	*c = DefaultConfig()
	var mistakes []error
	for _, s := range settings() {
		text, ok := given[s.Name]
		if !ok {
			text = getenv(s.Env())
			if text == "" {
				continue
			}
		}
		if err := s.set(c, text); err != nil {
			mistakes = append(mistakes, fmt.Errorf("-%s (%s): %w", s.Name, s.Env(), err))
		}
	}
	return flags.Args(), errors.Join(mistakes...)
}

// flagValue keeps the text of a flag until all are read.
type flagValue struct {
	given   map[string]string
	setting setting
}

func (v *flagValue) String() string        { return "" }
func (v *flagValue) IsBoolFlag() bool      { return v.setting.isBool() }
func (v *flagValue) Set(text string) error { v.given[v.setting.Name] = text; return nil }

// newLogger logs to w as the configuration says.
func newLogger(c Config, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// writeHelp lists the settings for -h.
func writeHelp(w io.Writer) {
	for _, s := range settings() {
		shown := s.shownDefault()
		if s.Shown == "" {
			shown = "default " + shown
		}
		fmt.Fprintf(w, "  -%s  (%s; %s; %s)\n        %s\n", s.Name, s.Unit, shown, s.Env(), s.Doc)
	}
}

// writeDocs writes web/docs/configuration.md.
func writeDocs(w io.Writer) {
	fmt.Fprint(w, `# Configuration

Every setting has a flag and an environment variable; the flag wins, and an empty variable counts as unset. This page is made from the table in
`+"`server/app/settings.go`"+` by `+"`go run ./server config-docs > web/docs/configuration.md`"+`; a test fails when it is stale.

| flag | environment | default | unit | |
|---|---|---|---|---|
`)
	for _, s := range settings() {
		shown := s.shownDefault()
		if s.Shown == "" {
			shown = "`" + shown + "`"
		}
		fmt.Fprintf(w, "| `-%s` | `%s` | %s | %s | %s |\n", s.Name, s.Env(), shown, s.Unit, strings.ReplaceAll(s.Doc, "|", "\\|"))
	}
	fmt.Fprint(w, `
`+"`GOGC`"+` (of Go's runtime) is 50 unless it is set: a chat holds many small buffers that live short, and half the slack in memory costs little time here.

## Commands

| command | |
|---|---|
| `+"`go run ./server`"+` | serves; also `+"`serve`"+` |
| `+"`go run ./server token -sub alice [-name Alice] [-role editor] [-ttl 24h]`"+` | prints a token for trying things out, signed with the server's secret |
| `+"`go run ./server account add -name Ann [-role admin]`"+` | makes an account, with the password in `+"`ROOMSTREAM_ACCOUNT_PASSWORD`"+` or one that it makes and prints; the only way to an account with role admin |
| `+"`go run ./server account password -name Ann`"+` | gives an account another password, as above, and ends all its sessions |
| `+"`go run ./server streams apply file.json [-dry-run] [-prune]`"+` | declares the streams of a file, `+"`{\"streams\": [declaration, ...]}`"+` or the array alone; all are tried before any is written; with `+"`-prune`"+` those that are not in the file go |
| `+"`go run ./server streams list`"+`, `+"`streams remove posts/all`"+` | lists the declared streams; takes one back |
| `+"`go run ./server healthcheck [-ready]`"+` | asks the server on this machine, at `+"`-addr`"+`, whether it lives (`+"`/healthz`"+`) or with `+"`-ready`"+` whether the chat works (`+"`/readyz`"+`), and exits 1 if not; for images without a shell |
| `+"`go run ./server version [-json]`"+` | prints the version; with `+"`-json`"+` the commit, its time, the Go version and the platform, too |
| `+"`go run ./server sbom [-binary FILE] [-out FILE]`"+` | prints what the program is made of, as CycloneDX 1.6 ([decision 44](decisions/0044-what-the-program-is-made-of.md)) |
| `+"`go run ./server -h`"+` | lists commands and settings |
`)
}
