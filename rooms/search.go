package rooms

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
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
)

// SearchInput is what is looked for. RoomID empty: in all rooms the user may read. From
// empty: by anybody. Before is Found.Next of the page before; empty: from the newest on.
// Limit 0: 20; at most 100.
type SearchInput struct {
	Query, RoomID, From, Before string
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
// BAD_REQUEST, NOT_FOUND (also where there is no search), FORBIDDEN, TIMEOUT, UNAVAILABLE.
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
	limit    int
	before   searchPlace
	readable map[RoomID]*Room // nil: not for this user
	until    time.Time        // the log is looked through

	found []FoundMessage // at most limit+1
	size  int            // of their messages, in bytes
	next  string
}

// searchPlace is where a message stands in the order of a search. In one room its seq tells, in
// all rooms its id.
type searchPlace struct {
	seq int64
	id  EventID
}

var newestPlace = searchPlace{seq: MaxSeq + 1, id: EventID{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}}

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
	before, err := parsePlace(in.Before, in.RoomID != "")
	if err != nil {
		return nil, err
	}
	return &finder{
		service: s, user: user, query: query, from: auth.UserID(in.From), limit: limit, before: before,
		readable: map[RoomID]*Room{}, until: s.now().Add(searchLook),
	}, nil
}

// parsePlace reads what String wrote.
func parsePlace(text string, inRoom bool) (searchPlace, error) {
	at := newestPlace
	if text == "" {
		return at, nil
	}
	refused := BadField("before", "must be next of the page before, of the same search")
	if inRoom {
		seq, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seq < 1 || seq > MaxSeq {
			return at, refused
		}
		at.seq = seq
		return at, nil
	}
	id, err := hex.DecodeString(text)
	if err != nil || len(id) != len(at.id) {
		return at, refused
	}
	at.id = EventID(id)
	return at, nil
}

func (f *finder) placeOf(e *Event) string {
	if f.room != "" {
		return strconv.FormatInt(e.Seq, 10)
	}
	return e.ID.String()
}

// newerFirst orders messages.
func (f *finder) newerFirst(a, b Event) int {
	if f.room != "" {
		return cmp.Compare(b.Seq, a.Seq)
	}
	return cmp.Or(slices.Compare(b.ID[:], a.ID[:]), cmp.Compare(a.RoomID, b.RoomID), cmp.Compare(b.Seq, a.Seq))
}

// below says whether a message belongs on this page or a later one.
func (f *finder) below(e *Event) bool {
	if f.room != "" {
		return e.Seq < f.before.seq
	}
	return slices.Compare(e.ID[:], f.before.id[:]) < 0
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

// look goes through the log from its end.
func (f *finder) look(ctx context.Context) error {
	before := f.before
	for looked := 0; looked < searchLooked && f.service.now().Before(f.until); {
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
		return messages, false, nil
	}
	events, err := f.service.store.Log.Before(ctx, f.room, before.seq, page)
	if err != nil || len(events) == 0 {
		return nil, true, err
	}
	before.seq = events[len(events)-1].Seq
	messages = slices.DeleteFunc(events, func(e Event) bool { return e.Type != TypeMessage })
	return messages, before.seq <= max(f.readable[f.room].MinSeq, 1), nil
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
		if may && !e.Erased && (f.from == "" || e.Author == f.from) {
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
		if may && e.Seq >= f.readable[e.RoomID].MinSeq && (f.from == "" || e.Author == f.from) {
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

// AppendMembers appends messages, more and, where there are more, next as members of a JSON
// object, without its braces.
func (p *Found) AppendMembers(b []byte) []byte {
	b = append(b, `"messages":[`...)
	for i := range p.Messages {
		if i > 0 {
			b = append(b, ',')
		}
		b = p.Messages[i].AppendJSON(b)
	}
	b = strconv.AppendBool(append(b, `],"more":`...), p.Next != "")
	if p.Next == "" {
		return b
	}
	return AppendJSONString(append(b, `,"next":`...), p.Next)
}

// AppendJSON appends the message as get_history gives it, with the member snippet.
func (m *FoundMessage) AppendJSON(b []byte) []byte {
	b = m.Message.AppendJSON(b)
	b = append(b[:len(b)-1], `,"snippet":[`...)
	for i, part := range m.Snippet {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendJSONString(append(b, `{"text":`...), part.Text)
		b = append(strconv.AppendBool(append(b, `,"match":`...), part.Match), '}')
	}
	return append(b, `]}`...)
}
