package rooms

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"roomstream/auth"
)

const (
	searchDefault = 20

	// searchTimeout bounds one search. It is below the time in which a client's event must
	// be answered.
	searchTimeout = 5 * time.Second
	// searchLook is how long the log is looked through for one page.
	searchLook = 2 * time.Second
	// searchLooked is how many messages of the log are looked through for one page: some
	// tenths of a second.
	searchLooked = 10_000
	// searchHeld is how many events an index may give. What more than these hold is soon
	// found in the log from its end.
	searchHeld = 1000
	// searchBatch is how many messages are read, or folded, at once.
	searchBatch = 200
	// searchesAtOnce bounds the searches of an instance: one that looks through the log is as
	// much work as hundreds of other reads.
	searchesAtOnce = 8
)

// SearchInput is what is looked for. RoomID empty: in all rooms the user may read. From
// empty: by anybody. Since and Until bound the messages' timestamps, the former included, the
// latter not; zero: no bound. Before is Found.Next of the page before; empty: from the newest
// on. Limit 0: 20; at most 100.
type SearchInput struct {
	Query, RoomID, From, Before string
	Since, Until                time.Time
	Limit                       int
}

// FoundMessage is a message and what of its text was looked for.
type FoundMessage struct {
	Message
	Snippet []SnippetPart
}

// Found is a page of what was found, newest first: in one room by seq, in all of them by
// id, which has the time to the second. Next is where the page after this one begins;
// empty: there is none. A page may be empty and have a next one: then so much of the log was
// looked through for it as one search may.
type Found struct {
	Messages []FoundMessage
	Next     string
}

// Search finds messages by their present text, in rooms that the user may read. Errors:
// BAD_REQUEST, NOT_FOUND (also where there is no search), FORBIDDEN, TIMEOUT, OVERLOADED,
// UNAVAILABLE.
func (s *Service) Search(ctx context.Context, user auth.User, in SearchInput) (Found, error) {
	if s.store.Searcher == nil {
		return Found{}, E(CodeNotFound, "this server has no search: it runs with -search=false")
	}
	f, err := s.newFinder(user, in)
	if err != nil {
		return Found{}, err
	}
	bounded, cancel := context.WithTimeout(ctx, searchTimeout)
	defer cancel()
	select {
	case s.searches <- struct{}{}:
		defer func() { <-s.searches }()
	case <-bounded.Done():
		e := E(CodeOverloaded, "too many searches at once")
		e.RetryAfter = overloadRetry
		return Found{}, e
	}
	if in.RoomID != "" {
		room, err := s.enterToRead(bounded, user, in.RoomID)
		if err != nil {
			return Found{}, notStored(err)
		}
		f.room, f.readable[room.ID] = room.ID, &room
	}
	err = f.find(bounded)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return Found{}, E(CodeTimeout, "the search took longer than %s: name a room, or words that are rarer", searchTimeout)
	}
	if err != nil {
		return Found{}, notStored(err)
	}
	return f.page(), nil
}

// finder is one search under way.
type finder struct {
	service  *Service
	user     auth.User
	query    searchQuery
	room     RoomID // empty: all
	from     auth.UserID
	dates    searchDates
	limit    int
	before   searchPlace
	readable map[RoomID]*Room // nil: not for this user
	deadline time.Time        // until then the log is looked through

	found []FoundMessage // at most limit+1
	size  int            // of their messages, in bytes
	next  string
}

func (s *Service) newFinder(user auth.User, in SearchInput) (*finder, error) {
	query, err := parseSearch(in.Query)
	if err != nil {
		return nil, err
	}
	limit := cmp.Or(in.Limit, searchDefault)
	if limit < 0 || limit > historyMost {
		return nil, BadField("limit", "must be 1 to %d", historyMost)
	}
	if in.From != "" {
		if err := auth.CheckUserID(in.From); err != nil {
			return nil, BadField("from", "%v", err)
		}
	}
	if !in.Until.IsZero() && !in.Since.Before(in.Until) {
		return nil, BadField("until", "must be later than since")
	}
	before, err := parsePlace(in.Before, in.RoomID != "")
	if err != nil {
		return nil, err
	}
	return &finder{
		service: s, user: user, query: query, from: auth.UserID(in.From), dates: searchDates{in.Since, in.Until}, limit: limit, before: before,
		readable: map[RoomID]*Room{}, deadline: s.now().Add(searchLook),
	}, nil
}

