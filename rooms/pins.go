package rooms

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"roomstream/auth"
)

// MaxPins is how many messages may be pinned in a room at once: what stands out is little, and every room_updated
// carries them all.
const MaxPins = 50

// Pins are the messages that are pinned in a room: their seqs in the order in which they were pinned, as a JSON array;
// empty: none. A message that is gone meanwhile may be among them, and is none for all who ask.
type Pins string

// PinsOf makes Pins of seqs.
func PinsOf(seqs []int64) Pins {
	if len(seqs) == 0 {
		return ""
	}
	b := []byte{'['}
	for i, seq := range seqs {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, seq, 10)
	}
	return Pins(append(b, ']'))
}

// Seqs gives the messages in the order in which they were pinned.
func (p Pins) Seqs() []int64 {
	var seqs []int64
	if p == "" || json.Unmarshal([]byte(p), &seqs) != nil { // PinsOf wrote it
		return nil
	}
	return seqs
}

// append appends them as the member pins of a JSON object, if there are any.
func (p Pins) append(b []byte) []byte {
	if p == "" {
		return b
	}
	return append(append(b, `,"pins":`...), p...)
}

// Kept gives those that are not below a room's first event.
func (p Pins) Kept(minSeq int64) Pins {
	if p == "" || minSeq <= 1 {
		return p
	}
	return PinsOf(slices.DeleteFunc(p.Seqs(), func(seq int64) bool { return seq < minSeq }))
}

// Check returns BAD_REQUEST for what PinsOf never makes of a room's pins.
func (p Pins) Check() error {
	seqs := p.Seqs()
	if PinsOf(seqs) != p || len(seqs) > MaxPins {
		return BadField("pins", "must be at most %d seqs", MaxPins)
	}
	for i, seq := range seqs {
		if seq < 1 || seq > MaxSeq || slices.Contains(seqs[:i], seq) {
			return BadField("pins", "must be the seqs of messages, each once")
		}
	}
	return nil
}

// PinInput pins the message Seq of a room, or takes its pin away.
type PinInput struct {
	RoomID string
	Seq    int64
	On     bool
}

// pinProposal is a pin that is to be set, or taken away. gone are those of the room's pins whose messages were found to be
// gone: they go with the next that is set.
type pinProposal struct {
	seq  int64
	on   bool
	gone []int64
}

// SetPin pins a message, or takes its pin away, by an event of the room's log; where it is so already nothing is appended
// and Sent.Seq is the newest by which the room became what it is (0: there is none). Errors: BAD_REQUEST, NOT_FOUND (the
// message, too), GONE (it was deleted), FORBIDDEN for who does not moderate, CONFLICT with the reason `pins` where there are
// MaxPins, OVERLOADED, UNAVAILABLE, TIMEOUT.
func (s *Service) SetPin(ctx context.Context, user auth.User, in PinInput) (Sent, error) {
	at, err := s.access(ctx, user, in.RoomID)
	if err != nil {
		return Sent{}, notStored(err)
	}
	if err := mayPin(&at.room, at.role); err != nil {
		return Sent{}, err
	}
	if in.Seq < 1 || in.Seq > MaxSeq {
		return Sent{}, BadField("seq", "must be the seq of a message of this room")
	}
	pin := &pinProposal{seq: in.Seq, on: in.On}
	if in.On {
		if pin.gone, err = s.checkPinned(ctx, &at.room, in.Seq); err != nil {
			return Sent{}, notStored(err)
		}
	}
	e := s.stateEvent(user, TypeRoom, at.room.ID)
	sent, err := s.propose(ctx, e, &proposal{actor: user, pin: pin})
	if err == nil && sent.ID == e.ID && at.room.Type != TypeDirect { // else nothing has changed, or nobody moderates
		s.auditPin(ctx, e, in, sent)
	}
	return sent, err
}

// mayPin says why somebody with a role may not pin in a room, or nil: what is pinned there stands before everybody, so it is
// for those who moderate, and in a direct room for both.
func mayPin(room *Room, role Role) error {
	switch {
	case room.Archived:
		return forbidden("archived", "the room is archived: nothing is pinned there any more")
	case room.Type != TypeDirect && !role.AtLeast(RoleModerator):
		return forbidden("role", "only moderators and owners of the room pin messages")
	}
	return nil
}

