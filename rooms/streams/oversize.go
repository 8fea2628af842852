package streams

import (
	"context"
	"errors"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// errSteppedOver says that an event too large to be sent was told of and lies behind: go on.
var errSteppedOver = errors.New("stepped over an event too large to be sent")

// skippedField marks an event that stands for one that could not be sent. It has no name that a document's own field is
// likely to have, since a stage may make a document the event.
const skippedField = routeField + "Skipped"

// blocked is a cursor whose next event is too large to be sent.
type blocked Position

func (b blocked) Next(context.Context) (bson.Raw, error) { return nil, ErrTooLarge }
func (b blocked) Position() Position                     { return Position(b) }
func (b blocked) Close()                                 {}

// openOneByOne opens a stream whose answers hold one event each, so that one that is too large does not take those
// before it along.
func (s *Service) openOneByOne(ctx context.Context, w Watch) (Cursor, error) {
	w.OneByOne = true
	opening, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	return s.db.Open(opening, w)
}

// taker takes an event, or nil and where an idle stream has got to; false: it wants no more.
type taker func(event bson.Raw, at Position) (more bool)

// consume gives what a cursor brings. It returns the cursor's error; nil when the taker wants no more.
func consume(ctx context.Context, cursor Cursor, take taker) error {
	for {
		event, err := cursor.Next(ctx)
		if err != nil {
			return err
		}
		if !take(event, cursor.Position()) {
			return nil
		}
	}
}

// stepOver gives the events behind a position, up to and with a mark for the first one that cannot be sent, and returns
// errSteppedOver. When all turn out to fit it goes on until the stream fails otherwise.
func (f *feed) stepOver(ctx context.Context, at Position, take taker) error {
	w := f.watch
	w.After = at
	cursor, err := f.service.openOneByOne(ctx, w)
	if err == nil {
		err = consume(ctx, cursor, func(event bson.Raw, at Position) bool {
			w.After = at
			return take(event, at)
		})
		cursor.Close()
	}
	if !errors.Is(err, ErrTooLarge) {
		return err
	}
	w.Pipeline = f.bare()
	if cursor, err = f.service.openOneByOne(ctx, w); err != nil {
		return err
	}
	defer cursor.Close()
	err = consume(ctx, cursor, func(event bson.Raw, at Position) bool {
		return take(event, at) && event == nil
	})
	if err == nil {
		err = errSteppedOver
	}
	return err
}

// bare is the feed's pipeline up to its first stage that is no filter, and takes everything out of the event but what
// names it and what routes it.
func (f *feed) bare() []bson.D {
	keep := bson.D{{Key: skippedField, Value: bson.D{{Key: "$literal", Value: "too_large"}}}}
	for _, name := range []string{"operationType", "ns", "documentKey"} {
		keep = append(keep, bson.E{Key: name, Value: 1})
	}
	filters := 0
	for filters < len(f.watch.Pipeline) && f.watch.Pipeline[filters][0].Key == "$match" {
		filters++
	}
	if f.route.captured {
		filters++ // the stage that keeps what routes the event
		keep = append(keep, bson.E{Key: routeField, Value: 1})
	} else {
		keep = append(keep, f.routed()...)
	}
	return append(slices.Clone(f.watch.Pipeline[:filters]), bson.D{{Key: "$project", Value: keep}})
}

// routed projects the fields that route an event, but for those of documentKey, which is kept whole.
func (f *feed) routed() bson.D {
	var keep bson.D
	for _, alternative := range f.route.paths {
		for _, path := range alternative {
			field, inDocument := strings.CutPrefix(path, "fullDocument.")
			name, _, _ := strings.Cut(field, ".")
			kept := func(e bson.E) bool { return e.Key == "fullDocument."+name }
			if inDocument && !slices.ContainsFunc(keep, kept) {
				keep = append(keep, bson.E{Key: "fullDocument." + name, Value: 1})
			}
		}
	}
	return keep
}
