package streams

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

// schemaAddress is what a schema's own references are relative to. Nothing is ever fetched.
const schemaAddress = "schema.json"

// noLoader refuses references to other schemas: a declaration must stand alone.
type noLoader struct{}

func (noLoader) Load(address string) (any, error) {
	return nil, fmt.Errorf("%s: a schema must not refer to another one", address)
}

// readSchema compiles a schema.
func (c *Create) readSchema(path string, value any) error {
	refused := func(err error) error { return rooms.BadField(path, "is no JSON Schema: %v", err) }
	document, ok := renameKeys(value, unescapeKey).(bson.D)
	if !ok {
		return refused(errors.New("it must be an object"))
	}
	text, err := bson.MarshalExtJSON(document, false, false)
	if err != nil {
		return refused(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return refused(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(noLoader{})
	compiler.AssertFormat() // who writes "format" means it
	if err := compiler.AddResource(schemaAddress, parsed); err != nil {
		return refused(err)
	}
	if c.compiled, err = compiler.Compile(schemaAddress); err != nil {
		return refused(err)
	}
	c.schema, c.Schema = document, text
	return nil
}

// check holds a document, as JSON, to the schema. The error names the field.
func (c *Create) check(document []byte) error {
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return rooms.E(rooms.CodeBadRequest, "the document must be one JSON object: %v", err)
	}
	var invalid *jsonschema.ValidationError
	switch err := c.compiled.Validate(instance); {
	case err == nil:
		return nil
	case !errors.As(err, &invalid):
		return rooms.E(rooms.CodeBadRequest, "the schema of the collection refuses the document: %v", err)
	}
	for len(invalid.Causes) > 0 {
		invalid = invalid.Causes[0]
	}
	field := strings.Join(invalid.InstanceLocation, ".")
	if missing, ok := invalid.ErrorKind.(*kind.Required); ok {
		return rooms.BadField(join(field, missing.Missing[0]), "is required")
	}
	if field == "" {
		return rooms.E(rooms.CodeBadRequest, "the schema of the collection refuses the document: %v", invalid)
	}
	return rooms.BadField(field, "%s", told(invalid))
}

// told is the schema's objection without the place, which the field names.
func told(invalid *jsonschema.ValidationError) string {
	text := invalid.Error()
	if i := strings.LastIndex(text, "': "); i >= 0 {
		return text[i+len("': "):]
	}
	return text
}
