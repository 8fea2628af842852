package socketio

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"roomstream/rooms"
	"roomstream/rooms/tally"
)

// readTimeout bounds an event that reads the log, as -send-timeout's default bounds one that writes it: a client that
// waits longer has given up.
const readTimeout = 8 * time.Second

// answer is the way back to the client for one event. It is safe for concurrent use.
type answer struct {
	event string
	user  string // for the log
	ack   ackFunc
	log   *slog.Logger
	told  *tally.By // counts errors; nil: nobody does

	// silent leaves retryable failures unanswered, so that the stock client's own retry sends the packet again: it takes
	// any ack as final. Set it only where sending again is harmless.
	silent bool
}

// wanted says whether the client waits for an answer; where not, none need be made.
func (a answer) wanted() bool { return a.ack != nil }

// ok sends {ok:true} with the members given: JSON, each preceded by a comma.
func (a answer) ok(members []byte) {
	if a.ack == nil {
		return
	}
	const open = `{"ok":true`
	b := make([]byte, 0, len(open)+len(members)+1)
	b = append(b, open...)
	b = append(b, members...)
	a.ack(append(b, '}'))
}

// fail sends {error:{…}}. What is not meant for a client is logged under an id that the client's message names.
func (a answer) fail(err error) {
	e := rooms.AsError(err)
	if e.Code == rooms.CodeInternal {
		e = a.logged(e)
	}
	a.told.Add(string(e.Code))
	switch {
	case a.ack == nil:
	case a.silent && e.Code.Retryable():
		a.ack(nil)
	default:
		a.ack(errorBody(e))
	}
}

// logged writes an internal failure to the log and returns what a client may know of it.
func (a answer) logged(e *rooms.Error) *rooms.Error {
	told, id := rooms.Internal()
	a.log.Error("event failed", "logId", id, "event", a.event, "user", a.user, "error", e)
	return told
}

func errorBody(e *rooms.Error) []byte {
	body, err := json.Marshal(struct {
		Error *rooms.Error `json:"error"`
	}{e})
	if err != nil {
		return []byte(`{"error":{"code":"INTERNAL","message":"internal error","retryable":true}}`)
	}
	return body
}

// readContext bounds one read. It hangs on no connection: a cancelled read costs the store a pooled connection, and
// the answer is a moment away.
func readContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), readTimeout)
}

// appendMember appends ,"name": and a value made by encoding/json.
func appendMember(b []byte, name string, value any) []byte {
	b = appendName(b, name)
	v, err := json.Marshal(value)
	if err != nil {
		// Only types of this package and of rooms come here, and all of them have a JSON form.
		return append(b, "null"...)
	}
	return append(b, v...)
}

// appendName appends ,"name": for a name that needs no escaping.
func appendName(b []byte, name string) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	return append(b, `":`...)
}

// appendEvents appends events as replays carry them, as an array.
func appendEvents(b []byte, events []rooms.Event) []byte {
	b = append(b, '[')
	for i := range events {
		if i > 0 {
			b = append(b, ',')
		}
		b = events[i].AppendReplayJSON(b)
	}
	return append(b, ']')
}

// eventsSize guesses the length of the events on the wire in bytes, so that one allocation does.
func eventsSize(events []rooms.Event) int {
	n := 2
	for i := range events {
		n += events[i].Size()
	}
	return n
}

// formatTime writes a time as clients see it.
func formatTime(t time.Time) string { return t.UTC().Format(rooms.TimeFormat) }
