package rooms

import (
	"context"
	"time"

	"roomstream/auth"
)

// EditInput gives the message Seq of a room another text.
type EditInput struct {
	RoomID   string
	Seq      int64
	Text     string
	ClientID string // idempotency key; empty: none
}

// DeleteInput takes the message Seq of a room away.
type DeleteInput struct {
	RoomID   string
	Seq      int64
	ClientID string // idempotency key; empty: none
}

// ReactInput sets an emoji of the user on the message Seq of a room, or takes it back.
type ReactInput struct {
	RoomID   string
	Seq      int64
	Emoji    string // one grapheme cluster of at most 64 bytes, or a :name:
	On       bool
	ClientID string // idempotency key; empty: none
}

// Edit queues an edit as Send queues a message: the same order, the same done. Besides
// Send's errors: NOT_FOUND where the room or the message is not there, FORBIDDEN where
// it is another's, GONE where it was deleted.
func (s *Service) Edit(user auth.User, in EditInput, done func(Sent, error)) {
	e := s.change(user, TypeEdit, in.Seq, in.ClientID)
	e.Text = in.Text
	refusal := checkText(in.Text)
	if refusal == nil {
		refusal = s.checkWords("text", in.Text)
	}
	s.submitChange(user, e, in.RoomID, refusal, done)
}

// Delete queues a delete; its errors are those of Edit. Moderators may delete what
// others wrote.
func (s *Service) Delete(user auth.User, in DeleteInput, done func(Sent, error)) {
	s.submitChange(user, s.change(user, TypeDelete, in.Seq, in.ClientID), in.RoomID, nil, done)
}

// DeleteWait deletes and returns when that is durable, or was refused.
func (s *Service) DeleteWait(ctx context.Context, user auth.User, in DeleteInput) (Sent, error) {
	return wait(ctx, func(done func(Sent, error)) { s.Delete(user, in, done) })
}

// React queues a reaction; its errors are those of Edit but for FORBIDDEN. When the
// user's reaction is as wanted already, nothing is stored: Sent.Seq is where it came to
// be so, the message's own where it never was otherwise.
func (s *Service) React(user auth.User, in ReactInput, done func(Sent, error)) {
	e := s.change(user, TypeReaction, in.Seq, in.ClientID)
	e.Emoji, e.On = in.Emoji, in.On
	s.submitChange(user, e, in.RoomID, checkEmoji(in.Emoji), done)
}

func (s *Service) change(user auth.User, kind EventType, target int64, clientID string) *Event {
	now := s.now().UTC().Truncate(time.Millisecond)
	return &Event{
		ID: s.ids.next(now), Type: kind, Author: user.ID, Timestamp: now, ClientID: clientID, Target: target,
	}
}

// submitChange hands a change to the lanes, which alone know whether it may be: what
// a message is depends on all that is numbered before.
func (s *Service) submitChange(user auth.User, e *Event, roomID string, refusal error, done func(Sent, error)) {
	if refusal == nil {
		refusal = checkClientID(e.ClientID)
	}
	if refusal == nil {
		refusal = s.mayAdd(user.ID, roomID)
	}
	if refusal == nil && (e.Target < 1 || e.Target > MaxSeq) {
		refusal = BadField("seq", "must be the seq of a message of this room")
	}
	if refusal != nil {
		done(Sent{}, refusal)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
	defer cancel()
	at, err := s.access(ctx, user, roomID)
	moderates := at.role.AtLeast(RoleModerator)
	if err == nil && !(moderates && e.Type == TypeDelete) { // in an archived room, too
		err = at.mayWrite()
	}
	if err != nil {
		done(Sent{}, notStored(err))
		return
	}
	e.RoomID = at.room.ID
	if moderates && e.Type == TypeDelete {
		done = s.auditDelete(e, done)
	}
	s.appender.submit(&item{event: e, moderates: moderates}, done)
}
