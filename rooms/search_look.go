package rooms

import (
	"context"
	"slices"
	"strconv"
)

// look goes through the log from its end.
func (f *finder) look(ctx context.Context) error {
	before, err := f.start(ctx)
	if err != nil {
		return err
	}
	for looked := 0; looked < searchLooked && f.service.now().Before(f.deadline); {
		messages, end, err := f.older(ctx, &before)
		if err != nil {
			return err
		}
		looked += max(len(messages), 1)
		likely, err := f.likely(ctx, messages)
		if err != nil {
			return err
		}
		if err := f.take(ctx, likely); err != nil || end || f.next != "" {
			return err
		}
	}
	if f.room != "" {
		f.next = strconv.FormatInt(before.seq, 10)
	} else {
		f.next = before.id.String()
	}
	return nil
}

// older reads the next messages below a place, moves it, and says whether there are no more.
func (f *finder) older(ctx context.Context, before *searchPlace) (messages []Event, end bool, err error) {
	page := Page{Events: searchBatch, Bytes: maxPageBytes}
	if f.room == "" {
		if messages, err = f.service.store.Searcher.Latest(ctx, before.id, page); err != nil || len(messages) == 0 {
			return nil, true, err
		}
		before.id = messages[len(messages)-1].ID
		return messages, f.dates.endsBefore(before.id.Time()), nil
	}
	events, err := f.service.store.Log.Before(ctx, f.room, before.seq, page)
	if err != nil || len(events) == 0 {
		return nil, true, err
	}
	before.seq = events[len(events)-1].Seq
	end = before.seq <= max(f.readable[f.room].MinSeq, 1) || f.dates.endsBeforeAll(events)
	return slices.DeleteFunc(events, func(e Event) bool { return e.Type != TypeMessage }), end, nil
}

// likely keeps those messages that the user may read and whose text, as far as their edits
// tell, is looked for.
func (f *finder) likely(ctx context.Context, messages []Event) ([]Event, error) {
	mine := messages[:0]
	for _, e := range messages {
		may, err := f.may(ctx, e.RoomID)
		if err != nil {
			return nil, err
		}
		if may && !e.Erased && f.asked(&e) {
			mine = append(mine, e)
		}
	}
	if len(mine) == 0 {
		return nil, nil
	}
	edits, err := f.service.store.Searcher.Edits(ctx, mine)
	if err != nil {
		return nil, err
	}
	type target struct {
		room RoomID
		seq  int64
	}
	changed := map[target][]Event{}
	for _, e := range edits {
		at := target{e.RoomID, e.Target}
		changed[at] = append(changed[at], e)
	}
	return slices.DeleteFunc(mine, func(e Event) bool {
		fold := NewFold(e)
		for _, edit := range changed[target{e.RoomID, e.Seq}] {
			fold.Apply(&edit)
		}
		_, ok := f.query.match(fold.Current().Text)
		return !ok
	}), nil
}
