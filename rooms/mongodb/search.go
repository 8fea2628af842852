package mongodb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms"
)

const (
	textIndex = "message_text"

	// noLanguage is the name of the field in which a document would say its language: one that
	// no program writes. An unknown language would make MongoDB refuse the document, a known one
	// would cut the ends off its words.
	noLanguage = "roomstreamLanguage"

	// holdingTime is how long the text index is asked for one word: a tenth of what a whole
	// search may take. Longer takes only a word that is everywhere.
	holdingTime = 500 * time.Millisecond
	// holdingTries is how many words of a query are asked for, one after the other.
	holdingTries = 3
)

// Searcher finds messages by their texts.
type Searcher struct{ *Store }

var _ rooms.Searcher = (*Searcher)(nil)

// ensureSearch makes the text index, or drops it where there is to be no search: it costs
// every insert.
func (s *Store) ensureSearch(ctx context.Context) error {
	if !s.searches {
		return fail("drop the text index", dropIndex(ctx, s.messages, textIndex))
	}
	have, making, err := listIndexes(ctx, s.messages)
	if err != nil {
		return fail("list the indexes of messages", err)
	}
	// One that is being made is not waited for: until it is there, searches go through the log.
	if isTextIndex(have[textIndex]) || isTextIndex(making[textIndex]) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, indexTimeout)
	defer cancel()
	_, err = s.messages.Indexes().CreateOne(ctx, mongo.IndexModel{
		Keys: field("text", "text"),
		Options: options.Index().SetName(textIndex).SetDefaultLanguage("none").SetLanguageOverride(noLanguage).
			SetTextVersion(textVersion),
	})
	if err != nil && mongo.IsTimeout(err) {
		// The chat does not need it, and a database that large may take longer than a start may.
		s.logger.Warn("the text index was not made in time, searches go through the log until a start finds it (web/docs/operations.md, Search)", "index", textIndex, "error", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("the text index %s of messages cannot be made (-search=false goes without search): %w", textIndex, failIndex("messages", err))
	}
	return nil
}

// textVersion is the version of text indexes whose words rooms.Searcher's callers are held to.
const textVersion = 3

// isTextIndex says whether an index is the one that ensureSearch makes.
func isTextIndex(spec bson.Raw) bool {
	language, _ := spec.Lookup("default_language").StringValueOK()
	override, _ := spec.Lookup("language_override").StringValueOK()
	version, _ := spec.Lookup("textIndexVersion").AsInt64OK()
	weight, _ := spec.Lookup("weights", "text").AsInt64OK()
	partial := spec.Lookup("partialFilterExpression").Type != 0
	return language == "none" && override == noLanguage && version == textVersion && weight > 0 && !partial
}

// Holding asks the text index for one word, the rarest it finds soon: it could ask for any of
// several words, never for all of them.
func (s *Searcher) Holding(ctx context.Context, t rooms.SearchTerm, limit int) ([]rooms.Event, error) {
	for _, word := range t.Whole[:min(len(t.Whole), holdingTries)] {
		found, err := s.holdingWord(ctx, word, t, limit)
		if !errors.Is(err, rooms.ErrTooMany) {
			return found, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return nil, rooms.ErrTooMany
}

func (s *Searcher) holdingWord(ctx context.Context, word string, t rooms.SearchTerm, limit int) ([]rooms.Event, error) {
	// The word holds neither quotes nor a dash, so it is one to MongoDB as well, or several of
	// which any will do.
	filter := bson.D{{Key: "$text", Value: field("$search", word)}, {Key: "seq", Value: anySeq()}}
	if t.Room != "" {
		filter = append(filter, bson.E{Key: "roomId", Value: string(t.Room)})
	}
	if t.From != "" {
		filter = append(filter, bson.E{Key: "author", Value: string(t.From)})
	}
	asking, cancel := context.WithTimeout(ctx, holdingTime)
	defer cancel()
	opts := options.Find().SetProjection(projection).SetLimit(int64(limit) + 1).SetBatchSize(int32(limit) + 1)
	cursor, err := s.messages.Find(asking, filter, opts)
	var found []rooms.Event
	if err == nil {
		found, err = collect(asking, cursor, rooms.Page{})
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, fail("search the messages", ctx.Err())
	case err != nil && (asking.Err() != nil || mongo.IsTimeout(err) || hasCode(err, codeIndexNotFound)):
		return nil, rooms.ErrTooMany // another instance has no search, or the collection was dropped
	case err != nil:
		return nil, fail("search the messages", err)
	case len(found) > limit:
		return nil, rooms.ErrTooMany
	}
	return found, nil
}

// Latest returns messages of all rooms, newest first.
func (s *Searcher) Latest(ctx context.Context, before rooms.EventID, page rooms.Page) ([]rooms.Event, error) {
	filter := bson.D{
		{Key: "_id", Value: field("$lt", objectID(before))}, {Key: "type", Value: field("$exists", false)},
		{Key: "seq", Value: anySeq()},
	}
	found, err := s.sorted(ctx, filter, field("_id", -1), page)
	if err != nil {
		return nil, fail("read the latest messages", err)
	}
	return found, nil
}

// Edits returns the edits of messages.
func (s *Searcher) Edits(ctx context.Context, messages []rooms.Event) ([]rooms.Event, error) {
	targets := map[rooms.RoomID]bson.A{}
	for i := range messages {
		targets[messages[i].RoomID] = append(targets[messages[i].RoomID], messages[i].Seq)
	}
	if len(targets) == 0 {
		return nil, ctx.Err()
	}
	branches := make(bson.A, 0, len(targets))
	for room, seqs := range targets {
		branches = append(branches, targeting(room, seqs, bson.A{string(rooms.TypeEdit)}))
	}
	r := Related{s.Store}
	found, err := r.find(ctx, s.messages, field("$or", branches), func(e *rooms.Event) bool { return e.Type == rooms.TypeEdit })
	if err != nil {
		return nil, fail(fmt.Sprintf("read the edits of %d messages", len(messages)), err)
	}
	return found, nil
}
