package rooms

import (
	"context"
	"errors"

	"roomstream/auth"
)

// ErrTooMany says that an index holds more than was asked for, or cannot give it in the
// time that a search has: the log is to be looked through instead.
var ErrTooMany = errors.New("too many events hold these words")

// SearchTerm selects events by what an index knows of their texts.
type SearchTerm struct {
	// Whole are words that stand between delimiters in every text that matches, the longest
	// first. Words are all of the query's, each at most maxTerm bytes.
	Whole, Words []string
	Room         RoomID      // empty: all rooms
	From         auth.UserID // empty: anybody
}

// Searcher finds messages by their texts. It may give more than matches: who searches looks
// at the texts; it never gives less. All reads are of what a majority has, but for an index
// that follows the log: it may lack the events of the last second.
type Searcher interface {
	// Holding returns the messages and edits whose text holds the words, in any order, as far
	// as its index tells words apart. ErrTooMany where it would be more than limit, where it
	// takes too long, and where the index is of no use for the words.
	Holding(ctx context.Context, t SearchTerm, limit int) ([]Event, error)

	// Latest returns messages of all rooms with an id below before, by id descending, up to
	// the page's bounds; a page holds at least one if there is one.
	Latest(ctx context.Context, before EventID, page Page) ([]Event, error)

	// Edits returns the edits of messages, of each room ascending by Seq.
	Edits(ctx context.Context, messages []Event) ([]Event, error)
}
