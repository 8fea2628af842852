package streams

import (
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
)

var errUnbuilt = errors.New("not built")

// ParseDeclaration reads a declaration as it is given to PUT and in files: one JSON object. What watch and uri say there
// may be left out, and must not contradict name. The errors are BAD_REQUEST and name the field.
func ParseDeclaration(name Name, text []byte) (*Declaration, error) { return nil, errUnbuilt }

// ParseDeclarations reads the set of one collection: {"streams": [...]}.
func ParseDeclarations(collection string, text []byte) ([]*Declaration, error) {
	return nil, errUnbuilt
}

// DecodeDeclaration reads a declaration as any program may have stored it, with its keys escaped or plain.
func DecodeDeclaration(stored bson.Raw) (*Declaration, error) { return nil, errUnbuilt }

// Document is the declaration as it is stored, keys escaped.
func (d *Declaration) Document() bson.D { return nil }

// MarshalJSON is the declaration as PUT takes it, with watch and uri.
func (d *Declaration) MarshalJSON() ([]byte, error) { return nil, errUnbuilt }
