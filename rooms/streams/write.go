package streams

import (
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Document is the declaration as it is stored, keys escaped.
func (d *Declaration) Document() bson.D { return d.document(escapeKey) }

// MarshalJSON is the declaration as PUT takes it, with watch and uri.
func (d *Declaration) MarshalJSON() ([]byte, error) {
	return bson.MarshalExtJSON(d.document(func(key string) string { return key }), false, false)
}

func (d *Declaration) document(key func(string) string) bson.D {
	operations := bson.A{}
	for _, o := range d.Operations {
		operations = append(operations, string(o))
	}
	stages := bson.A{}
	for _, s := range d.Stages {
		stages = append(stages, renameKeys(s, key))
	}
	out := bson.D{
		{Key: "uri", Value: d.URI}, {Key: "watch", Value: d.watched()}, {Key: "operations", Value: operations},
		{Key: "stages", Value: stages},
	}
	add := func(name string, value any) { out = append(out, bson.E{Key: name, Value: value}) }
	if d.Vars != nil {
		add("vars", writeVars(d.Vars))
	}
	add("access", grant(d.Access.Roles, d.Access.Public))
	if c := d.Create; c != nil {
		document := grant(c.Roles, c.Public)
		if c.schema != nil {
			document = append(document, bson.E{Key: "schema", Value: renameKeys(c.schema, key)})
		}
		add("create", document)
	}
	if d.Events != nil {
		events := bson.D{}
		for _, o := range slices.Sorted(maps.Keys(d.Events)) {
			events = append(events, bson.E{Key: string(o), Value: d.Events[o]})
		}
		add("events", events)
	}
	if d.Room != "" {
		add("room", d.Room)
	}
	if d.FullDocument != "" {
		add("fullDocument", d.FullDocument)
	}
	return out
}

func (d *Declaration) watched() bson.D {
	switch {
	case d.Deployment:
		return bson.D{{Key: "deployment", Value: true}}
	case d.Collection == "":
		return bson.D{{Key: "database", Value: true}}
	}
	return bson.D{{Key: "collection", Value: d.Collection}}
}

func grant(roles []string, public bool) bson.D {
	list := bson.A{}
	for _, r := range roles {
		list = append(list, r)
	}
	return bson.D{{Key: "roles", Value: list}, {Key: "public", Value: public}}
}

func writeVars(vars map[string]Var) bson.D {
	out := bson.D{}
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		v := vars[name]
		document := bson.D{{Key: "type", Value: string(v.Type)}, {Key: "required", Value: v.Required}}
		if v.Default.Type != 0 {
			document = append(document, bson.E{Key: "default", Value: v.Default})
		}
		if v.Claim != "" {
			document = append(document, bson.E{Key: "from", Value: "token"})
		}
		out = append(out, bson.E{Key: name, Value: document})
	}
	return out
}
