package mongodb

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms"
)

// doubledMost bounds how many doubled keys of one index Faults tells.
const doubledMost = 100

// Faults looks for indexes that are not as they must be, for keys that stand twice where
// nothing keeps them single, and for documents that nobody can read or that have no
// number. It reads the whole collection; a heartbeat is no fault.
func (a *Archive) Faults(ctx context.Context) ([]string, error) {
	var faults []string
	for _, c := range []struct {
		coll    *collection
		indexes []index
	}{{a.messages, messageIndexes()}, {a.rooms, roomIndexes()}, {a.users, userIndexes()}, {a.signals, signalIndexes()}, {a.notifications, notificationIndexes()}, {a.members, memberIndexes()}, {a.invitations, invitationIndexes()}, {a.collection(collectionThreads), threadIndexes()}} {
		found, err := indexFaults(ctx, c.coll, c.indexes)
		if err != nil {
			return nil, err
		}
		faults = append(faults, found...)
	}
	documents, err := a.documentFaults(ctx)
	if err != nil {
		return nil, fail("read all documents", err)
	}
	return append(faults, documents...), nil
}

func indexFaults(ctx context.Context, coll *collection, want []index) ([]string, error) {
	have, _, err := listIndexes(ctx, coll)
	if err != nil {
		return nil, fail("list the indexes of "+coll.Name(), err)
	}
	var faults []string
	for _, w := range want {
		spec, there := have[w.name]
		switch {
		case there && w.matches(spec):
			continue // a unique one proves that nothing stands twice
		case there:
			faults = append(faults, fmt.Sprintf("the index %s of %s is not the one this program needs: drop it, it is made anew at the next start", w.name, coll.Name()))
		default:
			faults = append(faults, fmt.Sprintf("the index %s of %s is missing: it is made at the next start", w.name, coll.Name()))
		}
		if !w.unique {
			continue
		}
		doubled, err := doubledKeys(ctx, coll, w)
		if err != nil {
			return nil, fail("look for doubled keys of "+w.name, err)
		}
		faults = append(faults, doubled...)
	}
	return faults, nil
}

// doubledKeys gives the keys that a unique index would refuse.
func doubledKeys(ctx context.Context, coll *collection, unique index) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, scanTimeout)
	defer cancel()
	var key bson.D
	for _, e := range unique.key {
		key = append(key, bson.E{Key: e.Key, Value: "$" + e.Key})
	}
	partial := unique.partial
	if partial == nil {
		partial = bson.D{}
	}
	cursor, err := coll.Aggregate(ctx, mongo.Pipeline{
		field("$match", partial),
		field("$group", bson.D{{Key: "_id", Value: key}, {Key: "n", Value: field("$sum", 1)}}),
		field("$match", field("n", field("$gt", 1))),
		field("$limit", doubledMost),
	}, options.Aggregate().SetAllowDiskUse(true))
	if err != nil {
		return nil, err
	}
	var found []struct {
		Key bson.Raw `bson:"_id"`
		N   int      `bson:"n"`
	}
	if err := cursor.All(ctx, &found); err != nil {
		return nil, err
	}
	faults := make([]string, len(found))
	for i, f := range found {
		faults[i] = fmt.Sprintf("%s %s stands %d times in %s", unique.name, f.Key, f.N, coll.Name())
	}
	return faults, nil
}

// tally counts documents by what is wrong with them, in the order of finding.
type tally struct {
	order   []string
	count   map[string]int
	example map[string]string
}

func (t *tally) add(why, example string) {
	if t.count[why]++; t.count[why] == 1 {
		t.order = append(t.order, why)
		t.example[why] = example
	}
}

// documentFaults counts the documents that are no event.
func (a *Archive) documentFaults(ctx context.Context) ([]string, error) {
	large := field("$gt", bson.A{field("$bsonSize", "$$ROOT"), maxDocument})
	fields := append(bson.D{{Key: "large", Value: large}}, projection...)
	t := tally{count: map[string]int{}, example: map[string]string{}}
	err := a.scan(ctx, field("heartbeat", field("$exists", false)), fields, func(raw bson.Raw) error {
		d := readDocument(raw)
		if why := d.fault(); why != "" {
			t.add(why, raw.Lookup("_id").String())
		}
		return nil
	})
	faults := make([]string, len(t.order))
	for i, why := range t.order {
		faults[i] = fmt.Sprintf("%d documents of messages %s; one is %s", t.count[why], why, t.example[why])
	}
	return faults, err
}

// fault says why a document is no event; empty: it is one, or was blanked before it was.
func (d *document) fault() string {
	switch {
	case d.oddlyNumbered(), d.badSeq:
		return "have a seq that is none: a running instance takes it away"
	case d.seq > 0:
		if e := d.numbered(); e.Type == rooms.TypeVoid && d.typ != string(rooms.TypeVoid) {
			return "have a number and cannot be read by this version: they are read as voids"
		}
		return ""
	case d.quarantined:
		return "had a seq that was none (badSeq)"
	case d.blank():
		return ""
	}
	if _, why := d.unnumbered(); why != "" {
		return "were inserted by another program and are not valid (" + why + ")"
	}
	return "await their number: a running instance gives it"
}
