package asyncapitest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// reader reads a document and knows what of it was read.
type reader struct {
	document struct {
		AsyncAPI string `json:"asyncapi"`
		Info     struct{ Title, Version string }
		Channels map[string]struct {
			Messages map[string]reference `json:"messages"`
		} `json:"channels"`
		Operations map[string]operation `json:"operations"`
		Components struct {
			Messages map[string]message         `json:"messages"`
			Schemas  map[string]json.RawMessage `json:"schemas"`
		} `json:"components"`
	}
	text     []byte
	compiler *jsonschema.Compiler
	read     map[string]bool // the references that an operation led to
}

func newReader(text []byte) (*reader, error) {
	r := &reader{text: text, compiler: jsonschema.NewCompiler(), read: map[string]bool{}}
	if err := json.Unmarshal(text, &r.document); err != nil {
		return nil, err
	}
	if d := r.document; d.AsyncAPI != "3.0.0" || d.Info.Title == "" || d.Info.Version == "" {
		return nil, errors.New("asyncapi must be 3.0.0, and info have a title and a version")
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	r.compiler.DefaultDraft(jsonschema.Draft7) // which AsyncAPI's schemas are a superset of
	return r, r.compiler.AddResource(address, parsed)
}

// message follows an operation's one message, which its channel must have, to its name and payload.
func (r *reader) message(channel reference, refs []reference) (string, *jsonschema.Schema, error) {
	if len(refs) != 1 {
		return "", nil, fmt.Errorf("%d messages, want one", len(refs))
	}
	key, inChannel := strings.CutPrefix(refs[0].Ref, channel.Ref+"/messages/")
	name, isChannel := strings.CutPrefix(channel.Ref, "#/channels/")
	to, there := r.document.Channels[name].Messages[key]
	if !inChannel || !isChannel || !there {
		return "", nil, fmt.Errorf("%s is no message of %s", refs[0].Ref, channel.Ref)
	}
	part, isMessage := strings.CutPrefix(to.Ref, "#/components/messages/")
	found, there := r.document.Components.Messages[part]
	if !isMessage || !there || found.Name == "" {
		return "", nil, fmt.Errorf("%s leads to no message with a name", to.Ref)
	}
	r.read[refs[0].Ref], r.read[to.Ref] = true, true
	schema, err := r.compiler.Compile(address + to.Ref + "/payload")
	return found.Name, schema, err
}

// unused says what of the document nothing leads to.
func (r *reader) unused() error {
	var all []string
	for channel, c := range r.document.Channels {
		for key := range c.Messages {
			all = append(all, "#/channels/"+channel+"/messages/"+key)
		}
	}
	for key := range r.document.Components.Messages {
		all = append(all, "#/components/messages/"+key)
	}
	all = slices.DeleteFunc(all, func(ref string) bool { return r.read[ref] })
	for name := range maps.Keys(r.document.Components.Schemas) {
		if ref := "#/components/schemas/" + name; !bytes.Contains(r.text, []byte(`"$ref": "`+ref+`"`)) {
			all = append(all, ref)
		}
	}
	if len(all) > 0 {
		slices.Sort(all)
		return fmt.Errorf("nothing uses %s", strings.Join(all, ", "))
	}
	return nil
}
