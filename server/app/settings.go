package app

import (
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/push"
	"roomstream/rooms/streams"
	"roomstream/server/httpauth"
	"roomstream/server/tracing"
)

// setting is one row of the table of settings.
type setting struct {
	Name    string // the flag
	Default string // as one would type it
	Shown   string // what -h and the documentation say of the default, where Default does not
	Unit    string
	Doc     string
	Secret  bool // never shown
	set     func(c *Config, text string) error
}

// Env is the environment variable of a setting: ROOMSTREAM_MONGODB_URI for -mongodb-uri.
func (s setting) Env() string {
	return "ROOMSTREAM_" + strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_"))
}

// shownDefault is the default as people read it.
func (s setting) shownDefault() string {
	if s.Shown != "" {
		return s.Shown
	}
	return s.Default
}

func (s setting) isBool() bool { return s.Unit == unitBool }

const (
	unitBool     = "true or false"
	unitDuration = "duration, like 8s or 500ms"
	unitText     = "text"
)

// settings is the table of all settings: what is not here cannot be set.
func settings() []setting {
	return slices.Concat([]setting{
		{Name: "addr", Default: ":8080", Unit: "host:port",
			Doc: "Where to listen, for everything: the page, Socket.IO, REST. Without a host: on every address of the machine.",
			set: func(c *Config, text string) error { c.Addr = text; return checkAddr(text) }},
		{Name: "tls-cert", Shown: "empty: no TLS", Unit: "path of a PEM file",
			Doc: "The certificate, with those between it and its root, for TLS on -addr, HTTP/2 too. It is read again when it changes. Needed with -tls-key. Where a proxy ends TLS it stays empty.",
			set: func(c *Config, text string) error { c.TLSCert = text; return nil }},
		{Name: "tls-key", Shown: "empty: no TLS", Unit: "path of a PEM file",
			Doc: "The certificate's private key.",
			set: func(c *Config, text string) error { c.TLSKey = text; return nil }},
		{Name: "autocert-domain", Shown: "empty: none", Unit: "list of domains, separated by commas",
			Doc: "Has certificates for these issued and renewed by themselves (ACME), for TLS on -addr, which the world must reach as port 443 of each. Setting it accepts the authority's terms. Instead of -tls-cert.",
			set: func(c *Config, text string) (err error) { c.AutocertDomains, err = parseDomains(text); return err }},
		{Name: "autocert-cache", Shown: "empty: `autocert` in the data dir", Unit: "path of a folder",
			Doc: "Where those certificates, their keys and that of the account lie; keep it over restarts.",
			set: func(c *Config, text string) error { c.AutocertCache = text; return nil }},
		{Name: "autocert-directory", Shown: "empty: Let's Encrypt", Unit: "https URL",
			Doc: "The directory of another ACME authority.",
			set: func(c *Config, text string) error { c.AutocertDirectory = text; return checkDirectory(text) }},
		{Name: "autocert-ca-file", Shown: "empty: what the system trusts", Unit: "path of a PEM file",
			Doc: "The roots by which that authority's own server is known.",
			set: func(c *Config, text string) error { c.AutocertCAFile = text; return nil }},
		{Name: "mongodb-uri", Shown: "empty: the embedded store", Unit: "mongodb:// or mongodb+srv:// URI", Secret: true,
			Doc: "The replica set or sharded cluster that keeps the messages.",
			set: func(c *Config, text string) error { c.MongoDBURI = text; return checkMongoDBURI(text) }},
		{Name: "mongodb-database", Default: "roomstream", Unit: "name",
			Doc: "The database in it.",
			set: func(c *Config, text string) error { c.MongoDBDatabase = text; return checkDatabase(text) }},
		{Name: "feeds-database", Shown: "empty: the one of -mongodb-database", Unit: "name",
			Doc: "The database whose collections declared streams watch and collection routes write. Only with MongoDB.",
			set: func(c *Config, text string) error { c.FeedsDatabase = text; return checkFeedsDatabase(text) }},
		{Name: "max-cursors", Default: strconv.Itoa(streams.DefaultMaxCursors), Unit: fmt.Sprintf("number from 1 to %d", maxMaxCursors),
			Doc: "How many change streams this instance may have open for declared streams; who needs one more is told OVERLOADED. Each costs the database a look at all that is written.",
			set: func(c *Config, text string) (err error) { c.MaxCursors, err = parseMaxCursors(text); return err }},
		{Name: "postgres-url", Shown: "empty: none", Unit: "postgres:// URL", Secret: true,
			Doc: "The PostgreSQL database whose notifications and outbox are told to sockets (operations.md). While it cannot be reached it is tried again; the chat goes on.",
			set: func(c *Config, text string) error { c.PostgresURL = text; return checkPostgresURL(text) }},
		{Name: "postgres-channels", Shown: "empty: none", Unit: "path",
			Doc: "The JSON file that declares the channels listened to: `[{\"channel\": \"new_orders\", \"broadcastEvent\": \"order_created\"}]`. Needed with `-postgres-url`.",
			set: func(c *Config, text string) error { c.PostgresChannels = text; return nil }},
		{Name: "data-dir", Default: "./data", Unit: "path",
			Doc: "Where the embedded store and the secret made for it lie. Not used with MongoDB.",
			set: func(c *Config, text string) error { c.DataDir = text; return nil }},
		{Name: "jwt-secret", Shown: "embedded: made at the first start and kept in the data dir; with MongoDB it must be set", Unit: "text of at least 32 bytes", Secret: true,
			Doc: "What tokens are signed with (HS256); the same for every instance and for whoever else issues tokens. Better given by the environment, which other users of the machine cannot read.",
			set: func(c *Config, text string) error { c.JWTSecret = text; return checkSecret(text) }},
		{Name: "jwt-previous-secret", Shown: "empty: none", Unit: "text of at least 32 bytes", Secret: true,
			Doc: "The secret before this one, while it is changed: tokens signed with it stay good until `-jwt-previous-secret-until`, and nothing is signed with it any more.",
			set: func(c *Config, text string) error { c.JWTPreviousSecret = text; return checkSecret(text) }},
		{Name: "jwt-previous-secret-until", Shown: "empty: none; needed with `-jwt-previous-secret`", Unit: "time, like 2026-03-01T12:00:00Z",
			Doc: "When the previous secret ends, and what it signed with it, sockets too.",
			set: func(c *Config, text string) (err error) { c.JWTPreviousSecretUntil, err = parseTime(text); return err }},
		{Name: "jwt-public-key-file", Shown: "empty: none", Unit: "path of a file in PEM",
			Doc: "Public keys of whoever issues tokens: RSA (RS256), EC on P-256 (ES256), Ed25519 (EdDSA); at most 8, so that the old and the new one can stand side by side. Read at the start. `-jwt-secret` stays good beside it.",
			set: func(c *Config, text string) error { c.JWTPublicKeyFile = text; return nil }},
		{Name: "jwt-jwks-url", Shown: "empty: none", Unit: "https URL; http on this machine",
			Doc: "Where an identity provider publishes its keys (`jwks_uri`; RS256, ES256, EdDSA). They are fetched every 10 minutes, and when a token names a new one; see operations.md for what happens while nobody answers there. Set `-jwt-issuer` and `-jwt-audience` with it. `-jwt-secret` stays good beside it.",
			set: func(c *Config, text string) error { c.JWTKeySetURL = text; return checkKeySetURL(text) }},
		{Name: "jwt-issuer", Shown: "empty: any", Unit: unitText,
			Doc: "What `iss` of a token must be. This server's own accounts and guests are not held to it.",
			set: func(c *Config, text string) error { c.JWTIssuer = text; return nil }},
		{Name: "jwt-audience", Shown: "empty: any", Unit: unitText,
			Doc: "What `aud` of a token must hold. This server's own accounts and guests are not held to it.",
			set: func(c *Config, text string) error { c.JWTAudience = text; return nil }},
		{Name: "allowed-origins", Shown: "empty: the same host", Unit: "list of origins, separated by commas",
			Doc: "Whose pages may connect and call, besides the server's own: https://chat.example.com,http://localhost:3000. `*` allows all.",
			set: func(c *Config, text string) (err error) { c.AllowedOrigins, err = parseOrigins(text); return err }},
		{Name: "trusted-proxies", Shown: "empty: none", Unit: "list of networks and addresses, separated by commas",
			Doc: "Whose X-Forwarded-For counts: 10.0.0.0/8,127.0.0.1. A client's address is then the rightmost one in it that is none of these. Loopback is not trusted by itself. X-Real-IP and Forwarded count for nothing.",
			set: func(c *Config, text string) (err error) {
				c.TrustedProxies, err = httpauth.ParseProxies(text)
				return err
			}},
		{Name: "login-failures", Default: strconv.Itoa(auth.DefaultLoginFailures), Unit: "number",
			Doc: "How often a wrong password of an account may come from one address within 15 minutes; then waits begin, 5 s and twice as long each time, up to 15 minutes. 3 times as many are free of an account from all addresses that it was not signed in from for 30 days, 10 times as many of an address. Behind a proxy that is not in -trusted-proxies all clients have its address. 0: no limits.",
			set: func(c *Config, text string) (err error) { c.LoginFailures, err = parseLoginFailures(text); return err }},
		{Name: "accounts", Shown: "true with the embedded store, false with MongoDB", Unit: unitBool,
			Doc: "People may make accounts for themselves, with a name and a password. Accounts made by `account add` can always sign in.",
			set: func(c *Config, text string) (err error) { c.Accounts, err = parseSwitch(text); return err }},
		{Name: "guests", Shown: "true with the embedded store, false with MongoDB", Unit: unitBool,
			Doc: "People may enter without an account.",
			set: func(c *Config, text string) (err error) { c.Guests, err = parseSwitch(text); return err }},
		{Name: "open-rooms", Default: "true", Unit: unitBool,
			Doc: "A join, send or POST to a room that does not exist makes a public one; else it is NOT_FOUND.",
			set: func(c *Config, text string) (err error) { c.OpenRooms, err = parseBool(text); return err }},
		{Name: "search", Default: "true", Unit: unitBool,
			Doc: "Messages are found by their text. With MongoDB the index costs the database as much as the send itself, and more where texts are long, see decisions/0027-search.md; with false it is removed.",
			set: func(c *Config, text string) (err error) { c.Search, err = parseBool(text); return err }},
		{Name: "send-timeout", Default: "8s", Unit: unitDuration,
			Doc: "How long a send may wait for the store before it is answered TIMEOUT. Below the client's ackTimeout (10 s), else the client sends again before it is told.",
			set: func(c *Config, text string) (err error) { c.SendTimeout, err = parseSendTimeout(text); return err }},
		{Name: "shutdown-timeout", Default: "10s", Unit: unitDuration,
			Doc: "How long stopping may take, from SIGTERM to the end of the process; from 1s to 10m. With many clients longer is gentler: they are sent away over at most a third of it. Supervisors must wait longer than this before they kill.",
			set: func(c *Config, text string) (err error) {
				c.ShutdownTimeout, err = parseShutdownTimeout(text)
				return err
			}},
		{Name: "shutdown-delay", Default: "0s", Unit: unitDuration,
			Doc: "How long a stopping server that is no longer ready (`/readyz` 503) still takes in new connections: for balancers that learn of it later, like Kubernetes' (5s). Part of -shutdown-timeout, at most half of it.",
			set: func(c *Config, text string) (err error) { c.ShutdownDelay, err = parseShutdownDelay(text); return err }},
		{Name: "retention", Default: "0", Shown: "0: for ever", Unit: unitDuration + ", 720h",
			Doc: "How long messages are kept, in rooms that have no time of their own (see the command `retention`). At least 1m.",
			set: func(c *Config, text string) (err error) { c.Retention, err = parseRetention(text); return err }},
		{Name: "word-list", Shown: "empty: none", Unit: "path of a file",
			Doc: "Words and phrases that nobody may write, one a line; lines that begin with # are passed over. Read at the start.",
			set: func(c *Config, text string) error { c.WordList = text; return nil }},
		{Name: "max-file-size", Default: "25MiB", Unit: "number with KiB, MiB or GiB",
			Doc: "How large a file may be that people attach to a message. At most 1GiB.",
			set: func(c *Config, text string) (err error) { c.MaxFileSize, err = parseFileSize(text); return err }},
		{Name: "file-types", Default: strings.Join(rooms.DefaultFileTypes(), ","), Unit: "list of types, separated by commas",
			Doc: "Which types of files may be attached. What counts is what a file's content shows, not its name; one of another type is taken as the nearest that is listed (a .docx is a kind of application/zip, whatever it is a kind of application/octet-stream). text/html, image/svg+xml and XML are never taken.",
			set: func(c *Config, text string) (err error) { c.FileTypes, err = parseFileTypes(text); return err }},
		{Name: "webhook-allow-private", Default: "false", Unit: unitBool,
			Doc: "Outgoing webhooks may go to addresses that are not of the public internet: loopback, private networks, link-local. Whoever owns a room can reach those then.",
			set: func(c *Config, text string) (err error) { c.WebhookAllowPrivate, err = parseBool(text); return err }},
		{Name: "push-subject", Shown: "empty: Web Push is off", Unit: "mailto: address or https URL",
			Doc: "Turns Web Push on: who is away is told on the devices he chose. Push services (of the browsers' makers) are told this contact, whom they may turn to; some refuse one that cannot be reached. See operations.md for what leaves the house.",
			set: func(c *Config, text string) error { c.PushSubject = text; return checkPushSubject(text) }},
		{Name: "push-texts", Default: "true", Unit: unitBool,
			Doc: "Push messages hold the beginning of what was said, which devices show on locked screens. It is encrypted for the device either way. With false: only who wrote, and where.",
			set: func(c *Config, text string) (err error) { c.PushTexts, err = parseBool(text); return err }},
		{Name: "push-allow-private", Default: "false", Unit: unitBool,
			Doc: "Push services may have addresses that are not of the public internet: loopback (http, too), private networks, link-local. Whoever can sign in can reach those then.",
			set: func(c *Config, text string) (err error) { c.PushAllowPrivate, err = parseBool(text); return err }},
		{Name: "link-previews", Default: "false", Unit: unitBool,
			Doc: "Messages show the title of the page they link to. This server fetches it then: it calls addresses that users write, from where it stands, as soon as somebody reads such a message. Only http and https on their own ports at addresses of the public internet.",
			set: func(c *Config, text string) (err error) { c.LinkPreviews, err = parseBool(text); return err }},
		{Name: "link-previews-allow-private", Default: "false", Unit: unitBool,
			Doc: "Links may lead to addresses that are not of the public internet, and to any port: loopback, private networks, link-local. Whoever can write can have titles read there then.",
			set: func(c *Config, text string) (err error) {
				c.LinkPreviewsAllowPrivate, err = parseBool(text)
				return err
			}},
		{Name: "metrics-addr", Shown: "empty: off", Unit: "host:port",
			Doc: "Where to listen for Prometheus (`/metrics`) and Go's profiler (`/debug/pprof/`), like 127.0.0.1:9090. Nobody is asked who he is there: use an address that only those reach who may see it.",
			set: func(c *Config, text string) error { c.MetricsAddr = text; return checkMetricsAddr(text) }},
		{Name: "otlp-endpoint", Shown: "empty: off", Unit: "http or https URL",
			Doc: "The OpenTelemetry collector that traces are sent to, by OTLP over HTTP, like http://127.0.0.1:4318: how sends went through the log to the sockets (operations.md). The path `/v1/traces` is added to it.",
			set: func(c *Config, text string) error { c.OTLPEndpoint = text; return checkOTLPEndpoint(text) }},
		{Name: "trace-sample", Default: "0.01", Unit: "number from 0 to 1",
			Doc: "Which part of what is sent has a trace; the same on every instance. Of REST calls that come with a `traceparent`, only those whose trace is recorded. Only with `-otlp-endpoint`.",
			set: func(c *Config, text string) (err error) { c.TraceSample, err = parseRatio(text); return err }},
		{Name: "log-level", Default: "info", Unit: "debug, info, warn or error",
			Doc: "What is logged, on standard error.",
			set: func(c *Config, text string) error { return parseLogLevel(&c.LogLevel, text) }},
		{Name: "log-format", Default: "text", Unit: "text or json",
			Doc: "How it is logged.",
			set: func(c *Config, text string) error { c.LogFormat = text; return checkLogFormat(text) }},
	}, limitSettings())
}

