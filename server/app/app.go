// Package app puts the program together: configuration, commands, what stands on
// what, and the order of stopping. It is the only package that knows all others.
//
// Concurrency: an App is served once, from one goroutine.
//
// Lifecycle: New opens the store, Serve runs until its context is done and closes
// everything; an App that is not served is closed by Close.
//
// Order and loss: Serve stops in this order: not ready, no new connections, sockets and feeds
// told, answered and closed, sends of REST answered, HTTP ended, store closed. So what was acked is
// durable and what is durable was acked.
package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/embedded"
	"roomstream/rooms/hooks"
	"roomstream/rooms/kept"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/postgres"
	"roomstream/rooms/previews"
	"roomstream/rooms/push"
	"roomstream/rooms/streams"
	"roomstream/server/feed"
	"roomstream/server/files"
	"roomstream/server/metrics"
	"roomstream/server/rest"
	"roomstream/server/socketio"
	"roomstream/server/tracing"
	"roomstream/web"
)

// Options are what an App is made of.
type Options struct {
	Config Config
	Logger *slog.Logger // nil: none

	// Sockets carries the protocol's times and limits for tests; what New knows better
	// (Service, Tokens, AllowedOrigins, Logger) is set by it.
	Sockets socketio.Options
	Release Release // what metrics tell of this program

	// Instance names this instance among those on one database; empty: random.
	Instance string
}

// store is what the messages and accounts are kept in.
type store interface {
	Rooms() rooms.Store
	Accounts() auth.AccountStore
	AccountArchive() auth.AccountArchive
	Kept() kept.Tables
	Keys() auth.KeyStore
	Revocations() auth.RevocationStore
	Sessions() auth.SessionStore
	Attempts() auth.AttemptStore
	Close(ctx context.Context) error
}

var (
	_ store = (*embedded.Store)(nil)
	_ store = (*mongodb.Store)(nil)
)

// App is the whole program, put together.
type App struct {
	store    store
	service  *rooms.Service
	sockets  *socketio.Server
	streams  *streams.Service
	feeds    *feed.Server
	uploads  *files.Server
	postgres *postgres.Listener // nil: there is none
	tokens   *auth.Tokens
	keySet   *auth.KeySet // nil: there is none
	revoked  *auth.Revocations
	seen     *auth.LastSeen
	bots     *hooks.Bots
	webhooks *hooks.Outgoing
	pushes   *push.Sender       // nil: Web Push is off
	previews *previews.Previews // nil: links are not fetched
	metrics  *metrics.Server    // nil: there are none
	traces   *tracing.Tracer    // nil: there are none
	doors    doors
	limits   limiters
	release  Release
	handler  http.Handler
	logger   *slog.Logger
	shutdown shutdown
	tls      *tls.Config // nil: no TLS
	shown    shown       // by tls; nil: none
	stopping atomic.Bool
}

// New opens the store and puts the program together. Its errors name the setting at
// fault and the fix. ctx bounds the wait for the store.
func New(ctx context.Context, o Options) (*App, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	stops, err := newShutdown(o.Config)
	if err != nil {
		return nil, err
	}
	secured, certificates, err := newTLS(o.Config, time.Now, o.Logger)
	if err != nil {
		return nil, err
	}
	set, err := newKeySet(o.Config, o.Logger)
	if err != nil {
		return nil, err
	}
	tokens, err := newTokens(o.Config, set)
	if err != nil {
		return nil, err
	}
	var kept store
	err = untilAvailable(ctx, o.Logger, func() (err error) {
		kept, err = openStore(ctx, o.Config, true, o.Logger)
		return err
	})
	if err != nil {
		return nil, err
	}
	a := &App{store: kept, tokens: tokens, keySet: set, shutdown: stops, tls: secured, shown: certificates, doors: newDoors(), limits: newLimiters(o.Config.Limits), release: o.Release, logger: o.Logger}
	if err := a.compose(ctx, o); err != nil {
		return nil, errors.Join(err, kept.Close(ctx))
	}
	return a, nil
}

// Close lets go of the store of an App that is not served.
func (a *App) Close(ctx context.Context) error {
	var err error
	if a.metrics != nil {
		err = a.metrics.Close()
	}
	return errors.Join(err, a.store.Close(ctx))
}

// MetricsAddr is where metrics are served, host:port; empty: nowhere.
func (a *App) MetricsAddr() string {
	if a.metrics == nil {
		return ""
	}
	return a.metrics.Addr().String()
}

// Tokens verifies and issues this program's tokens.
func (a *App) Tokens() *auth.Tokens { return a.tokens }

// Service is the chat.
func (a *App) Service() *rooms.Service { return a.service }

