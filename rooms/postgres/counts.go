package postgres

import "sync/atomic"

// Counts is what a Listener has done since it was made.
type Counts struct {
	Told      uint64 // payloads that went to sockets
	Malformed uint64 // payloads that are no JSON, or empty without an outbox
	TooLarge  uint64 // payloads of rows over MaxPayload bytes
	Nobody    uint64 // payloads that name no user though their channel has a userEvent; the other events went out
	Late      uint64 // rows told after rows with higher ids
	Failures  uint64 // connections that were lost or not made
}

type counts struct{ told, malformed, tooLarge, nobody, late, failures atomic.Uint64 }

// Counts may be called at any time, from any goroutine.
func (l *Listener) Counts() Counts {
	c := &l.counts
	return Counts{
		Told: c.told.Load(), Malformed: c.malformed.Load(), TooLarge: c.tooLarge.Load(),
		Nobody: c.nobody.Load(), Late: c.late.Load(), Failures: c.failures.Load(),
	}
}