func checkAddr(text string) error {
	_, port, err := net.SplitHostPort(text)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("%q is no host:port: write it like :8080 or 127.0.0.1:8080", text)
	}
	return nil
}

// checkMetricsAddr takes an empty one: there are no metrics.
func checkMetricsAddr(text string) error {
	if text == "" {
		return nil
	}
	return checkAddr(text)
}

// checkOTLPEndpoint takes an empty one: there are no traces.
func checkOTLPEndpoint(text string) error {
	if text == "" {
		return nil
	}
	return tracing.CheckEndpoint(text)
}

func parseRatio(text string) (float64, error) {
	part, err := strconv.ParseFloat(text, 64)
	if err != nil || !(part >= 0 && part <= 1) {
		return 0, fmt.Errorf("%q is no number from 0 to 1", text)
	}
	return part, nil
}

// checkMongoDBURI does not repeat the text: it may hold a password.
func checkMongoDBURI(text string) error {
	if text == "" || strings.HasPrefix(text, "mongodb://") || strings.HasPrefix(text, "mongodb+srv://") {
		return nil
	}
	return fmt.Errorf("must begin with mongodb:// or mongodb+srv://, like mongodb://localhost:27017/?replicaSet=rs0")
}

// checkDatabase follows MongoDB's rules for names of databases.
func checkDatabase(text string) error {
	const maxBytes = 63
	if text == "" || len(text) > maxBytes || strings.ContainsAny(text, "/\\. \"$*<>:|?\x00") {
		return fmt.Errorf("%q is no name of a database: 1 to %d characters, none of / \\ . space \" $ * < > : | ?", text, maxBytes)
	}
	return nil
}

