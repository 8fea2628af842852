package rooms

import (
	"context"
	"math/rand/v2"
	"time"
)

// signalHandler takes one signal. It is called from one goroutine and must not wait.
type signalHandler func(Signal)

// signalHandlers is the table of what each kind of signal does here.
func (s *Service) signalHandlers() map[SignalKind]signalHandler {
	return map[SignalKind]signalHandler{
		SignalTyping:    s.typingTold,
		SignalRevoke:    s.revokeTold,
		SignalPresence:  s.presence.told,
		SignalLease:     s.presence.told,
		SignalHello:     s.presence.told,
		SignalErase:     s.eraseTold,
		SignalConfirmed: s.confirmations.heard,
		SignalProfile:   s.profileTold,
		SignalStatus:    s.statusTold,
		SignalRead:      s.readTold,
		SignalDelivered: s.deliveredTold,
		SignalAlerts:    s.alertsTold,
		SignalThread:    s.threadTold,
	}
}

// watchSignals keeps the stream of signals open, for ever. What is sent while it is
// lost is lost: whoever sends what matters sends again.
func (s *Service) watchSignals(ctx context.Context) error {
	handlers := s.signalHandlers()
	told := func(batch []Signal) {
		for _, g := range batch {
			if handle := handlers[g.Kind]; handle != nil {
				handle(g)
			}
		}
	}
	wait := reopenFirst
	for ctx.Err() == nil {
		started := s.now()
		err := s.store.Signals.Watch(ctx, s.presence.again, told)
		if ctx.Err() != nil {
			return nil
		}
		if s.now().Sub(started) > reopenHealthy {
			wait = reopenFirst
		}
		s.logger.Warn("the stream of signals ended and is reopened", "error", err, "in", wait)
		s.tallies.reopenings.Add(StreamSignals)
		pause(ctx, wait/2+rand.N(wait/2+1), nil)
		wait = min(2*wait, reopenMost)
	}
	return nil
}

// signalsWaiting bounds the signals that wait to be sent; those beyond are not sent.
const signalsWaiting = 1000

// signalPatience is how long a signal may take to be sent; later it is of no use.
const signalPatience = 2 * time.Second

// signal queues a signal of this instance.
func (s *Service) signal(g Signal) {
	g.Instance = s.instance
	select {
	case s.signals <- g:
	default:
		s.logger.Warn("a signal was not sent: too many wait", "kind", string(g.Kind))
	}
}

// sendSignals sends what is queued, together what queued up meanwhile.
func (s *Service) sendSignals(ctx context.Context) error {
	for {
		var batch []Signal
		select {
		case <-ctx.Done():
			return nil
		case g := <-s.signals:
			batch = append(batch, g)
		}
		for more := true; more && len(batch) < batchEvents; {
			select {
			case g := <-s.signals:
				batch = append(batch, g)
			default:
				more = false
			}
		}
		op, cancel := context.WithTimeout(ctx, signalPatience)
		err := s.store.Signals.Send(op, batch)
		cancel()
		if err != nil && ctx.Err() == nil {
			s.logger.Warn("signals were not sent", "signals", len(batch), "error", err)
		}
	}
}
