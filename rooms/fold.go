package rooms

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"roomstream/auth"
)

// maxEmojis is how many different emojis one message may carry at once: every
// reaction_updated names them all.
const maxEmojis = 50

// Fold is what the log makes of one message: what it says now, who reacted, who
// answered. It takes the events that concern the message in the order of their Seq.
// It is not safe for concurrent use.
type Fold struct {
	Message   Event // as it was sent; Seq 0: not seen, or no message
	EditSeq   int64 // of the newest edit; 0: none
	EditedAt  time.Time
	DeleteSeq int64 // 0: not deleted
	Replies   int   // that are not deleted
	LastReply int64 // seq of the newest of them; 0: none

	edit      Event
	reactions []*emojiFold // in the order of first use
	replies   []int64      // ascending
	pending   bool         // an event was applied that is not in the log yet
	putOff    bool         // an event waits until those are
}

// emojiFold is who set one emoji, and when.
type emojiFold struct {
	emoji string
	users map[auth.UserID]userReaction
	count int
}

type userReaction struct {
	seq int64
	on  bool
}

// Reaction is one emoji on a message, as one user sees it.
type Reaction struct {
	Emoji string
	Count int
	Me    bool
}

// NewFold begins with the message itself.
func NewFold(message Event) *Fold {
	f := &Fold{}
	if message.Type == TypeMessage {
		f.Message = message
	}
	return f
}

// Apply takes one more event. What does not concern the message, and what is not
// allowed to happen to it, changes nothing.
func (f *Fold) Apply(e *Event) {
	switch {
	case e.Type == TypeDelete && e.Target == f.Message.Seq:
		if f.DeleteSeq == 0 {
			f.DeleteSeq = e.Seq
		}
	case e.Type == TypeDelete && e.Parent == f.Message.Seq:
		f.forgetReply(e.Target)
	case e.Type == TypeMessage && e.Parent == f.Message.Seq:
		f.replies = append(f.replies, e.Seq)
		f.Replies, f.LastReply = len(f.replies), e.Seq
	case e.Target != f.Message.Seq || f.DeleteSeq > 0:
	case e.Type == TypeEdit && e.Author == f.Message.Author:
		f.edit, f.EditSeq, f.EditedAt = *e, e.Seq, e.Timestamp
	case e.Type == TypeReaction:
		f.react(e)
	}
}

func (f *Fold) forgetReply(seq int64) {
	for i, reply := range f.replies {
		if reply != seq {
			continue
		}
		f.replies = append(f.replies[:i], f.replies[i+1:]...)
		f.Replies, f.LastReply = len(f.replies), 0
		if f.Replies > 0 {
			f.LastReply = f.replies[f.Replies-1]
		}
		return
	}
}

func (f *Fold) react(e *Event) {
	r := f.emoji(e.Emoji)
	if r == nil {
		r = &emojiFold{emoji: e.Emoji, users: map[auth.UserID]userReaction{}}
		f.reactions = append(f.reactions, r)
	}
	switch before := r.users[e.Author].on; {
	case e.On && !before:
		r.count++
	case !e.On && before:
		r.count--
	}
	r.users[e.Author] = userReaction{e.Seq, e.On}
}

func (f *Fold) emoji(emoji string) *emojiFold {
	for _, r := range f.reactions {
		if r.emoji == emoji {
			return r
		}
	}
	return nil
}

// emojis counts those that somebody has set.
func (f *Fold) emojis() int {
	n := 0
	for _, r := range f.reactions {
		if r.count > 0 {
			n++
		}
	}
	return n
}

