package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"roomstream/rooms"
)

// Times of the HTTP server. It has no read or write timeout for whole requests, see
// deadlines.
const (
	headerTimeout = 10 * time.Second  // a header is a few hundred bytes
	idleTimeout   = 120 * time.Second // longer than the 60 s of most proxies, so that they close first
	maxHeader     = 32 << 10          // bytes: a token is at most 4 KiB, cookies of the host may come along
)

// Times of stopping. Together they stay below 10 s, after which those who stop
// programs lose patience; a stop without trouble takes some milliseconds.
const (
	answerTime = 6500 * time.Millisecond // sends get their answers
	socketTime = 1500 * time.Millisecond // sockets and feeds get their last packets
	closeTime  = 1500 * time.Millisecond // requests in hand, then the store
)

// Serve answers on the listener until ctx is done or a part fails, then stops all
// parts and closes the store. It returns what failed; nil when it was told to stop.
func (a *App) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: a.handler, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(a.logger.Handler(), slog.LevelDebug), // faults of clients, mostly
	}
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
	if a.keySet != nil {
		group.Go(func() error { return unlessDone(parts, a.keySet.Run(failed)) })
	}
	if a.pushes != nil {
		group.Go(func() error { return unlessDone(parts, a.pushes.Run(failed)) })
	}
	if a.postgres != nil {
		group.Go(func() error { return unlessDone(parts, a.postgres.Run(failed, a.sockets)) })
	}
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		select {
		case <-ctx.Done():
		case <-failed.Done():
		}
		a.stop(server)
		end()
		return nil
	})
	err := group.Wait()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	return errors.Join(err, a.store.Close(closing))
}

// stop takes the program down in order. What does not end in time is logged and left
// behind: the process ends anyway, and clients send again.
func (a *App) stop(server *http.Server) {
	a.stopping.Store(true)
	ended := make(chan error, 1)
	closing, cancelClosing := context.WithTimeout(context.Background(), answerTime+socketTime+closeTime/2)
	defer cancelClosing()
	// It closes the listener at once and returns when no request is in hand; waiting
	// polling requests end with their sockets.
	go func() { ended <- server.Shutdown(closing) }()

	answering, cancelAnswering := context.WithTimeout(closing, answerTime)
	defer cancelAnswering()
	if err := a.service.Drain(answering); err != nil {
		a.logger.Warn("sends were left unanswered", "error", err)
	}
	telling, cancelTelling := context.WithTimeout(closing, socketTime)
	defer cancelTelling()
	var told sync.WaitGroup
	told.Go(func() {
		if err := a.feeds.Drain(telling); err != nil {
			a.logger.Warn("feeds were left open", "error", err)
		}
	})
	if err := a.sockets.Drain(telling); err != nil {
		a.logger.Warn("sockets were left open", "error", err)
	}
	told.Wait()
	if err := <-ended; err != nil {
		a.logger.Warn("requests were cut off", "error", err)
		server.Close()
	}
}

// unlessDone drops the error of a part that was told to end.
func unlessDone(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
