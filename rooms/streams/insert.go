package streams

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

// Insert inserts a document, given as JSON, into a collection that a declaration opens to the caller. It returns the _id.
// Errors: NOT_FOUND for a collection without declarations, FORBIDDEN, BAD_REQUEST with the field that the schema refuses.
func (s *Service) Insert(ctx context.Context, caller Caller, collection string, document []byte) (bson.RawValue, error) {
	granting, err := s.mayInsert(caller, collection)
	if err != nil {
		return bson.RawValue{}, err
	}
	var parsed bson.D
	if !utf8.Valid(document) {
		return bson.RawValue{}, rooms.E(rooms.CodeBadRequest, "the document must be UTF-8")
	}
	if err := bson.UnmarshalExtJSON(document, false, &parsed); err != nil {
		return bson.RawValue{}, rooms.Wrap(rooms.CodeBadRequest, err, "the document must be one JSON object of values that MongoDB can hold")
	}
	for _, e := range parsed {
		if strings.HasPrefix(e.Key, "$") {
			return bson.RawValue{}, rooms.BadField(e.Key, "a field must not begin with $")
		}
	}
	if err := checkSingle("", parsed); err != nil {
		return bson.RawValue{}, err
	}
	if _, err := bson.Marshal(parsed); err != nil {
		return bson.RawValue{}, rooms.Wrap(rooms.CodeBadRequest, err, "the document must be one JSON object of values that MongoDB can hold")
	}
	if err := meetsOne(granting, document); err != nil {
		return bson.RawValue{}, err
	}
	return s.db.Insert(ctx, collection, parsed)
}

// checkSingle refuses a field that stands twice: the database keeps both, and its readers take the first one, the schema
// the last.
func checkSingle(path string, value any) error {
	switch v := value.(type) {
	case bson.D:
		seen := make(map[string]bool, len(v))
		for _, e := range v {
			at := join(path, e.Key)
			if seen[e.Key] {
				return rooms.BadField(at, "stands here twice")
			}
			seen[e.Key] = true
			if err := checkSingle(at, e.Value); err != nil {
				return err
			}
		}
	case bson.A:
		for i, element := range v {
			if err := checkSingle(fmt.Sprintf("%s[%d]", path, i), element); err != nil {
				return err
			}
		}
	}
	return nil
}

// mayInsert gives the declarations that let the caller insert.
func (s *Service) mayInsert(caller Caller, collection string) ([]*Create, error) {
	if s.db == nil {
		return nil, errNoDatabase
	}
	if err := s.own(collection); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.declared == nil {
		return nil, errNotRunning()
	}
	known := false
	var granting []*Create
	for name, d := range s.declared {
		if name.Collection != collection {
			continue
		}
		known = true
		if d.Create.Allows(caller) {
			granting = append(granting, d.Create)
		}
	}
	switch {
	case !known:
		return nil, rooms.E(rooms.CodeNotFound, "no stream of a collection %q is declared", collection)
	case len(granting) == 0:
		return nil, denied(caller, "insert here")
	}
	return granting, nil
}

// meetsOne holds a document to the schemas of those declarations that let it in: one that it meets is enough, and where
// any declaration has a schema, one without does not stand in for it.
func meetsOne(granting []*Create, document []byte) error {
	var refusal error
	for _, c := range granting {
		if c == nil || len(c.Schema) == 0 {
			continue
		}
		err := c.check(document)
		if err == nil {
			return nil
		}
		if refusal == nil {
			refusal = err
		}
	}
	return refusal
}
