package rooms

import (
	"context"
	"strconv"

	"roomstream/auth"
)

const (
	historyDefault = 50
	historyMost    = 100
)

// HistoryInput selects a page: at most one of Before, After (exclusive) and Around
// (inclusive); none: the newest. Parent above 0 selects among the messages that answer
// that one. Limit 0: 50; at most 100.
type HistoryInput struct {
	RoomID                string
	Before, After, Around *int64
	Parent                int64
	Limit                 int
}

// Message is a message as the log has made it by now, as one user sees it.
type Message struct {
	Event // with the text it has now; Erased when it was deleted
	Fold  *Fold
	User  auth.UserID // whose reactions are his own
}

// History is a page of messages, ascending.
type History struct {
	Messages            []Message
	HasBefore, HasAfter bool
}

// History reads a page of a room's messages. A page also ends at 256 KiB, but holds
// at least one message if there is one. Deleted messages keep their place, so that a page
// does not change its bounds. Errors: BAD_REQUEST, NOT_FOUND, UNAVAILABLE.
func (s *Service) History(ctx context.Context, user auth.User, in HistoryInput) (History, error) {
	limit, err := pageLimit(in.Limit)
	if err != nil {
		return History{}, err
	}
	if moreThanOne(in.Before, in.After, in.Around) {
		return History{}, BadField("before", "only one of before, after and around may be given")
	}
	room, err := s.enterToRead(ctx, user, in.RoomID)
	if err != nil {
		return History{}, notStored(err)
	}
	r := historyReader{log: s.store.Log, related: s.store.Related, room: room.ID, parent: in.Parent, first: max(room.MinSeq, 1)}
	var page messagePage
	switch {
	case in.After != nil:
		page, err = r.after(ctx, *in.After, limit)
	case in.Around != nil:
		page, err = r.around(ctx, *in.Around, limit)
	case in.Before != nil:
		page, err = r.before(ctx, *in.Before, limit)
	default:
		page, err = r.newest(ctx, limit)
	}
	if err != nil {
		return History{}, notStored(err)
	}
	messages, err := s.folded(ctx, user, room.ID, page.messages)
	if err != nil {
		return History{}, notStored(err)
	}
	if err := s.stillMay(ctx, user, room); err != nil {
		return History{}, notStored(err)
	}
	h := History{Messages: messages, HasBefore: page.hasBefore, HasAfter: page.hasAfter}
	h.fit(in)
	return h, nil
}

// fit holds the page to its size after edits and reactions made it larger: what is
// furthest from where the page was asked for goes.
func (h *History) fit(in HistoryInput) {
	size := 0
	for i := range h.Messages {
		size += h.Messages[i].size()
	}
	for size > maxPageBytes && len(h.Messages) > 1 {
		last := len(h.Messages) - 1
		if in.After == nil && (in.Around == nil || *in.Around-h.Messages[0].Seq > h.Messages[last].Seq-*in.Around) {
			size -= h.Messages[0].size()
			h.Messages, h.HasBefore = h.Messages[1:], true
			continue
		}
		size -= h.Messages[last].size()
		h.Messages, h.HasAfter = h.Messages[:last], true
	}
}

// reactionOverhead is what a reaction takes on the wire besides its emoji.
const reactionOverhead = 32

// size estimates the message's length on the wire in bytes.
func (m *Message) size() int {
	n := m.Event.Size()
	for _, r := range m.Fold.reactions {
		n += len(r.emoji) + reactionOverhead
	}
	return n
}

// AppendMembers appends messages, hasBefore and hasAfter as members of a JSON object,
// without its braces.
func (h *History) AppendMembers(b []byte) []byte {
	b = append(b, `"messages":[`...)
	for i := range h.Messages {
		if i > 0 {
			b = append(b, ',')
		}
		b = h.Messages[i].AppendJSON(b)
	}
	b = strconv.AppendBool(append(b, `],"hasBefore":`...), h.HasBefore)
	return strconv.AppendBool(append(b, `,"hasAfter":`...), h.HasAfter)
}

// folded gives messages of a room as they are by now, with one read.
func (s *Service) folded(ctx context.Context, user auth.User, room RoomID, events []Event) ([]Message, error) {
	if len(events) == 0 {
		return nil, nil
	}
	messages := make([]Message, len(events))
	seqs := make([]int64, len(events))
	folds := make(map[int64]*Fold, len(events))
	for i, e := range events {
		seqs[i] = e.Seq
		folds[e.Seq] = NewFold(e)
	}
	changes, err := s.store.Related.Concerning(ctx, room, seqs)
	if err != nil {
		return nil, err
	}
	for i := range changes {
		if f := folds[changes[i].Target]; f != nil && changes[i].Target > 0 {
			f.Apply(&changes[i])
		}
		if f := folds[changes[i].Parent]; f != nil && changes[i].Parent > 0 {
			f.Apply(&changes[i])
		}
	}
	for i, e := range events {
		f := folds[e.Seq]
		messages[i] = Message{Event: f.Current(), Fold: f, User: user.ID}
	}
	return messages, nil
}

// moreThanOne says whether more than one is given.
func moreThanOne(given ...*int64) bool {
	n := 0
	for _, g := range given {
		if g != nil {
			n++
		}
	}
	return n > 1
}

func pageLimit(limit int) (int, error) {
	if limit < 0 || limit > historyMost {
		return 0, BadField("limit", "must be 1 to %d", historyMost)
	}
	if limit == 0 {
		return historyDefault, nil
	}
	return limit, nil
}
