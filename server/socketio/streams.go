package socketio

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"

	"roomstream/rooms"
	"roomstream/rooms/streams"
)

// Streams are the declared streams. Its method is safe for concurrent use.
type Streams interface {
	Subscribe(ctx context.Context, caller streams.Caller, r streams.Request, to streams.Sink) (*streams.Subscription, error)
}

var _ Streams = (*streams.Service)(nil)

// maxStreams is how many streams one socket may have open. Each may need a change stream of its own; nobody looks at
// more at once.
const maxStreams = 100

// subscribeStream opens a declared stream: {uri, vars?, after?, initial?}.
func (s *speaker) subscribeStream(args []json.RawMessage, binary bool, a answer) {
	r, refusal := readRequest(args, binary)
	if refusal != nil {
		a.fail(refusal)
		return
	}
	if s.chat.streams == nil {
		a.fail(rooms.E(rooms.CodeNotFound, "this server has no declared streams"))
		return
	}
	sub := s.opened.reserve(s.link, r.Name)
	if sub == nil {
		a.fail(rooms.BadField("uri", "this socket has %d streams open, the most there may be: close one first", maxStreams))
		return
	}
	ctx, cancel := readContext()
	defer cancel()
	opened, err := s.chat.streams.Subscribe(ctx, streams.Caller{User: s.user, Known: true}, r, sub)
	if err != nil {
		s.opened.drop(sub)
		a.fail(err)
		return
	}
	sub.stream = opened
	sub.begin(func() { a.ok(idMember(sub.id)) })
}

func readRequest(args []json.RawMessage, binary bool) (streams.Request, *rooms.Error) {
	p := readPayload(args)
	r := streams.Request{
		Name:    p.stream("uri"),
		Vars:    p.variables("vars", binary),
		After:   p.optionalText("after"),
		Initial: p.optionalFlag("initial"),
	}
	return r, p.err
}

// stream reads the name of a stream.
func (p *payload) stream(name string) streams.Name {
	text := p.text(name)
	if p.err != nil {
		return streams.Name{}
	}
	n, err := streams.ParseName(text)
	if err != nil {
		p.err = rooms.AsError(err)
	}
	return n
}

// variables reads an object of any JSON values; nil where it is absent. The values are the Service's to judge.
func (p *payload) variables(name string, binary bool) map[string]streams.Value {
	text := p.optionalObject(name, binary)
	if text == "" {
		return nil
	}
	var given map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &given) != nil {
		p.refuse(name, "must be a JSON object without binary values")
		return nil
	}
	values := make(map[string]streams.Value, len(given))
	for variable, value := range given {
		values[variable] = streams.Value(value)
	}
	return values
}

// optionalFlag reads a boolean; false where it is absent.
func (p *payload) optionalFlag(name string) bool {
	return p.field(name) != nil && p.flag(name)
}

// unsubscribeStream closes a stream: {id}. It is idempotent: what the server has closed meanwhile is no error, only an id
// that this socket never had. Nothing of the stream comes behind the ack.
func (s *speaker) unsubscribeStream(args []json.RawMessage, a answer) {
	p := readPayload(args)
	id := p.text("id")
	if p.err != nil {
		a.fail(p.err)
		return
	}
	sub, known := s.opened.remove(id)
	if !known {
		a.fail(&rooms.Error{Code: rooms.CodeNotFound, Message: "id: no stream with this id was opened by this socket", Field: "id"})
		return
	}
	if sub != nil {
		sub.close()
	}
	a.ok(idMember(id))
}

func idMember(id string) []byte { return rooms.AppendJSONString([]byte(`,"id":`), id) }

// subscriptions are the streams that one socket has open. The zero value has none.
type subscriptions struct {
	mu   sync.Mutex
	last int64 // number of the last one made: its id
	open map[string]*subscription
}

// reserve makes one more, with an id that this socket has not had yet; nil: there are too many.
func (l *subscriptions) reserve(to link, name streams.Name) *subscription {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) >= maxStreams {
		return nil
	}
	l.last++
	sub := newSubscription(strconv.FormatInt(l.last, 10), name, to, l)
	if l.open == nil {
		l.open = map[string]*subscription{}
	}
	l.open[sub.id] = sub
	return sub
}

// drop forgets one.
func (l *subscriptions) drop(sub *subscription) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, sub.id)
}

// remove takes one out, nil where it is not open any more. known: there was one of this id.
func (l *subscriptions) remove(id string) (sub *subscription, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, err := strconv.ParseInt(id, 10, 64)
	known = err == nil && n >= 1 && n <= l.last && strconv.FormatInt(n, 10) == id
	sub = l.open[id]
	delete(l.open, id)
	return sub, known
}

// takeAll takes out all that are open.
func (l *subscriptions) takeAll() map[string]*subscription {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.open
	l.open = nil
	return all
}

// closeAll ends all, and says nothing. It is called from the connection's own goroutine, or when that is through.
func (l *subscriptions) closeAll() {
	for _, sub := range l.takeAll() {
		sub.close()
	}
}

// renew ends all with the reason `changed`: they were opened with claims that are not the user's any more. Whoever still
// may opens them anew, with the last `after`.
func (l *subscriptions) renew() {
	for _, sub := range l.takeAll() {
		sub.close()
		sub.Closed(streams.ReasonChanged)
	}
}
