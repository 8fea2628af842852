package streams

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/auth"
	"roomstream/rooms"
)

// push sends the changes of a declaration with events to the sockets of this instance, for as long as it is declared.
func (s *Service) push(ctx context.Context, d *declared) {
	everything := Caller{Known: true, User: auth.User{ID: "roomstream", Roles: []string{auth.RoleAdmin}}}
	for pause := reopenFirst; ctx.Err() == nil && s.stands(d); pause = min(2*pause, reopenMost) {
		to := &pushSink{declared: d, service: s, closed: make(chan Reason, 1)}
		sub, err := s.subscribePush(ctx, everything, d, to)
		if err != nil {
			s.logger.Warn("a stream that is to be pushed could not be opened", "stream", d.Name.String(), "error", err)
			sleep(ctx, pause)
			continue
		}
		pause = reopenFirst
		select {
		case <-ctx.Done():
			sub.Close()
		case reason := <-to.closed:
			if s.stands(d) {
				s.logger.Warn("a stream that is pushed ended and is reopened from now on", "stream", d.Name.String(), "reason", string(reason))
				sleep(ctx, pause)
			}
		}
	}
}

// subscribePush opens this declaration and no later one of its name, which has a push of its own.
func (s *Service) subscribePush(ctx context.Context, caller Caller, d *declared, to *pushSink) (*Subscription, error) {
	b, err := d.bind(nil, caller)
	if err != nil {
		return nil, err
	}
	return s.subscribe(ctx, d, newPlan(b), newMember(to, caller, s.binding(d, b)), nil)
}

// stands says whether a declaration is still what is declared.
func (s *Service) stands(d *declared) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.declared[d.Name] == d
}

// pushSink sends what is declared to be sent.
type pushSink struct {
	declared *declared
	service  *Service
	closed   chan Reason
}

var _ Sink = (*pushSink)(nil)

// Event sends one event.
func (p *pushSink) Event(e Event) {
	name := p.declared.Events[e.Operation()]
	if name == "" {
		return
	}
	event := e.change.event
	if _, err := event.LookupErr(skippedField); err == nil {
		return // it has nothing to send
	}
	payload, err := pushPayload(e.Operation(), event)
	if err != nil {
		p.service.logger.Warn("a change could not be pushed", "stream", p.declared.Name.String(), "error", err)
		return
	}
	p.send(event, name, payload)
}

func (p *pushSink) send(event bson.Raw, name string, payload []byte) {
	to := p.service.teller
	if p.declared.Room == "" {
		d := p.declared
		to.Tell(func(u auth.User) bool { return d.Access.Allows(Caller{User: u, Known: true}) }, name, payload)
		return
	}
	switch kind, id, ok := p.declared.target(event); {
	case !ok: // it concerns nobody
	case kind == "user":
		to.TellUser(auth.UserID(id), name, payload)
	case kind == "room":
		to.TellRoom(rooms.RoomID(id), name, payload)
	case kind == "admin":
		to.Tell(func(u auth.User) bool { return u.Has(auth.RoleAdmin) }, name, payload)
	}
}

// Wait never has to: the sockets have queues of their own.
func (p *pushSink) Wait(context.Context) error { return nil }

// Closed lets push go on.
func (p *pushSink) Closed(reason Reason) { p.closed <- reason }
