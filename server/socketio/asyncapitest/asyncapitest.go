// Package asyncapitest holds what goes over a connection to an AsyncAPI document, for the tests that keep the two
// together. It knows nothing of the server.
//
// Concurrency: a Contract does not change and is safe for concurrent use.
package asyncapitest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The directions of an operation, as the document says them: it speaks for the server.
const (
	received = "receive" // a client emits it
	sent     = "send"    // the server emits it
)

// address is what the document's references are relative to. Nothing is ever fetched.
const address = "asyncapi.json"

// Contract is a document, read.
type Contract struct {
	payloads map[string]*jsonschema.Schema // of what a client emits, by event
	acks     map[string]*jsonschema.Schema // of how that is answered
	events   map[string]*jsonschema.Schema // of what the server emits
}

type message struct {
	Name string `json:"name"`
}

type reference struct {
	Ref string `json:"$ref"`
}

type operation struct {
	Action   string      `json:"action"`
	Channel  reference   `json:"channel"`
	Messages []reference `json:"messages"`
	Reply    *struct {
		Channel  reference   `json:"channel"`
		Messages []reference `json:"messages"`
	} `json:"reply"`
}

// Read takes a document of AsyncAPI 3.0 whose operations have one message each. The error says what is wrong with it.
func Read(text []byte) (*Contract, error) {
	r, err := newReader(text)
	if err != nil {
		return nil, err
	}
	c := &Contract{payloads: map[string]*jsonschema.Schema{}, acks: map[string]*jsonschema.Schema{}, events: map[string]*jsonschema.Schema{}}
	for key, o := range r.document.Operations {
		if err := c.add(r, o); err != nil {
			return nil, fmt.Errorf("operation %s: %w", key, err)
		}
	}
	return c, r.unused()
}

// add reads one operation.
func (c *Contract) add(r *reader, o operation) error {
	name, schema, err := r.message(o.Channel, o.Messages)
	if err != nil {
		return err
	}
	to := map[string]map[string]*jsonschema.Schema{received: c.payloads, sent: c.events}[o.Action]
	switch {
	case to == nil:
		return fmt.Errorf("action %q is neither %s nor %s", o.Action, received, sent)
	case to[name] != nil:
		return fmt.Errorf("%s is described twice", name)
	case (o.Reply != nil) != (o.Action == received):
		return errors.New("what a client emits is answered, and nothing else")
	}
	to[name] = schema
	if o.Reply == nil {
		return nil
	}
	_, c.acks[name], err = r.message(o.Reply.Channel, o.Reply.Messages)
	return err
}

// ClientEvents are the names of what clients emit, sorted.
func (c *Contract) ClientEvents() []string { return slices.Sorted(maps.Keys(c.payloads)) }

// ServerEvents are the names of what the server emits, sorted.
func (c *Contract) ServerEvents() []string { return slices.Sorted(maps.Keys(c.events)) }

// KnowsEvent says whether the document has an event of the server. Declared streams make others.
func (c *Contract) KnowsEvent(name string) bool { return c.events[name] != nil }

// Event holds what the server emitted to the document.
func (c *Contract) Event(name string, body []byte) error {
	return check("event "+name, c.events[name], body)
}

// Exchange holds to the document how a client was answered. A payload that was acked ok must be as the document says,
// too: what it forbids and the server takes is a fault of one of them. An event that the document does not have must be
// refused as unknown.
func (c *Contract) Exchange(name string, payload, ack []byte) error {
	if c.acks[name] == nil {
		if !bytes.Contains(ack, []byte(`"UNKNOWN_EVENT"`)) {
			return fmt.Errorf("%s is not in the document, but acked with %.300s", name, ack)
		}
		return nil
	}
	err := check("ack of "+name, c.acks[name], ack)
	if bytes.HasPrefix(ack, []byte(`{"ok":true`)) {
		err = errors.Join(err, check("payload of "+name, c.payloads[name], payload))
	}
	return err
}

func check(what string, schema *jsonschema.Schema, body []byte) error {
	if schema == nil {
		return fmt.Errorf("%s: is not in the document", what)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = schema.Validate(value)
	}
	if err != nil {
		return fmt.Errorf("%s %.300s: %w", what, body, err)
	}
	return nil
}
