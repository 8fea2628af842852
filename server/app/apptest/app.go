// Package apptest runs the whole program in the test's own process, on a port of its
// own, for every test that needs more than one package.
//
// Lifecycle: Start returns when the program is ready; it stops with the test, or by
// Stop. A test may start several on one database: they are instances of one chat.
package apptest

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/limits"
	"roomstream/server/app"
	"roomstream/server/socketio"
)

// Secret is what the tokens of every App are signed with, so that one is good on all
// instances and other programs of a test can make their own.
const Secret = "a-secret-for-tests-of-at-least-32-bytes"

const (
	// startTime is how long an App may take to become ready: under the race detector,
	// on a busy machine, indexes on a real mongod take seconds.
	startTime = 30 * time.Second

	// stopTime is above the 10 s that the program promises.
	stopTime = 15 * time.Second

	tokenTTL = time.Hour
)

// Options choose what is run. The zero value is the embedded store in a folder of the
// test's own, with accounts, guests and open rooms.
type Options struct {
	// MongoDBURI is a replica set's, like mongotest's URI; empty: the embedded store.
	MongoDBURI string
	// Database is the one in it; two Apps on one Database are two instances.
	Database string
	// Dir is the embedded store's; empty: a new one. An App on the Dir of a stopped one
	// goes on where that ended.
	Dir string
	// Sockets carries times and limits of the protocol that a test shortens.
	Sockets socketio.Options
	// Instance names the instance; empty: random.
	Instance string
	// Configure changes any other setting.
	Configure func(*app.Config)
	// Listener is where it serves; nil: on a port of its own.
	Listener net.Listener
	// Logger: nil logs warnings to the test's output.
	Logger *slog.Logger
}

// App is a running program.
type App struct {
	URL  string // http://127.0.0.1:port
	Addr string // 127.0.0.1:port
	Dir  string // the embedded store's
	// MetricsAddr is where metrics are served, host:port; empty: nowhere.
	MetricsAddr string

	t       testing.TB
	tokens  *auth.Tokens
	service *rooms.Service
	stop    context.CancelFunc
	ended   chan struct{}
	once    sync.Once
	err     error // of Serve; read after ended
}

// Start runs the program and waits until /readyz is green.
func Start(t testing.TB, o Options) *App {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	listener := o.Listener
	if listener == nil {
		var err error
		if listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatalf("listen: %v", err)
		}
	}
	c := config(o)
	opening, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	made, err := app.New(opening, app.Options{Config: c, Logger: o.Logger, Sockets: o.Sockets, Instance: o.Instance})
	if err != nil {
		listener.Close()
		t.Fatalf("start the program: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	scheme := "http"
	if c.TLSCert != "" || len(c.AutocertDomains) > 0 {
		scheme = "https"
	}
	a := &App{
		URL: scheme + "://" + listener.Addr().String(), Addr: listener.Addr().String(), Dir: o.Dir, MetricsAddr: made.MetricsAddr(),
		t: t, tokens: made.Tokens(), service: made.Service(), stop: stop, ended: make(chan struct{}),
	}
	go func() {
		defer close(a.ended)
		a.err = made.Serve(ctx, listener)
	}()
	t.Cleanup(a.Stop)
	a.awaitReady(opening)
	return a
}

// sendTimeout is that of the program under test: a machine that is busy with other tests may need longer than the default.
const sendTimeout = 40 * time.Second

func config(o Options) app.Config {
	c := app.DefaultConfig()
	c.SendTimeout = sendTimeout
	c.Limits.RoomSends, c.Limits.Sends = limits.Rate{}, limits.Rate{} // tests write more than anybody
	on := true
	c.JWTSecret, c.DataDir, c.Accounts, c.Guests = Secret, o.Dir, &on, &on
	c.MongoDBURI = o.MongoDBURI
	if o.Database != "" {
		c.MongoDBDatabase = o.Database
	}
	if o.Configure != nil {
		o.Configure(&c)
	}
	return c
}

// awaitReady asks until the answer is yes: a heartbeat must go through the store first.
func (a *App) awaitReady(ctx context.Context) {
	a.t.Helper()
	const pause = 20 * time.Millisecond
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for !a.Ready() {
		select {
		case <-a.ended:
			a.t.Fatalf("the program ended while it started: %v", a.err)
		case <-ctx.Done():
			a.t.Fatalf("the program is not ready after %s", startTime)
		case <-tick.C:
		}
	}
}

// Ready says whether /readyz is green. Whose certificate it shows is not looked at.
func (a *App) Ready() bool {
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	response, err := (&http.Client{Transport: transport}).Get(a.URL + "/readyz")
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// Service is the program's chat: what clients cannot ask for, a test asks it.
func (a *App) Service() *rooms.Service { return a.service }

// Token makes a token for a user of this name, good for an hour.
func (a *App) Token(sub string) string {
	a.t.Helper()
	return a.TokenFor(auth.User{ID: auth.UserID(sub), Name: sub}, tokenTTL)
}

// TokenFor makes a token for any user and any time.
func (a *App) TokenFor(user auth.User, ttl time.Duration) string {
	a.t.Helper()
	token, err := a.tokens.Issue(user, ttl)
	if err != nil {
		a.t.Fatalf("make a token for %q: %v", user.ID, err)
	}
	return token
}

// Stop stops the program as SIGTERM does and waits for its end. It may be called
// more than once.
func (a *App) Stop() {
	a.t.Helper()
	a.once.Do(func() {
		a.stop()
		http.DefaultClient.CloseIdleConnections() // its kept connections would look like leaks
		select {
		case <-a.ended:
			if a.err != nil {
				a.t.Errorf("the program ended with: %v", a.err)
			}
		case <-time.After(stopTime):
			a.t.Errorf("the program did not end within %s", stopTime)
		}
	})
}