// checkFeedsDatabase lets nothing stand for the chat's own.
func checkFeedsDatabase(text string) error {
	if text == "" {
		return nil
	}
	return checkDatabase(text)
}

// maxMaxCursors is far above what one database bears; more is a slip of the finger.
const maxMaxCursors = 10_000

func parseMaxCursors(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxMaxCursors {
		return 0, fmt.Errorf("%q is no number from 1 to %d", text, maxMaxCursors)
	}
	return n, nil
}

// checkSecret does not repeat the text.
func checkSecret(text string) error {
	if text != "" && len(text) < auth.MinSecretBytes {
		return fmt.Errorf("must be at least %d bytes, but has %d: `openssl rand -hex 32` makes a good one", auth.MinSecretBytes, len(text))
	}
	return nil
}

// checkKeySetURL takes an empty one: there is none.
func checkKeySetURL(text string) error {
	if text == "" {
		return nil
	}
	return auth.CheckKeySetURL(text)
}

// parseTime gives the zero time for an empty text.
func parseTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no time: write it like 2026-03-01T12:00:00Z", text)
	}
	return at, nil
}

func parseOrigins(text string) ([]string, error) {
	var origins []string
	for part := range strings.SplitSeq(text, ",") {
		origin := strings.TrimSuffix(strings.TrimSpace(part), "/")
		if origin == "" {
			continue
		}
		if origin == "*" {
			origins = append(origins, origin)
			continue
		}
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || origin != u.Scheme+"://"+u.Host {
			return nil, fmt.Errorf("%q is no origin: write it like https://chat.example.com, without a path", origin)
		}
		origins = append(origins, origin)
	}
	return origins, nil
}

