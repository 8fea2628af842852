package attacks

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"roomstream/server/socketio"
)

type object = map[string]any

// document is openapi.json or asyncapi.json.
type document struct {
	t    testing.TB
	root object
}

func parse(t testing.TB, text []byte) document {
	t.Helper()
	d := document{t: t}
	if err := json.Unmarshal(text, &d.root); err != nil {
		t.Fatal(err)
	}
	return d
}

// routes is the document of the routes, as it is served.
func (s *stage) routes() document {
	s.t.Helper()
	return parse(s.t, s.call(http.MethodGet, "/api/openapi.json", "", "").body)
}

func events(t testing.TB) document { return parse(t, socketio.AsyncAPIDocument()) }

// plain follows a schema's references and takes the first of what it may be, an object before all.
func (d document) plain(schema any) object {
	s, _ := schema.(object)
	for {
		if ref, ok := s["$ref"].(string); ok {
			s = d.at(ref)
			continue
		}
		if all, ok := s["allOf"].([]any); ok && s["type"] == nil {
			s = all[0].(object)
			continue
		}
		choices, ok := s["oneOf"].([]any)
		if !ok {
			return s
		}
		s = d.plain(choices[0])
		for _, choice := range choices {
			if c := d.plain(choice); c["type"] == "object" {
				s = c
			}
		}
	}
}

// at is what a reference within the document leads to.
func (d document) at(ref string) object {
	d.t.Helper()
	var node any = d.root
	for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		node = node.(object)[strings.NewReplacer("~1", "/", "~0", "~").Replace(step)]
	}
	found, ok := node.(object)
	if !ok {
		d.t.Fatalf("%s leads nowhere", ref)
	}
	return found
}

// operation is one method of one route.
type operation struct {
	method, path string
	body         any      // the schema of its JSON; nil: it takes none
	query        []string // the names of its parameters
}

// operations are those of all routes, those of files and feeds among them.
func (d document) operations() []operation {
	var all []operation
	paths := d.root["paths"].(object)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		for _, method := range slices.Sorted(maps.Keys(paths[path].(object))) {
			o, ok := paths[path].(object)[method].(object)
			if !ok || o["responses"] == nil {
				continue // the parameters of all methods
			}
			one := operation{method: strings.ToUpper(method), path: path}
			if request, ok := o["requestBody"].(object); ok {
				if media, ok := request["content"].(object)["application/json"].(object); ok {
					one.body = media["schema"]
				}
			}
			parameters, _ := o["parameters"].([]any)
			for _, p := range parameters {
				p, _ := p.(object)
				if ref, ok := p["$ref"].(string); ok {
					p = d.at(ref)
				}
				if p["in"] == "query" {
					one.query = append(one.query, p["name"].(string))
				}
			}
			all = append(all, one)
		}
	}
	const least = 70 // fewer: the document was not understood
	if len(all) < least {
		d.t.Fatalf("the document has %d operations", len(all))
	}
	return all
}

// target is the path with what there is in place of its parameters.
func (o operation) target(given map[string]string) string {
	target := o.path
	for name, value := range given {
		target = strings.ReplaceAll(target, "{"+name+"}", value)
	}
	return target
}

// clientEvents are the payloads of what clients emit, by the events' names.
func (d document) clientEvents() map[string]any {
	payloads := map[string]any{}
	for _, o := range d.root["operations"].(object) {
		o := o.(object)
		if o["action"] != "receive" {
			continue
		}
		message := d.plain(o["messages"].([]any)[0])
		payloads[message["name"].(string)] = message["payload"]
	}
	return payloads
}

// sample makes a value that a schema allows. samples knows those that no schema tells.
func (d document) sample(name string, schema any, samples map[string]any) any {
	if value, ok := samples[name]; ok {
		return value
	}
	s := d.plain(schema)
	if values, ok := s["enum"].([]any); ok {
		return values[0]
	}
	if value, ok := s["const"]; ok {
		return value
	}
	kind, _ := s["type"].(string)
	if kinds, ok := s["type"].([]any); ok {
		kind, _ = kinds[0].(string)
	}
	switch kind {
	case "object":
		made := object{}
		properties, _ := s["properties"].(object)
		for member, schema := range properties {
			made[member] = d.sample(member, schema, samples)
		}
		return made
	case "array":
		return []any{d.sample("", s["items"], samples)}
	case "integer":
		return max(1, s["minimum"].(float64))
	case "boolean":
		return true
	}
	if s["format"] == "date-time" {
		return "2100-01-01T00:00:00.000Z"
	}
	return "sample-text"
}
