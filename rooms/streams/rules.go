package streams

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/auth"
	"roomstream/rooms"
)

// rule lets roles open streams besides what their declarations say.
type rule struct {
	path   string // of streams, as in a URL
	prefix bool   // and of what stands below
	roles  []string
}

// predicate is what a rule may ask of a request: the path, and for those used to write it, the method with which streams
// are opened.
const predicate = `^(path|path-prefix)\(\s*['"]?(/[^'"()\s]*)['"]?\s*\)(?:\s+and\s+method\(\s*['"]?GET['"]?\s*\))?$`

// parseRule reads {_id, predicate, priority, roles}.
func parseRule(document bson.Raw) (rule, error) {
	elements, err := document.Elements()
	if err != nil {
		return rule{}, rooms.E(rooms.CodeBadRequest, "must be one document: %v", err)
	}
	var r rule
	for _, e := range elements {
		switch value := e.Value(); e.Key() {
		case "priority": // rules only let in, so their order is of no matter
		case "_id":
			switch value.Type {
			case bson.TypeEmbeddedDocument, bson.TypeArray, bson.TypeRegex, bson.TypeUndefined:
				return rule{}, rooms.BadField("_id", "must be a scalar, like a string")
			}
		case "predicate":
			text, _ := value.StringValueOK()
			parts := regexp.MustCompile(predicate).FindStringSubmatch(strings.TrimSpace(text))
			if parts == nil {
				return rule{}, rooms.BadField("predicate", "must be path-prefix('/posts/_streams/all') or path('...')")
			}
			r.prefix, r.path = parts[1] == "path-prefix", strings.TrimSuffix(parts[2], "/")
		case "roles":
			if r.roles, err = readRoles(value); err != nil {
				return rule{}, err
			}
		default:
			return rule{}, rooms.BadField(e.Key(), "is not known here: a rule has _id, predicate, priority and roles")
		}
	}
	if r.path == "" && !r.prefix {
		return rule{}, rooms.BadField("predicate", "is required")
	}
	if r.roles == nil {
		return rule{}, rooms.BadField("roles", "is required")
	}
	return r, nil
}

func readRoles(value bson.RawValue) ([]string, error) {
	refused := rooms.BadField("roles", "must be an array of strings")
	array, ok := value.ArrayOK()
	if !ok {
		return nil, refused
	}
	values, err := array.Values()
	if err != nil {
		return nil, refused
	}
	roles := make([]string, 0, len(values))
	for _, v := range values {
		role, ok := v.StringValueOK()
		if !ok || role == "" {
			return nil, refused
		}
		roles = append(roles, role)
	}
	return roles, nil
}

// admits says whether the rule lets a caller open a stream.
func (r rule) admits(c Caller, name Name) bool {
	path := "/_streams/" + name.URI
	if name.Collection != "" {
		path = "/" + name.Collection + path
	}
	if path != r.path && !(r.prefix && strings.HasPrefix(path, r.path+"/")) {
		return false
	}
	return slices.ContainsFunc(r.roles, func(role string) bool {
		return role == RoleUnauthenticated || c.Known && c.User.Has(role)
	})
}

func (s *Service) readRules(stored []bson.Raw) []rule {
	var rules []rule
	for _, raw := range stored {
		r, err := parseRule(raw)
		if err != nil {
			s.logger.Warn("a stored rule of access is not valid and is left alone", "error", err)
			continue
		}
		rules = append(rules, r)
	}
	return rules
}

// maxNotedPath is longer than the path of any stream, in bytes: the names of a database, a collection and a stream.
const maxNotedPath = 512

// PutRule adds a rule of access for by, whom the audit log names, given as JSON:
// {_id, predicate: "path-prefix('/posts/_streams/all')", priority, roles}.
func (s *Service) PutRule(ctx context.Context, by auth.UserID, text []byte) error {
	if s.db == nil {
		return errNoDatabase
	}
	var document bson.D
	if err := bson.UnmarshalExtJSON(text, false, &document); err != nil {
		return rooms.Wrap(rooms.CodeBadRequest, err, "the body must be one JSON object")
	}
	raw, err := bson.Marshal(document)
	if err != nil {
		return rooms.Wrap(rooms.CodeBadRequest, err, "the body must be one JSON object")
	}
	r, err := parseRule(raw)
	if err != nil {
		return err
	}
	if err := s.store.PutRule(ctx, document); err != nil {
		return err
	}
	path := strings.ToValidUTF8(r.path[:min(len(r.path), maxNotedPath)], "")
	s.note(ctx, by, "allow_streams", noteAllowed{path, r.prefix})
	return s.Load(ctx)
}