// find asks the index, and looks through the log where that is of no use.
func (f *finder) find(ctx context.Context) error {
	whole, all := f.query.terms()
	held, err := f.service.store.Searcher.Holding(ctx, SearchTerm{Whole: whole, Words: all, Room: f.room, From: f.from}, searchHeld)
	switch {
	case errors.Is(err, ErrTooMany):
		return f.look(ctx)
	case err != nil:
		return err
	}
	messages, err := f.messagesOf(ctx, held)
	if err != nil {
		return err
	}
	return f.take(ctx, messages)
}

// messagesOf gives the messages of this page or later ones that were found, or whose edits
// were, newest first, each once.
func (f *finder) messagesOf(ctx context.Context, held []Event) ([]Event, error) {
	messages := held[:0:0]
	edited := map[RoomID][]int64{}
	for i := range held {
		e := &held[i]
		switch e.Type {
		case TypeMessage:
			messages = append(messages, *e)
		case TypeEdit:
			edited[e.RoomID] = append(edited[e.RoomID], e.Target)
		}
	}
	for room, targets := range edited {
		if may, err := f.may(ctx, room); err != nil || !may {
			if err != nil {
				return nil, err
			}
			continue
		}
		targets = distinct(targets)
		for part := range slices.Chunk(targets, searchBatch) {
			related, err := f.service.store.Related.Fold(ctx, room, part)
			if err != nil {
				return nil, err
			}
			for _, e := range related {
				if _, asked := slices.BinarySearch(targets, e.Seq); asked && e.Type == TypeMessage {
					messages = append(messages, e)
				}
			}
		}
	}
	messages = slices.DeleteFunc(messages, func(e Event) bool { return !f.below(&e) })
	slices.SortFunc(messages, f.newerFirst)
	return slices.CompactFunc(messages, func(a, b Event) bool { return a.RoomID == b.RoomID && a.Seq == b.Seq }), nil
}

func distinct(seqs []int64) []int64 {
	slices.Sort(seqs)
	return slices.Compact(seqs)
}

// take folds messages, newest first, and keeps what is found until the page is full.
func (f *finder) take(ctx context.Context, messages []Event) error {
	for part := range slices.Chunk(messages, searchBatch) {
		folded, err := f.fold(ctx, part)
		if err != nil {
			return err
		}
		for i := range folded {
			hits, ok := f.query.match(folded[i].Text)
			if folded[i].Erased || !ok {
				continue
			}
			if len(f.found) == f.limit || len(f.found) > 0 && f.size+folded[i].size() > maxPageBytes {
				f.next = f.placeOf(&f.found[len(f.found)-1].Event)
				return nil
			}
			f.size += folded[i].size()
			f.found = append(f.found, FoundMessage{folded[i], snippet(folded[i].Text, hits)})
		}
	}
	return nil
}

// fold gives those of messages that the user may read as they are by now, in their order.
func (f *finder) fold(ctx context.Context, messages []Event) ([]Message, error) {
	byRoom := map[RoomID][]Event{}
	for _, e := range messages {
		may, err := f.may(ctx, e.RoomID)
		if err != nil {
			return nil, err
		}
		if may && e.Seq >= f.readable[e.RoomID].MinSeq && f.asked(&e) {
			byRoom[e.RoomID] = append(byRoom[e.RoomID], e)
		}
	}
	var all []Message
	for room, events := range byRoom {
		folded, err := f.service.folded(ctx, f.user, room, events)
		if err != nil {
			return nil, err
		}
		// He may have been put out before they were written.
		switch err := f.service.stillMay(ctx, f.user, *f.readable[room]); {
		case err == nil:
			all = append(all, folded...)
		case storeAway(err):
			return nil, err
		case f.room != "":
			return nil, err
		default:
			f.readable[room] = nil
		}
	}
	slices.SortFunc(all, func(a, b Message) int { return f.newerFirst(a.Event, b.Event) })
	return all, nil
}

// may says whether the user may read a room, and remembers it for this search.
func (f *finder) may(ctx context.Context, id RoomID) (bool, error) {
	if room, known := f.readable[id]; known {
		return room != nil, nil
	}
	room, err := f.service.enterToRead(ctx, f.user, string(id))
	if err != nil && storeAway(err) {
		return false, err
	}
	if err != nil {
		f.readable[id] = nil
		return false, nil
	}
	f.readable[id] = &room
	return true, nil
}

func (f *finder) page() Found { return Found{Messages: f.found, Next: f.next} }
