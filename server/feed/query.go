package feed

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"roomstream/rooms"
	"roomstream/rooms/streams"
)

// The parameters of a feed that are no variables of its stream.
const (
	paramVars    = "avars"
	paramJSON    = "json"
	paramAfter   = "after"
	paramInitial = "initial"
	paramToken   = "token"
)

// query is what a request asks of a stream.
type query struct {
	request   streams.Request // without a name
	canonical bool            // extended JSON in which every type shows
}

// readQuery reads the parameters of a feed. Its errors are BAD_REQUEST and name the parameter, or vars.<name>.
func readQuery(r *http.Request) (query, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return query{}, rooms.BadField("query", "must be escaped as in a URL")
	}
	for name, given := range values {
		switch {
		case name == paramToken:
			// URLs end up in logs and histories. What was given is not repeated.
			return query{}, rooms.BadField(paramToken, "never goes into a URL: send Authorization: Bearer, or the subprotocols %s, bearer.<token>", protocolName)
		case len(given) > 1:
			return query{}, rooms.BadField(fieldOf(name), "must be given once")
		case !utf8.ValidString(name) || !utf8.ValidString(given[0]):
			return query{}, rooms.BadField("query", "must be valid UTF-8")
		}
	}
	q := query{}
	if q.canonical, err = choose(values, paramJSON, "relaxed", "canonical"); err != nil {
		return query{}, err
	}
	if q.request.Initial, err = choose(values, paramInitial, "false", "true"); err != nil {
		return query{}, err
	}
	if q.request.Vars, err = readVars(values); err != nil {
		return query{}, err
	}
	q.request.After = values.Get(paramAfter)
	if values.Has(paramAfter) && q.request.After == "" {
		return query{}, rooms.BadField(paramAfter, "must not be empty: leave it out instead")
	}
	resume(r, &q)
	if q.request.Initial && q.request.After != "" {
		return query{}, rooms.BadField(paramInitial, "cannot go with after: who knows a place has the documents already")
	}
	return q, nil
}

// resume takes what a browser's EventSource says when it comes back, with the URL of its first request: the place that it
// has got to stands above those the URL names.
func resume(r *http.Request, q *query) {
	if last := r.Header.Get("Last-Event-ID"); last != "" && !isUpgrade(r) {
		q.request.After, q.request.Initial = last, false
	}
}

// choose reads a parameter of two words; absent is the first.
func choose(values url.Values, name, first, second string) (isSecond bool, err error) {
	if !values.Has(name) {
		return false, nil
	}
	switch values.Get(name) {
	case first:
		return false, nil
	case second:
		return true, nil
	}
	return false, rooms.BadField(name, "must be %s or %s", first, second)
}

// readVars gathers the variables out of avars and of all parameters that are nothing else.
func readVars(values url.Values) (map[string]streams.Value, error) {
	var vars map[string]streams.Value
	if values.Has(paramVars) {
		var err error
		if vars, err = readObject(values.Get(paramVars)); err != nil {
			return nil, err
		}
	}
	for name, given := range values {
		switch name {
		case paramVars, paramJSON, paramAfter, paramInitial:
			continue
		}
		if _, twice := vars[name]; twice {
			return nil, rooms.BadField(fieldOf(name), "must be given once, in avars or by its name")
		}
		if vars == nil {
			vars = map[string]streams.Value{}
		}
		vars[name] = rooms.AppendJSONString(nil, given[0])
	}
	return vars, nil
}

// fieldOf is how errors name a parameter.
func fieldOf(name string) string {
	switch name {
	case paramVars, paramJSON, paramAfter, paramInitial:
		return name
	}
	return "vars." + name
}

// readObject reads a JSON object whose members are each there once: encoding/json would take the last of two.
func readObject(text string) (map[string]streams.Value, error) {
	d := json.NewDecoder(strings.NewReader(text))
	bad := rooms.BadField(paramVars, `must be a JSON object, like {"n":"x"}`)
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, bad
	}
	vars := map[string]streams.Value{}
	for d.More() {
		token, err := d.Token()
		name, isName := token.(string)
		if err != nil || !isName {
			return nil, bad
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, bad
		}
		if _, twice := vars[name]; twice {
			return nil, rooms.BadField("vars."+name, "must be given once")
		}
		vars[name] = streams.Value(value)
	}
	if _, err := d.Token(); err != nil {
		return nil, bad
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, bad
	}
	return vars, nil
}
