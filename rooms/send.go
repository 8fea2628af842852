package rooms

import (
	"context"
	"errors"
	"time"

	"roomstream/auth"
)

// SendInput is what a client sends. RoomID is the text as received.
type SendInput struct {
	RoomID   string
	Text     string
	ClientID string // idempotency key; empty: none
	Parent   int64  // seq of the message this answers; 0: none
	Data     string // the JSON text as received; empty: none
	// Attachments are the ids of files that the user uploaded in the room, at most
	// MaxAttachments. With them Text may be empty.
	Attachments []string
	// TraceParent is what the caller's trace goes on from (W3C Trace Context, as received); empty: it has none.
	TraceParent string
}

// Sent tells of a durable event.
type Sent struct {
	ID        EventID
	Seq       int64
	Timestamp time.Time
	Duplicate bool // the same clientId was stored before; ID and Seq are the first one's
	Count     int  // of a reaction: how many users have set its emoji as of Seq
}

// Send queues one message and returns; sends of one caller are stored in the order of
// its calls. It may wait for the store when the room is not known yet. done is called
// exactly once, from any goroutine (also before Send returns), and must not wait. Its
// error is BAD_REQUEST, TOO_LARGE, NOT_FOUND, FORBIDDEN, RATE_LIMITED (Limits, or slow mode), CONFLICT,
// OVERLOADED, UNAVAILABLE or TIMEOUT: then the outcome is unknown.
func (s *Service) Send(user auth.User, in SendInput, done func(Sent, error)) {
	begun := s.now()
	e, slow, err := s.message(user, in)
	if err != nil {
		s.tallies.sent(Sent{}, err)
		done(Sent{}, err)
		return
	}
	if slow {
		done = s.paces.untilStored(e, done)
	}
	if done, err = s.attach(e, in.Attachments, done); err != nil {
		s.tallies.sent(Sent{}, err)
		done(Sent{}, err)
		return
	}
	s.appender.submit(&item{event: e, caller: in.TraceParent, begun: begun}, done)
}

// SendWait is Send for those who wait. A ctx that ends gives TIMEOUT.
func (s *Service) SendWait(ctx context.Context, user auth.User, in SendInput) (Sent, error) {
	return wait(ctx, func(done func(Sent, error)) { s.Send(user, in, done) })
}

// wait gives the answer of what answers later.
func wait(ctx context.Context, begin func(done func(Sent, error))) (Sent, error) {
	type answer struct {
		sent Sent
		err  error
	}
	answers := make(chan answer, 1)
	begin(func(sent Sent, err error) { answers <- answer{sent, err} })
	select {
	case a := <-answers:
		return a.sent, a.err
	case <-ctx.Done():
		return Sent{}, timedOut()
	}
}

// message makes the event of a send, checked, and says whether its room is in slow mode.
func (s *Service) message(user auth.User, in SendInput) (e *Event, slow bool, err error) {
	now := s.now().UTC().Truncate(time.Millisecond)
	e = &Event{
		ID: s.ids.next(now), Author: user.ID, AuthorName: user.Name, Timestamp: now,
		ClientID: in.ClientID, Text: in.Text, Parent: in.Parent, Data: in.Data,
	}
	if len(in.Attachments) > 0 {
		e.Attachments = noAttachments // until attach names them
	}
	if err := s.mayAdd(user.ID, in.RoomID); err != nil {
		return nil, false, err
	}
	if err := checkContent(e); err != nil {
		return nil, false, err
	}
	if err := s.checkWords("text", e.Text); err != nil {
		return nil, false, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
	defer cancel()
	at, err := s.enterToPost(ctx, user, in.RoomID)
	if err == nil {
		err = at.mayWrite()
	}
	if err != nil {
		return nil, false, notStored(err)
	}
	e.RoomID, e.AuthorName = at.room.ID, s.met.nameOf(ctx, user)
	if e.Mentions, err = s.resolveMentions(ctx, at.room, at.role, e.Text); err != nil {
		return nil, false, notStored(err)
	}
	if e.Parent > 0 {
		if err := s.checkParent(ctx, e); err != nil {
			return nil, false, notStored(err)
		}
	}
	if err := s.paces.take(ctx, &at, e); err != nil {
		return nil, false, notStored(err)
	}
	return e, at.room.SlowMode > 0, nil
}

// checkParent refuses an answer to what is no message of the room.
func (s *Service) checkParent(ctx context.Context, e *Event) error {
	found, err := s.store.Log.Since(ctx, e.RoomID, e.Parent-1, Page{Events: 1})
	if err != nil {
		return err
	}
	if len(found) == 0 || found[0].Seq != e.Parent || found[0].Type != TypeMessage {
		return BadField("parent", "must be the seq of a message of this room")
	}
	return nil
}

// unavailableRetry is what a client is told to wait when the store does not answer.
const unavailableRetry = 2 * time.Second

// notStored turns a store that does not answer into UNAVAILABLE: nothing was tried
// yet, so the outcome is known.
func notStored(err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	failed := Wrap(CodeUnavailable, err, "the store does not answer")
	failed.RetryAfter = unavailableRetry
	return failed
}