// parseSwitch reads a setting whose default depends on the store: nil then.
func parseSwitch(text string) (*bool, error) {
	if text == "" {
		return nil, nil
	}
	on, err := parseBool(text)
	return &on, err
}

func parseBool(text string) (bool, error) {
	on, err := strconv.ParseBool(text)
	if err != nil {
		return false, fmt.Errorf("%q is neither true nor false", text)
	}
	return on, nil
}

// parseSendTimeout keeps to what makes sense: below 100 ms a healthy majority write
// is often late, above 60 s the client has long given up.
func parseSendTimeout(text string) (time.Duration, error) {
	return parseDurationWithin(text, "8s or 500ms", 100*time.Millisecond, time.Minute)
}

// parseShutdownTimeout keeps to what makes sense: the store alone may need some 100 ms.
func parseShutdownTimeout(text string) (time.Duration, error) {
	return parseDurationWithin(text, "10s", time.Second, 10*time.Minute)
}

func parseDurationWithin(text, example string, least, most time.Duration) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is no duration: write it like %s", text, example)
	}
	if d < least || d > most {
		return 0, fmt.Errorf("%s must be between %s and %s", text, least, most)
	}
	return d, nil
}

func parseShutdownDelay(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is no duration: write it like 5s; 0 is none", text)
	}
	if d < 0 {
		return 0, fmt.Errorf("%s must not be negative", text)
	}
	return d, nil
}

