package streams

import (
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// change is one event as clients get it, written in each of the two forms when somebody asks for it.
type change struct {
	event     bson.Raw
	declared  *declared
	operation Operation
	ready     bool

	relaxed, canonical written
}

type written struct {
	once sync.Once
	text []byte
}

// newChange reads an event of the database.
func newChange(event bson.Raw, d *declared) *change {
	operation, _ := event.Lookup("operationType").StringValueOK()
	return &change{event: event, declared: d, operation: Operation(operation)}
}

// readyMark stands behind the initial documents.
func readyMark() *change { return &change{ready: true} }

func (c *change) json(canonical bool) []byte {
	w := &c.relaxed
	if canonical {
		w = &c.canonical
	}
	w.once.Do(func() { w.text = c.write(canonical) })
	return w.text
}

func (c *change) write(canonical bool) []byte {
	if c.ready {
		return []byte(`{"ready":true}`)
	}
	text, err := bson.MarshalExtJSON(c.document(), canonical, false)
	if err != nil {
		return []byte(`{"skipped":"unreadable"}`) // no server sends BSON that has no JSON form
	}
	return text
}

// document is the event without what is the database's own affair: its place in the oplog, times and sessions.
func (c *change) document() bson.D {
	elements, err := c.event.Elements()
	if err != nil {
		return nil
	}
	if _, err := c.event.LookupErr(skippedField); err == nil && c.operation != Initial {
		return c.skipped()
	}
	d := bson.D{} // stages may have left nothing
	described := c.declared.reshapes
	for _, e := range elements {
		switch key := e.Key(); key {
		case "_id", routeField, "clusterTime", "wallTime", "lsid", "txnNumber", "collectionUUID":
			continue
		case "ns":
			if c.declared.Collection != "" {
				continue
			}
		case "updateDescription":
			described = true
		}
		d = append(d, bson.E{Key: e.Key(), Value: e.Value()})
	}
	if !described {
		d = append(d, bson.E{Key: "updateDescription", Value: nil})
	}
	return d
}

// skipped stands for an event that could not be sent. Stages that are more than filters might have taken out even its key.
func (c *change) skipped() bson.D {
	d := bson.D{{Key: "skipped", Value: "too_large"}}
	if c.declared.reshapes {
		return d
	}
	for _, name := range []string{"operationType", "documentKey"} {
		d = append(d, bson.E{Key: name, Value: c.event.Lookup(name)})
	}
	return d
}
