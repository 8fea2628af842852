package rooms

import (
	"context"
	"slices"

	"roomstream/auth"
)

const (
	historyDefault = 50
	historyMost    = 100
)

// HistoryInput selects a page: at most one of Before, After (exclusive) and Around
// (inclusive); none: the newest. Limit 0: 50; at most 100.
type HistoryInput struct {
	RoomID                string
	Before, After, Around *int64
	Limit                 int
}

// History is a page of messages, ascending.
type History struct {
	Messages            []Event
	HasBefore, HasAfter bool
}

// History reads a page of a room's messages. A page also ends at 256 KiB, but holds
// at least one message if there is one. Errors: BAD_REQUEST, NOT_FOUND, UNAVAILABLE.
func (s *Service) History(ctx context.Context, user auth.User, in HistoryInput) (History, error) {
	limit, err := pageLimit(in.Limit)
	if err != nil {
		return History{}, err
	}
	room, err := s.enterToRead(ctx, user, in.RoomID)
	if err != nil {
		return History{}, notStored(err)
	}
	var page History
	switch {
	case moreThanOne(in.Before, in.After, in.Around):
		return History{}, BadField("before", "only one of before, after and around may be given")
	case in.After != nil:
		page, err = s.historyAfter(ctx, room, *in.After, limit)
	case in.Around != nil:
		page, err = s.historyAround(ctx, room, *in.Around, limit)
	case in.Before != nil:
		page, err = s.historyBefore(ctx, room, *in.Before, limit)
	default:
		page, err = s.historyBefore(ctx, room, MaxSeq, limit)
	}
	if err != nil {
		return History{}, notStored(err)
	}
	return page, nil
}

// enterToRead is enter without making the room.
func (s *Service) enterToRead(ctx context.Context, _ auth.User, roomID string) (RoomID, error) {
	id, err := ParseRoomID(roomID)
	if err != nil {
		return "", err
	}
	_, err = s.existing(ctx, id)
	return id, err
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

func (s *Service) historyBefore(ctx context.Context, room RoomID, before int64, limit int) (History, error) {
	messages, more, err := s.collectBefore(ctx, room, before, limit)
	if err != nil {
		return History{}, err
	}
	slices.Reverse(messages)
	end := max(before-1, 0)
	if n := len(messages); n > 0 {
		end = messages[n-1].Seq
	}
	page := History{Messages: messages, HasBefore: more}
	page.HasAfter, err = s.hasAfter(ctx, room, end)
	return page, err
}

func (s *Service) historyAfter(ctx context.Context, room RoomID, after int64, limit int) (History, error) {
	messages, more, err := s.collectAfter(ctx, room, after, limit, maxPageBytes)
	if err != nil {
		return History{}, err
	}
	start := after + 1
	if len(messages) > 0 {
		start = messages[0].Seq
	}
	page := History{Messages: messages, HasAfter: more}
	page.HasBefore, err = s.hasBefore(ctx, room, start)
	return page, err
}

// historyAround gives half the page up to around and the rest after it.
func (s *Service) historyAround(ctx context.Context, room RoomID, around int64, limit int) (History, error) {
	page, err := s.historyBefore(ctx, room, min(around, MaxSeq-1)+1, (limit+1)/2)
	if err != nil {
		return History{}, err
	}
	page.HasAfter = false
	after, more, err := s.collectAfter(ctx, room, around, limit-len(page.Messages), maxPageBytes-sizeOf(page.Messages))
	if err != nil {
		return History{}, err
	}
	page.Messages = append(page.Messages, after...)
	page.HasAfter = more
	if len(page.Messages) > 0 && len(after) == 0 {
		page.HasAfter, err = s.hasAfter(ctx, room, page.Messages[len(page.Messages)-1].Seq)
	}
	return page, err
}

func (s *Service) collectAfter(ctx context.Context, room RoomID, after int64, limit, bytes int) ([]Event, bool, error) {
	if limit <= 0 || bytes <= 0 {
		return nil, false, nil
	}
	return collect(limit, bytes, func(page Page) ([]Event, error) {
		events, err := s.store.Log.Since(ctx, room, after, page)
		if n := len(events); n > 0 {
			after = events[n-1].Seq
		}
		return events, err
	})
}

func (s *Service) collectBefore(ctx context.Context, room RoomID, before int64, limit int) ([]Event, bool, error) {
	return collect(limit, maxPageBytes, func(page Page) ([]Event, error) {
		events, err := s.store.Log.Before(ctx, room, before, page)
		if n := len(events); n > 0 {
			before = events[n-1].Seq
		}
		return events, err
	})
}

func (s *Service) hasAfter(ctx context.Context, room RoomID, seq int64) (bool, error) {
	events, _, err := s.collectAfter(ctx, room, seq, 1, maxPageBytes)
	return len(events) > 0, err
}

func (s *Service) hasBefore(ctx context.Context, room RoomID, seq int64) (bool, error) {
	events, _, err := s.collectBefore(ctx, room, seq, 1)
	return len(events) > 0, err
}

// collect reads on until it has limit messages or their size is reached, leaving out
// events that are no messages, and says whether there is a message beyond.
func collect(limit, bytes int, read func(Page) ([]Event, error)) (messages []Event, more bool, err error) {
	size := 0
	for {
		events, err := read(Page{Events: limit - len(messages) + 1, Bytes: max(bytes-size, 1)})
		if err != nil {
			return nil, false, err
		}
		if len(events) == 0 {
			return messages, false, nil
		}
		for i := range events {
			if events[i].Type != TypeMessage {
				continue
			}
			if len(messages) == limit || (len(messages) > 0 && size+events[i].Size() > bytes) {
				return messages, true, nil
			}
			size += events[i].Size()
			messages = append(messages, events[i])
		}
	}
}
