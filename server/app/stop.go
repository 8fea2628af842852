package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"roomstream/server/socketio"
)

// shutdown is how the program stops.
type shutdown struct {
	timeout time.Duration // for all of it
	delay   time.Duration // not ready, and goes on as before
}

func newShutdown(c Config) (shutdown, error) {
	if c.ShutdownDelay > c.ShutdownTimeout/2 {
		return shutdown{}, fmt.Errorf("-shutdown-delay %v is more than half of -shutdown-timeout %v: make the one shorter or the other longer", c.ShutdownDelay, c.ShutdownTimeout)
	}
	return shutdown{c.ShutdownTimeout, c.ShutdownDelay}, nil
}

// The parts of the timeout, in hundredths. They leave 5 for what takes no time but on a busy machine.
const (
	leavingPart = 65 // the delay, then everybody leaves and what they asked is answered
	cuttingPart = 15 // those who did not, get their last packets
	closingPart = 15 // requests in hand, then the store
)

func (s shutdown) part(of time.Duration) time.Duration { return s.timeout * of / 100 }

// closing is how long the store may take to close where all else took as long as it may.
func (s shutdown) closing() time.Duration { return s.part(closingPart) / 2 }

// left is how long it may take when the rest took so long: on a busy machine its last write alone takes seconds, which a stop without trouble
// has.
func (s shutdown) left(took time.Duration) time.Duration {
	return max(s.closing(), s.part(leavingPart+cuttingPart+closingPart)-took)
}

// apart is how far the closes of two connections lie from each other, where there is time for that: some 1,000 a second
// come to the instances that go on, of which each takes in more than that.
const apart = time.Millisecond

// spreadOver is the time over which so many are sent away: at most half of what is left, so that the last ones' sends
// can be answered, too.
func (s shutdown) spreadOver(connections int) time.Duration {
	return min(time.Duration(connections)*apart, (s.part(leavingPart)-s.delay)/2)
}

// stop takes the program down in order. What does not end in time is logged and left behind: the process ends anyway, and
// clients send again. A stop without trouble takes 1 ms a connection.
func (a *App) stop(server *http.Server, listener net.Listener) {
	a.stopping.Store(true)
	closing, cancelClosing := context.WithTimeout(context.Background(), a.shutdown.part(leavingPart+cuttingPart+closingPart)-a.shutdown.closing())
	defer cancelClosing()
	pause(closing, a.shutdown.delay)
	listener.Close()

	leaving, cancelLeaving := context.WithTimeout(closing, a.shutdown.part(leavingPart)-a.shutdown.delay)
	defer cancelLeaving()
	a.dismiss(leaving)
	if err := a.service.Drain(leaving); err != nil { // those of REST; sockets have had theirs
		a.logger.Warn("sends were left unanswered", "error", err)
	}
	if err := server.Shutdown(closing); err != nil {
		a.logger.Warn("requests were cut off", "error", err)
		server.Close()
	}
}

// dismiss sends all sockets and feeds away. Until leaving is done they leave by themselves, then they are cut.
func (a *App) dismiss(leaving context.Context) {
	end, _ := leaving.Deadline()
	times := socketio.Draining{
		Spread:  a.shutdown.spreadOver(a.sockets.Connections() + a.feeds.Feeds()),
		Answers: time.Until(end), Last: a.shutdown.part(cuttingPart),
	}
	var told sync.WaitGroup
	told.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(leaving), times.Spread+times.Last)
		defer cancel()
		if err := a.feeds.Drain(ctx, times.Spread); err != nil {
			a.logger.Warn("feeds were left open", "error", err)
		}
	})
	if err := a.sockets.Drain(context.WithoutCancel(leaving), times); err != nil {
		a.logger.Warn("sockets were left open", "error", err)
	}
	told.Wait()
}

// pause returns after a time, or when ctx is done.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