// Counts gives the reactions as Event.Counts holds them: a JSON object from emoji to
// how many users, in the order of first use, without those nobody has set.
func (f *Fold) Counts() string {
	b := []byte{'{'}
	for _, r := range f.reactions {
		if r.count == 0 {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = AppendJSONString(b, r.emoji)
		b = strconv.AppendInt(append(b, ':'), int64(r.count), 10)
	}
	return string(append(b, '}'))
}

// Reactions gives the reactions as user sees them, in the order of first use.
func (f *Fold) Reactions(user auth.UserID) []Reaction {
	var list []Reaction
	for _, r := range f.reactions {
		if r.count > 0 {
			list = append(list, Reaction{r.emoji, r.count, r.users[user].on})
		}
	}
	return list
}

// gone says whether the message has no content any more.
func (f *Fold) gone() bool { return f.DeleteSeq > 0 || f.Message.Erased }

// Current is the message with the text it has now; blanked when it is deleted.
func (f *Fold) Current() Event {
	switch {
	case f.DeleteSeq > 0:
		return f.Message.blanked()
	case f.EditSeq > 0 && !f.Message.Erased:
		current := f.Message
		current.Text, current.Erased = f.edit.Text, f.edit.Erased
		return current
	}
	return f.Message
}

// applyNext takes an event that is to be stored next.
func (f *Fold) applyNext(e *Event) {
	next := *e
	next.Seq = MaxSeq
	f.Apply(&next)
	f.pending = true
}

// errUnchanged says that a reaction is as it is wanted already.
var errUnchanged = errors.New("unchanged")

// admit says whether an event may change the message now, and gives it what follows
// from the log: Counts, a delete's Parent. errUnchanged comes with the place of the event
// that made it so. moderates allows to delete what others wrote.
func (f *Fold) admit(e *Event, moderates bool) (Sent, error) {
	own := e.Author == f.Message.Author
	switch {
	case f.Message.Seq == 0:
		return Sent{}, &Error{Code: CodeNotFound, Message: "seq: no message of this room has this number", Field: "seq"}
	case f.gone():
		return Sent{}, E(CodeGone, "the message was deleted")
	case e.Type == TypeEdit && !own:
		return Sent{}, E(CodeForbidden, "only its author may edit a message")
	case e.Type == TypeDelete && !own && !moderates:
		return Sent{}, E(CodeForbidden, "only its author or a moderator may delete a message")
	case e.Type == TypeDelete:
		e.Parent = f.Message.Parent
	case e.Type == TypeReaction:
		return f.admitReaction(e)
	}
	return Sent{}, nil
}

func (f *Fold) admitReaction(e *Event) (Sent, error) {
	var before userReaction
	count := 0
	r := f.emoji(e.Emoji)
	if r != nil {
		before, count = r.users[e.Author], r.count
	}
	if before.on == e.On {
		// Who never reacted has the state the message was born with.
		seq := max(before.seq, f.Message.Seq)
		return Sent{ID: f.Message.ID, Seq: seq, Timestamp: f.Message.Timestamp, Count: count}, errUnchanged
	}
	if e.On && count == 0 && f.emojis() >= maxEmojis {
		return Sent{}, BadField("emoji", "a message takes at most %d different ones", maxEmojis)
	}
	e.Counts = f.countsAfter(e)
	return Sent{}, nil
}

// countsAfter gives Counts as they are once e is in the log.
func (f *Fold) countsAfter(e *Event) string {
	after := &Fold{Message: f.Message, reactions: make([]*emojiFold, len(f.reactions))}
	for i, r := range f.reactions {
		after.reactions[i] = &emojiFold{emoji: r.emoji, count: r.count}
	}
	r := after.emoji(e.Emoji)
	if r == nil {
		r = &emojiFold{emoji: e.Emoji}
		after.reactions = append(after.reactions, r)
	}
	if e.On {
		r.count++
	} else {
		r.count--
	}
	return after.Counts()
}

// countIn reads one emoji's count out of Event.Counts.
func countIn(counts, emoji string) int {
	var all map[string]int
	if json.Unmarshal([]byte(counts), &all) != nil {
		return 0 // a document that another program forged
	}
	return all[emoji]
}
