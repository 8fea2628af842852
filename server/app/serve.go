package app

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"roomstream/auth"
	"roomstream/rooms"
)

// Times of the HTTP server. It has no read or write timeout for whole requests, see
// deadlines.
const (
	headerTimeout = 10 * time.Second  // a header is a few hundred bytes
	idleTimeout   = 120 * time.Second // longer than the 60 s of most proxies, so that they close first
	maxHeader     = 32 << 10          // bytes: a token is at most 4 KiB, cookies of the host may come along
)

// Serve answers on the listener until ctx is done or a part fails, then stops all
// parts and closes the store. It returns what failed; nil when it was told to stop.
func (a *App) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: a.handler, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(a.logger.Handler(), slog.LevelDebug), // faults of clients, mostly
	}
	endTraces := a.runTraces()
	// The parts outlive ctx: they still answer sends while the program stops.
	parts, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	group, failed := errgroup.WithContext(parts)
	group.Go(func() error {
		return unlessDone(parts, a.service.Run(failed, rooms.Emitters(a.sockets, a.feeds), a.sockets))
	})
	group.Go(func() error { return unlessDone(parts, a.sockets.Run(failed)) })
	group.Go(func() error { return unlessDone(parts, a.streams.Run(failed, a.sockets)) })
	group.Go(func() error { return unlessDone(parts, a.feeds.Run(failed)) })
	group.Go(func() error { return unlessDone(parts, a.bots.Run(failed, rooms.Emitters(a.sockets, a.feeds))) })
	group.Go(func() error { return unlessDone(parts, a.webhooks.Run(failed)) })
	group.Go(func() error { return unlessDone(parts, a.revoked.Run(failed, sessions{a.sockets, a.feeds, a.uploads})) })
	group.Go(func() error { return unlessDone(parts, a.seen.Run(failed, sessions{a.sockets, a.feeds, a.uploads})) })
	if a.keySet != nil {
		group.Go(func() error { return unlessDone(parts, a.keySet.Run(failed)) })
	}
	if a.previews != nil {
		group.Go(func() error { return unlessDone(parts, a.previews.Run(failed)) })
	}
	if a.pushes != nil {
		group.Go(func() error { return unlessDone(parts, a.pushes.Run(failed)) })
	}
	if a.postgres != nil {
		group.Go(func() error { return unlessDone(parts, a.postgres.Run(failed, a.sockets)) })
	}
	if a.metrics != nil {
		group.Go(func() error { return unlessDone(parts, a.metrics.Run(failed)) })
	}
	group.Go(func() error {
		if err := a.listen(server, listener); !a.stopping.Load() {
			return err
		}
		return nil
	})
	var begun time.Time // of the stop
	group.Go(func() error {
		select {
		case <-ctx.Done():
		case <-failed.Done():
		}
		begun = time.Now()
		a.stop(server, listener)
		end()
		return nil
	})
	err := group.Wait()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.shutdown.left(time.Since(begun)))
	defer cancel()
	var last sync.WaitGroup
	last.Go(endTraces)
	err = errors.Join(err, a.store.Close(closing))
	last.Wait()
	return err
}

// sessions are the sockets, the feeds and the uploads that are coming in.
type sessions [3]auth.Sessions

// End implements auth.Sessions.
func (all sessions) End(covered func(auth.User) bool) {
	for _, s := range all {
		s.End(covered)
	}
}

// All implements auth.Sessions.
func (all sessions) All() iter.Seq[auth.User] {
	return func(yield func(auth.User) bool) {
		for _, s := range all {
			for u := range s.All() {
				if !yield(u) {
					return
				}
			}
		}
	}
}

// unlessDone drops the error of a part that was told to end.
func unlessDone(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