// checkPinned says why a message cannot be pinned, and gives those of the room's pins that are gone.
func (s *Service) checkPinned(ctx context.Context, room *Room, seq int64) (gone []int64, err error) {
	pinned := room.Pins.Seqs()
	folds, err := s.folds(ctx, room, append(slices.Clone(pinned), seq))
	if err != nil {
		return nil, err
	}
	for _, other := range pinned {
		if f := folds[other]; f == nil || f.gone() {
			gone = append(gone, other)
		}
	}
	switch f := folds[seq]; {
	case f == nil:
		return nil, &Error{Code: CodeNotFound, Message: "seq: no message of this room has this number", Field: "seq"}
	case f.gone():
		return nil, E(CodeGone, "the message was deleted")
	}
	return gone, nil
}

// folds reads messages of a room that are not trimmed, with what changed them, by seq.
func (s *Service) folds(ctx context.Context, room *Room, seqs []int64) (map[int64]*Fold, error) {
	events, err := s.store.Related.Fold(ctx, room.ID, seqs)
	if err != nil {
		return nil, err
	}
	folds := make(map[int64]*Fold, len(seqs))
	for i := range events {
		e := &events[i]
		if e.Type == TypeMessage && e.Seq >= room.MinSeq && slices.Contains(seqs, e.Seq) {
			folds[e.Seq] = NewFold(*e)
		}
		if f := folds[e.Target]; f != nil && e.Target > 0 {
			f.Apply(e)
		}
	}
	return folds, nil
}

// judgePin says whether a pin may be set or taken away, and what the room's settings are then.
func (p *proposal) judgePin(s *roomState, e *Event, role Role) (Sent, error) {
	if err := mayPin(&s.room, role); err != nil {
		return Sent{}, err
	}
	in, pins := p.pin, s.room.Pins.Seqs()
	if slices.Contains(pins, in.seq) == in.on {
		return Sent{Seq: s.room.StateSeq}, errNoChange
	}
	pins = slices.DeleteFunc(pins, func(seq int64) bool { return seq == in.seq || slices.Contains(in.gone, seq) || seq < s.room.MinSeq })
	if in.on {
		pins = append(pins, in.seq)
	}
	if len(pins) > MaxPins {
		return Sent{}, &Error{Code: CodeConflict, Message: "the room has " + strconv.Itoa(MaxPins) + " pinned messages: take one of them away first", Reason: "pins"}
	}
	want := s.room.Settings()
	want.Pins = PinsOf(pins)
	e.Settings = want.JSON()
	return Sent{}, nil
}

// ListPins gives the pinned messages of a room as they are by now, the one that was pinned last first; those behind the
// pinned message after, if that is not 0. more says that the page is full: it ends at 256 KiB. Errors: BAD_REQUEST, NOT_FOUND,
// FORBIDDEN, UNAVAILABLE.
func (s *Service) ListPins(ctx context.Context, user auth.User, roomID string, after int64) (messages []Message, more bool, err error) {
	room, err := s.enterToRead(ctx, user, roomID)
	if err != nil {
		return nil, false, notStored(err)
	}
	seqs := room.Pins.Seqs()
	slices.Reverse(seqs)
	if i := slices.Index(seqs, after); i >= 0 {
		seqs = seqs[i+1:]
	}
	folds, err := s.folds(ctx, &room, seqs)
	if err != nil {
		return nil, false, notStored(err)
	}
	var events []Event
	size := 0
	for _, seq := range seqs {
		f := folds[seq]
		if f == nil || f.gone() {
			continue
		}
		current := f.Current()
		if size += current.Size(); size > maxPageBytes && len(events) > 0 {
			more = true
			break
		}
		events = append(events, f.Message)
	}
	if messages, err = s.folded(ctx, user, room.ID, events); err != nil {
		return nil, false, notStored(err)
	}
	// One may have been deleted between the two reads.
	messages = slices.DeleteFunc(messages, func(m Message) bool { return m.Erased })
	return messages, more, notStoredOrNil(s.stillMay(ctx, user, room))
}
