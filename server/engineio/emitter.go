package engineio

import (
	"reflect"
	"slices"
	"sync"

	"github.com/zishang520/engine.io/v2/events"
)

// Emitter is an events.EventEmitter in one slice. The library's own is a map of synchronised slices, half a KiB for
// each connection and decoder, which hold three listeners at most.
//
// It is safe for concurrent use. Listeners are called without the lock, in the order they were added; a listener of
// Once is removed before it is called.
type Emitter struct {
	mu        sync.Mutex
	listeners []listener // replaced, never changed in place, so that Emit may walk it without the lock
}

type listener struct {
	event events.EventName
	call  events.Listener
	once  bool
}

var _ events.EventEmitter = (*Emitter)(nil)

func (e *Emitter) add(event events.EventName, once bool, calls []events.Listener) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	next := slices.Clip(e.listeners)
	for _, call := range calls {
		if call != nil {
			next = append(next, listener{event: event, call: call, once: once})
		}
	}
	e.listeners = next
	return nil
}

// keep leaves the listeners that it says yes to and reports whether any went.
func (e *Emitter) keep(yes func(listener) bool) bool {
	var next []listener
	for _, l := range e.listeners {
		if yes(l) {
			next = append(next, l)
		}
	}
	gone := len(next) != len(e.listeners)
	if gone {
		e.listeners = next
	}
	return gone
}

// AddListener is On.
func (e *Emitter) AddListener(event events.EventName, calls ...events.Listener) error {
	return e.add(event, false, calls)
}

// On has the listeners called at each event.
func (e *Emitter) On(event events.EventName, calls ...events.Listener) error {
	return e.add(event, false, calls)
}

// Once has the listeners called at the next event only.
func (e *Emitter) Once(event events.EventName, calls ...events.Listener) error {
	return e.add(event, true, calls)
}

// Emit calls the event's listeners in this goroutine.
func (e *Emitter) Emit(event events.EventName, args ...any) {
	e.mu.Lock()
	now := e.listeners
	if slices.ContainsFunc(now, func(l listener) bool { return l.once && l.event == event }) {
		e.keep(func(l listener) bool { return !l.once || l.event != event })
	}
	e.mu.Unlock()
	for _, l := range now {
		if l.event == event {
			l.call(args...)
		}
	}
}

// EventNames lists the event of each listener.
func (e *Emitter) EventNames() []events.EventName {
	e.mu.Lock()
	defer e.mu.Unlock()
	var names []events.EventName
	for _, l := range e.listeners {
		if !slices.Contains(names, l.event) {
			names = append(names, l.event)
		}
	}
	return names
}

// Listeners lists the event's listeners.
func (e *Emitter) Listeners(event events.EventName) []events.Listener {
	e.mu.Lock()
	defer e.mu.Unlock()
	var calls []events.Listener
	for _, l := range e.listeners {
		if l.event == event {
			calls = append(calls, l.call)
		}
	}
	return calls
}

// ListenerCount counts the event's listeners.
func (e *Emitter) ListenerCount(event events.EventName) int { return len(e.Listeners(event)) }

// RemoveListener removes the function from the event; two method values of one method are the same function.
func (e *Emitter) RemoveListener(event events.EventName, call events.Listener) bool {
	at := reflect.ValueOf(call).Pointer()
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.keep(func(l listener) bool {
		return l.event != event || reflect.ValueOf(l.call).Pointer() != at
	})
}

// RemoveAllListeners removes all of the event's listeners.
func (e *Emitter) RemoveAllListeners(event events.EventName) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.keep(func(l listener) bool { return l.event != event })
}

// Clear removes all listeners.
func (e *Emitter) Clear() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.listeners = nil
}

// Len counts the events that have listeners.
func (e *Emitter) Len() int { return len(e.EventNames()) }

// GetMaxListeners is 0, no limit, as in the library.
func (e *Emitter) GetMaxListeners() uint { return 0 }

// SetMaxListeners does nothing, as in the library.
func (e *Emitter) SetMaxListeners(uint) {}
