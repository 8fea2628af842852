package faults

import (
	"fmt"
	"slices"
	"time"
)

// entry is one event of a room's log, as a client was told of it or as it is stored.
type entry struct {
	Seq      int64
	ID       string
	RoomID   string
	Event    string
	Author   string
	ClientID string
	Text     string
	Target   int64
	Emoji    string
	On       bool
	Deleted  bool // its content is gone
}

// ack is what an instance has said is done.
type ack struct {
	room, author, clientID string
	id                     string    // of a message
	seq                    int64     // 0: not told, as to whom inserted a document
	made, at               time.Time // when it was first asked for, and when it was acked
}

// place is where an event stands.
type place struct {
	room string
	seq  int64
}

// seen is the log of a room as one client has put it together.
type seen struct {
	who, room string
	log       []entry
}

// evidence is what a run leaves: the truth, and what everybody was told.
type evidence struct {
	stored map[string][]entry // each room's log in the order of its seqs
	acked  []ack
	seen   []seen
	// lost is what the test itself destroyed: acks of it need not be in the log, and who
	// saw it may keep it. lostBefore is when it last destroyed all there was; zero: never.
	lost       map[place]bool
	lostBefore time.Time
}

type sendKey struct{ room, author, clientID string }

// judge holds the evidence to the promises and returns what is broken:
// seqs are 1 to N without gaps; each clientId stands once; what was acked is stored as it
// was acked; what each client put together is the log, whole.
func judge(e evidence) []string {
	var broken []string
	byKey, byID := map[sendKey]entry{}, map[string]entry{}
	for room, log := range e.stored {
		for i, s := range log {
			if s.Seq != int64(i+1) {
				broken = append(broken, fmt.Sprintf("%s has seq %d in place of %d", room, s.Seq, i+1))
				break
			}
		}
		for _, s := range log {
			key := sendKey{room, s.Author, s.ClientID}
			if first, twice := byKey[key]; twice && s.ClientID != "" {
				broken = append(broken, fmt.Sprintf("%v is stored as %d and as %d", key, first.Seq, s.Seq))
			}
			byKey[key], byID[s.ID] = s, s
		}
	}
	for _, a := range e.acked {
		if !e.lost[place{a.room, a.seq}] && a.made.After(e.lostBefore) {
			broken = append(broken, a.judge(byKey, byID)...)
		}
	}
	for _, s := range e.seen {
		broken = append(broken, s.judge(e.stored[s.room], e.lost)...)
	}
	slices.Sort(broken)
	return broken
}

func (a ack) judge(byKey map[sendKey]entry, byID map[string]entry) []string {
	s, found := byKey[sendKey{a.room, a.author, a.clientID}]
	if a.clientID == "" {
		s, found = byID[a.id]
	}
	switch {
	case !found:
		return []string{fmt.Sprintf("acked and lost: %+v", a)}
	case a.seq != 0 && a.seq != s.Seq, a.id != "" && a.id != s.ID, a.room != s.RoomID:
		return []string{fmt.Sprintf("acked as %+v and stored as %+v", a, s)}
	}
	return nil
}

// judge compares a client's log with the stored one.
func (c seen) judge(stored []entry, lost map[place]bool) []string {
	if len(c.log) != len(stored) {
		broken := fmt.Sprintf("%s has %d events of %s, which has %d", c.who, len(c.log), c.room, len(stored))
		for i, s := range stored {
			if i == len(c.log) || !c.log[i].same(s) {
				return []string{fmt.Sprintf("%s; it lacks %+v", broken, s)}
			}
		}
		return []string{broken}
	}
	for i, told := range c.log {
		if s := stored[i]; !told.same(s) && !(s.Event == "void" && lost[place{c.room, s.Seq}]) {
			return []string{fmt.Sprintf("%s was told %+v, stored is %+v", c.who, told, s)}
		}
	}
	return nil
}

// same says whether a client was told what is stored. A message that is deleted by now
// was told either way.
func (told entry) same(s entry) bool {
	if told.Event == "new_message" && told.ID != s.ID {
		return false
	}
	return told.Seq == s.Seq && told.RoomID == s.RoomID && told.Event == s.Event && told.Author == s.Author &&
		told.Target == s.Target && told.Emoji == s.Emoji && told.On == s.On && (told.Deleted || told.Text == s.Text)
}