// openStore opens the store for a server, or for a command, which leaves the search of servers that run
// as they have it.
func openStore(ctx context.Context, c Config, serving bool, logger *slog.Logger) (store, error) {
	if c.Embedded() {
		kept, err := embedded.Open(embedded.Options{Dir: c.DataDir, NoSearch: !c.Search, Logger: logger})
		if err != nil {
			return nil, fmt.Errorf("open the embedded store: %w", err)
		}
		return kept, nil
	}
	kept, err := mongodb.Open(ctx, mongodb.Options{URI: c.MongoDBURI, Database: c.MongoDBDatabase, NoSearch: !c.Search, KeepSearch: !serving, Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("open the store on MongoDB: %w", err)
	}
	return kept, nil
}

func (a *App) compose(ctx context.Context, o Options) (err error) {
	c := o.Config
	words, err := readWords(c.WordList)
	if err != nil {
		return err
	}
	a.revoked = auth.NewRevocations(a.store.Revocations(), nil, o.Logger)
	if err := untilAvailable(ctx, o.Logger, func() error { return a.revoked.Load(ctx) }); err != nil {
		return err
	}
	a.service = rooms.New(a.store.Rooms(), rooms.Options{
		Revocations: a.revoked, Sessions: a.store.Sessions(), Tracer: a.composeTraces(&o), ClosedRooms: !c.OpenRooms, SendTimeout: c.SendTimeout, Retention: c.Retention, Words: words, Limits: a.limits.chat, MaxFileSize: c.MaxFileSize, FileTypes: c.FileTypes, Instance: o.Instance, Version: o.Release.version(), Logger: o.Logger,
	})
	a.seen = auth.NewLastSeen(a.store.Sessions(), nil, o.Logger)
	keys := auth.NewKeys(a.store.Keys(), nil)
	a.tokens, a.bots = a.tokens.WithKeys(keys).WithRevocations(a.revoked).WithLastSeen(a.seen), hooks.NewBots(a.service, keys, o.Logger)
	if err := a.composeWebhooks(o); err != nil {
		return err
	}
	if err := untilAvailable(ctx, o.Logger, func() error { return a.composePush(ctx, o) }); err != nil {
		return err
	}
	if c.LinkPreviews {
		a.previews = previews.New(previews.Options{AllowPrivate: c.LinkPreviewsAllowPrivate, Logger: o.Logger})
	}
	if err := a.composeStreams(o); err != nil {
		return err
	}
	sockets := o.Sockets
	sockets.Service, sockets.Streams, sockets.Tokens = a.service, a.streams, a.tokens
	sockets.AllowedOrigins, sockets.Limits, sockets.Refusals, sockets.Logger = c.AllowedOrigins, a.limits.sockets(), a.doors.socket, o.Logger
	if a.sockets, err = socketio.New(sockets); err != nil {
		return fmt.Errorf("make the Socket.IO server: %w", err)
	}
	accounts := auth.NewAccounts(a.store.Accounts(), a.tokens, auth.AccountOptions{
		Revoke: a.service.EndSessions, Disabled: a.revoked.Disabled, Sessions: a.store.Sessions(), EndSession: a.service.EndAccountSession,
		Limits: auth.NewLoginLimits(a.store.Attempts(), c.LoginFailures, nil),
	})
	if err := a.composeFeeds(o, accounts); err != nil {
		return err
	}
	if err := a.composePostgres(o); err != nil {
		return err
	}
	json := rest.New(rest.Options{
		Service: a.service, Streams: a.streams, Tokens: a.tokens, Accounts: accounts, Bots: a.bots, Webhooks: a.webhooks, Push: a.pushes, Previews: a.previews,
		AsyncAPI:     socketio.AsyncAPIDocument(),
		Registration: c.accounts(), Guests: c.guests(),
		Requests: a.limits.requests, AddressRequests: a.limits.addressRequests,
		Ready: a.ready, AllowedOrigins: c.AllowedOrigins, Refusals: a.doors.rest, Store: storeName(c), Logger: o.Logger,
	})
	key, err := secret(c)
	if err != nil {
		return err
	}
	a.uploads = files.New(files.Options{
		Service: a.service, Tokens: a.tokens, Secret: key, MaxFileSize: c.MaxFileSize, AllowedOrigins: c.AllowedOrigins, Refusals: a.doors.files, Logger: o.Logger,
		Requests: a.limits.requests, AddressRequests: a.limits.addressRequests,
	})
	a.handler = c.TrustedProxies.Handler(deadlines(port{a.sockets.Handler(), json.Handler(), a.uploads, a.feeds, web.Handler()}, bodyTimeout, answerTimeout), unheeded(o.Logger))
	return a.composeMetrics(o)
}

// readWords reads the list of what nobody may write.
func readWords(path string) (*rooms.Words, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("-word-list: %w", err)
	}
	defer file.Close()
	words, err := rooms.ReadWords(file)
	if err != nil {
		return nil, fmt.Errorf("-word-list %s: %w", path, err)
	}
	return words, nil
}

// composeStreams makes declared streams: there are none without MongoDB.
func (a *App) composeStreams(o Options) (err error) {
	declared := streams.Options{MaxCursors: o.Config.MaxCursors, Logger: o.Logger, Auditor: a.service.Auditor()}
	if kept, ok := a.store.(*mongodb.Store); ok {
		if declared.Database, declared.Store, err = kept.Streams(o.Config.feedsDatabase()); err != nil {
			return fmt.Errorf("open the database of feeds: %w", err)
		}
	}
	a.streams = streams.New(declared)
	return nil
}

// composeFeeds makes the feeds: of declared streams, and of rooms on any store.
func (a *App) composeFeeds(o Options, accounts *auth.Accounts) (err error) {
	a.feeds, err = feed.New(feed.Options{
		Rooms: a.service, Streams: a.streams, Tokens: a.tokens, Accounts: accounts, Database: o.Config.feedsDatabase(),
		AllowedOrigins: o.Config.AllowedOrigins, Limits: a.limits.feeds(), Refusals: a.doors.feed, Logger: o.Logger,
	})
	if err != nil {
		return fmt.Errorf("make the feeds: %w", err)
	}
	return nil
}

// ready says why this instance cannot serve.
func (a *App) ready() error {
	if a.stopping.Load() {
		return rooms.E(rooms.CodeUnavailable, "the server is stopping")
	}
	return a.service.Ready()
}