// parseRetention keeps to what makes sense: rooms are looked over once a minute.
func parseRetention(text string) (time.Duration, error) {
	const least = time.Minute
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is no duration: write it like 720h; 0 keeps for ever", text)
	}
	if d != 0 && d < least {
		return 0, fmt.Errorf("%s must be 0 or at least %s", text, least)
	}
	return d, nil
}

// parseFileSize keeps to what is streamed in reasonable time.
func parseFileSize(text string) (int64, error) {
	const most = 1 << 30
	for _, unit := range []struct {
		name  string
		bytes int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}} {
		number, ok := strings.CutSuffix(text, unit.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(number, 10, 32)
		if err != nil || n < 1 || n > most/unit.bytes {
			return 0, fmt.Errorf("%q is no size from 1KiB to 1GiB", text)
		}
		return n * unit.bytes, nil
	}
	return 0, fmt.Errorf("%q is no size: write it like 25MiB", text)
}

func parseFileTypes(text string) ([]string, error) {
	var types []string
	for part := range strings.SplitSeq(text, ",") {
		t := strings.TrimSpace(part)
		if t == "" {
			continue
		}
		if err := rooms.CheckFileType(t); err != nil {
			return nil, err
		}
		types = append(types, t)
	}
	if len(types) == 0 {
		return nil, fmt.Errorf("must list one type at least, like image/png")
	}
	return types, nil
}

func parseLogLevel(level *slog.Level, text string) error {
	switch strings.ToLower(text) {
	case "debug", "info", "warn", "error":
		return level.UnmarshalText([]byte(text))
	}
	return fmt.Errorf("%q is none of debug, info, warn, error", text)
}

// checkPushSubject takes an empty one: Web Push is off.
func checkPushSubject(text string) error {
	if text == "" {
		return nil
	}
	return push.CheckSubject(text)
}

func checkLogFormat(text string) error {
	if text != "text" && text != "json" {
		return fmt.Errorf("%q is neither text nor json", text)
	}
	return nil
}
