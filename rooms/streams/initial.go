package streams

import (
	"context"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

// initialsMost is how many clients may read what is there at once; others wait.
const initialsMost = 8

// initial gives the aggregation over the collection that yields, as events of the operation initial, the documents that
// match now.
func (d *declared) initial(b bound) ([]bson.D, error) {
	if d.Collection == "" {
		return nil, noInitial("only a stream of one collection has documents to begin with")
	}
	if !d.showsDocuments() {
		return nil, noInitial("its operations never carry a document")
	}
	var stages []bson.D
	rest := b.pipeline()
	for len(rest) > 0 && rest[0][0].Key == "$match" {
		filter, ok := rest[0][0].Value.(bson.D)
		if !ok {
			return nil, noInitial("its $match is no document")
		}
		document, err := ofDocument(filter)
		if err != nil {
			return nil, err
		}
		stages, rest = append(stages, bson.D{{Key: "$match", Value: document}}), rest[1:]
	}
	stages = append(stages, bson.D{{Key: "$project", Value: bson.D{
		{Key: "operationType", Value: bson.D{{Key: "$literal", Value: string(Initial)}}},
		{Key: "documentKey", Value: bson.D{{Key: "_id", Value: "$_id"}}},
		{Key: "fullDocument", Value: "$$ROOT"},
	}}})
	for _, stage := range rest {
		stages = append(stages, keeping(stage, false)...) // a root that is no document is empty here, too
	}
	return stages, nil
}

// showsDocuments says whether an event can carry a whole document: a stream that cannot is not to show any at first.
func (d *declared) showsDocuments() bool {
	return slices.ContainsFunc(d.Operations, func(o Operation) bool {
		return o == Insert || o == Replace || o == Update && d.FullDocument != ""
	})
}

func noInitial(why string) error {
	return rooms.BadField("initial", "this stream cannot begin with what is there: %s", why)
}

// ofDocument makes a filter of change events, which looks at fullDocument alone, one of documents.
func ofDocument(filter bson.D) (bson.D, error) {
	out := make(bson.D, 0, len(filter))
	for _, e := range filter {
		if path, ok := strings.CutPrefix(e.Key, "fullDocument."); ok {
			out = append(out, bson.E{Key: path, Value: e.Value})
			continue
		}
		list, ok := e.Value.(bson.A)
		if !ok || e.Key != "$and" && e.Key != "$or" && e.Key != "$nor" {
			return nil, noInitial("its $match looks at " + e.Key + ", not at fullDocument alone")
		}
		parts := make(bson.A, 0, len(list))
		for _, part := range list {
			inner, ok := part.(bson.D)
			if !ok {
				return nil, noInitial("its $match is no document")
			}
			document, err := ofDocument(inner)
			if err != nil {
				return nil, err
			}
			parts = append(parts, document)
		}
		out = append(out, bson.E{Key: e.Key, Value: parts})
	}
	return out, nil
}

// begin gives a member that has joined what is there, the mark behind it, and then lets it listen.
func (f *feed) begin(ctx context.Context, m *member, stages []bson.D) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(m.gone, cancel)()
	select {
	case f.service.initials <- struct{}{}:
		defer func() { <-f.service.initials }()
	case <-ctx.Done():
		return // the feed's end tells the member
	}
	slow := false
	err := f.service.db.Find(ctx, f.declared.Collection, stages, func(event bson.Raw) error {
		if err := m.wait(ctx); err != nil {
			slow = ctx.Err() == nil
			return err
		}
		m.deliver(arrival{change: newChange(event, f.declared)})
		return nil
	})
	switch {
	case ctx.Err() != nil:
	case slow:
		f.slow(ctx, m)
	case err != nil:
		f.log("what a feed begins with could not be read", err)
		f.forget(m)
		m.end(ReasonFailed)
	default:
		f.listen(m)
	}
}

// listen lets a member hear the live events behind the mark.
func (f *feed) listen(m *member) {
	f.mu.Lock()
	m.deliver(arrival{change: readyMark(), position: m.joined})
	released := m.release(f.position)
	f.mu.Unlock()
	if !released {
		m.start(nil)
		f.comeBack(m)
	}
}
