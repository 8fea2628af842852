package rooms

import (
	"context"
	"slices"
)

// messagePage is a page of messages as they were sent, ascending.
type messagePage struct {
	messages            []Event
	hasBefore, hasAfter bool
}

// historyReader reads pages of one room's messages, or of those that answer one.
type historyReader struct {
	log     Log
	related Related
	room    RoomID
	parent  int64 // 0: all messages
	first   int64 // what stands below was trimmed
}

// newest gives the end of the log. Whether there is more is not asked: a socket in the
// room is told.
func (r *historyReader) newest(ctx context.Context, limit int) (messagePage, error) {
	messages, more, err := r.below(ctx, MaxSeq+1, limit)
	slices.Reverse(messages)
	return messagePage{messages: messages, hasBefore: more}, err
}

func (r *historyReader) before(ctx context.Context, before int64, limit int) (messagePage, error) {
	messages, more, err := r.below(ctx, before, limit)
	if err != nil {
		return messagePage{}, err
	}
	slices.Reverse(messages)
	end := max(before-1, 0)
	if n := len(messages); n > 0 {
		end = messages[n-1].Seq
	}
	page := messagePage{messages: messages, hasBefore: more}
	page.hasAfter, err = r.anyAbove(ctx, end)
	return page, err
}

func (r *historyReader) after(ctx context.Context, after int64, limit int) (messagePage, error) {
	messages, more, err := r.above(ctx, after, limit, maxPageBytes)
	if err != nil {
		return messagePage{}, err
	}
	start := min(after, MaxSeq) + 1
	if len(messages) > 0 {
		start = messages[0].Seq
	}
	page := messagePage{messages: messages, hasAfter: more}
	page.hasBefore, err = r.anyBelow(ctx, start)
	return page, err
}

// around gives half the page up to around and the rest after it.
func (r *historyReader) around(ctx context.Context, around int64, limit int) (messagePage, error) {
	messages, more, err := r.below(ctx, min(around, MaxSeq)+1, (limit+1)/2)
	if err != nil {
		return messagePage{}, err
	}
	slices.Reverse(messages)
	page := messagePage{messages: messages, hasBefore: more}
	after, more, err := r.above(ctx, around, limit-len(messages), maxPageBytes-sizeOf(messages))
	if err != nil {
		return messagePage{}, err
	}
	page.messages = append(page.messages, after...)
	page.hasAfter = more
	if len(messages) > 0 && len(after) == 0 {
		page.hasAfter, err = r.anyAbove(ctx, messages[len(messages)-1].Seq)
	}
	return page, err
}

func (r *historyReader) anyAbove(ctx context.Context, seq int64) (bool, error) {
	messages, _, err := r.above(ctx, seq, 1, maxPageBytes)
	return len(messages) > 0, err
}

func (r *historyReader) anyBelow(ctx context.Context, seq int64) (bool, error) {
	messages, _, err := r.below(ctx, seq, 1)
	return len(messages) > 0, err
}

// above reads messages after a seq, ascending, and says whether there are more.
func (r *historyReader) above(ctx context.Context, after int64, limit, bytes int) ([]Event, bool, error) {
	if limit <= 0 || bytes <= 0 {
		return nil, false, nil
	}
	after = max(after, r.first-1)
	return collect(limit, bytes, func(page Page) (events []Event, err error) {
		if r.parent > 0 {
			events, err = r.related.Thread(ctx, r.room, r.parent, after, MaxSeq+1, false, page)
		} else {
			events, err = r.log.Since(ctx, r.room, after, page)
		}
		if n := len(events); n > 0 {
			after = events[n-1].Seq
		}
		return events, err
	})
}

// below reads messages before a seq, descending, and says whether there are more.
func (r *historyReader) below(ctx context.Context, before int64, limit int) ([]Event, bool, error) {
	return collect(limit, maxPageBytes, func(page Page) (events []Event, err error) {
		if before <= r.first {
			return nil, nil
		}
		if r.parent > 0 {
			events, err = r.related.Thread(ctx, r.room, r.parent, r.first-1, before, true, page)
		} else {
			events, err = r.log.Before(ctx, r.room, before, page)
		}
		if n := len(events); n > 0 {
			before = events[n-1].Seq
		}
		return r.kept(events), err
	})
}

// kept leaves out what was trimmed from descending events.
func (r *historyReader) kept(events []Event) []Event {
	for i := range events {
		if events[i].Seq < r.first {
			return events[:i]
		}
	}
	return events
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
