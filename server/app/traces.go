package app

import (
	"cmp"
	"context"
	"crypto/rand"

	"roomstream/rooms"
	"roomstream/server/tracing"
)

// composeTraces makes what looks at single events, if anybody wants to know; nil: nobody does. The instance gets its name
// here then, so that traces and the chat call it the same.
func (a *App) composeTraces(o *Options) rooms.Tracer {
	if o.Config.OTLPEndpoint == "" {
		return nil
	}
	o.Instance = cmp.Or(o.Instance, rand.Text())
	store := "mongodb"
	if o.Config.Embedded() {
		store = "bbolt"
	}
	a.traces = tracing.New(tracing.Options{
		Endpoint: o.Config.OTLPEndpoint, Ratio: o.Config.TraceSample, Store: store,
		Version: o.Release.version(), Instance: o.Instance, Logger: o.Logger,
	})
	return a.traces
}

// runTraces sends traces until end is called, which waits until the last ones have gone, as long as the store may take to
// close.
func (a *App) runTraces() (end func()) {
	if a.traces == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		a.traces.Run(ctx, a.shutdown.closing())
	}()
	return func() {
		cancel()
		<-ended
	}
}
