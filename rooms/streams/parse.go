package streams

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/auth"
	"roomstream/rooms"
)

// The bounds of a declaration.
const (
	maxDeclaration = 64 << 10 // bytes, as JSON or BSON
	maxDepth       = 32       // documents within documents
	maxStages      = 50
	maxVars        = 32
	maxRoles       = 64
	maxCollection  = 120 // bytes: what MongoDB takes together with the database's name
)

const (
	uriPattern   = `^[A-Za-z0-9_.-]{1,128}$`
	eventPattern = `^[A-Za-z0-9_:.-]{1,64}$`
	// roomFeeds begins the names of the feeds that rooms have by themselves.
	roomFeeds = "room-"
)

// CheckCollection says why a name cannot be a collection's in declarations and addresses: the rules of MongoDB, and the
// names that are this server's own addresses.
func CheckCollection(name string) error {
	bad := func(why string) error { return rooms.BadField("watch.collection", "%q %s", name, why) }
	switch {
	case name == "" || len(name) > maxCollection || !utf8.ValidString(name):
		return bad(fmt.Sprintf("must be 1 to %d bytes of UTF-8", maxCollection))
	case strings.ContainsAny(name, "$/\x00") || strings.HasPrefix(name, "."):
		return bad("must not hold $, / or NUL, nor begin with a dot")
	case strings.HasPrefix(name, "system."):
		return bad("is one of the database's own")
	case slices.Contains(reservedNames(), name):
		return bad("is an address of this server: give the collection another name")
	}
	return nil
}

// reservedNames are the first parts of this server's own addresses.
func reservedNames() []string {
	return []string{
		"api", "socket.io", "_streams", "acl", "feeds", "rooms", "admin", "client", "docs", "assets", "healthz", "readyz", "metrics",
	}
}

// ParseDeclaration reads a declaration as it is given to PUT and in files: one JSON object. What watch and uri say there
// may be left out, and must not contradict name. The errors are BAD_REQUEST and name the field.
func ParseDeclaration(name Name, text []byte) (*Declaration, error) {
	document, err := parseObject(text)
	if err != nil {
		return nil, err
	}
	return readDeclaration(&name, document)
}

// ParseDeclarations reads the set of one collection: {"streams": [...]}.
func ParseDeclarations(collection string, text []byte) ([]*Declaration, error) {
	document, err := parseObject(text)
	if err != nil {
		return nil, err
	}
	var list bson.A
	for _, e := range document {
		var ok bool
		if list, ok = e.Value.(bson.A); e.Key != "streams" || !ok {
			return nil, rooms.BadField(e.Key, "must be {\"streams\": [...]} and nothing else")
		}
	}
	if list == nil {
		return nil, rooms.BadField("streams", "is required: an array of declarations")
	}
	var all []*Declaration
	for i, entry := range list {
		d, err := readEntry(collection, entry)
		if err == nil && slices.ContainsFunc(all, func(o *Declaration) bool { return o.Name == d.Name }) {
			err = rooms.BadField("uri", "%q stands here twice", d.URI)
		}
		if err != nil {
			return nil, within(fmt.Sprintf("streams[%d]", i), err)
		}
		all = append(all, d)
	}
	return all, nil
}

// readEntry reads one of a collection's declarations; collection is empty where each says its own.
func readEntry(collection string, entry any) (*Declaration, error) {
	document, ok := entry.(bson.D)
	if !ok {
		return nil, rooms.E(rooms.CodeBadRequest, "must be a declaration: an object")
	}
	if collection == "" {
		return readDeclaration(nil, document)
	}
	uri, _ := get(document, "uri").(string)
	return readDeclaration(&Name{Collection: collection, URI: uri}, document)
}

// DecodeDeclaration reads a declaration as any program may have stored it, with its keys escaped or plain.
func DecodeDeclaration(stored bson.Raw) (*Declaration, error) {
	if len(stored) > maxDeclaration {
		return nil, tooLarge()
	}
	var document bson.D
	if err := bson.Unmarshal(stored, &document); err != nil {
		return nil, rooms.E(rooms.CodeBadRequest, "it cannot be read: %v", err)
	}
	document = slices.DeleteFunc(document, func(e bson.E) bool { return e.Key == "_id" })
	if err := checkShape("", document, 0); err != nil {
		return nil, err
	}
	return readDeclaration(nil, document)
}

func tooLarge() error {
	return rooms.E(rooms.CodeTooLarge, "a declaration has at most %d bytes", maxDeclaration)
}

// parseObject reads one JSON object.
func parseObject(text []byte) (bson.D, error) {
	switch {
	case len(text) > maxDeclaration:
		return nil, tooLarge()
	case !utf8.Valid(text):
		return nil, rooms.E(rooms.CodeBadRequest, "the declaration must be UTF-8")
	case !json.Valid(text):
		return nil, rooms.E(rooms.CodeBadRequest, "the declaration must be one JSON object")
	}
	var document bson.D
	if err := bson.UnmarshalExtJSON(text, false, &document); err != nil {
		return nil, rooms.Wrap(rooms.CodeBadRequest, err, "the declaration must be one JSON object of values that MongoDB can hold")
	}
	return document, checkShape("", document, 0)
}

// checkShape refuses what is too deep, keys that stand twice, and types that no stage needs.
func checkShape(path string, value any, depth int) error {
	if depth > maxDepth {
		return rooms.BadField(path, "lies deeper than %d levels", maxDepth)
	}
	switch v := value.(type) {
	case bson.D:
		seen := make(map[string]bool, len(v))
		for _, e := range v {
			key := unescapeKey(e.Key)
			at := join(path, key)
			if seen[key] {
				return rooms.BadField(at, "stands here twice")
			}
			seen[key] = true
			if !utf8.ValidString(e.Key) || strings.Contains(e.Key, "\x00") {
				return rooms.BadField(path, "has a key that is not UTF-8 or holds NUL")
			}
			if strings.Contains(key, ":.") {
				return rooms.BadField(at, "a colon must not stand before a dot, since :: is read as one")
			}
			if err := checkShape(at, e.Value, depth+1); err != nil {
				return err
			}
		}
	case bson.A:
		for i, element := range v {
			if err := checkShape(fmt.Sprintf("%s[%d]", path, i), element, depth+1); err != nil {
				return err
			}
		}
	case string:
		if !utf8.ValidString(v) {
			return rooms.BadField(path, "must be UTF-8")
		}
	case bson.JavaScript, bson.CodeWithScope, bson.DBPointer:
		return rooms.BadField(path, "code is not allowed here")
	}
	return nil
}

// readDeclaration reads a declaration's fields. name is what it must be called; nil: what it says itself.
func readDeclaration(name *Name, document bson.D) (*Declaration, error) {
	d := &Declaration{Operations: []Operation{Insert, Update, Replace, Delete}, Access: Access{Roles: []string{auth.RoleAdmin}}}
	if name != nil {
		d.Name = *name
	}
	for _, e := range document {
		if err := d.read(name, e.Key, e.Value); err != nil {
			return nil, err
		}
	}
	return d, d.complete(name, get(document, "watch") != nil)
}

// complete holds the fields together.
func (d *Declaration) complete(name *Name, watches bool) error {
	switch {
	case d.URI == "":
		return rooms.BadField("uri", "is required")
	case !regexp.MustCompile(uriPattern).MatchString(d.URI):
		return rooms.BadField("uri", "must be 1 to 128 of the letters, digits and _ . -")
	case !watches && name == nil:
		return rooms.BadField("watch", `is required: {"collection": "posts"}, {"database": true} or {"deployment": true}`)
	case d.Collection == "" && strings.HasPrefix(d.URI, roomFeeds):
		return rooms.BadField("uri", "must not begin with %s: those are the rooms' own", roomFeeds)
	}
	if d.Collection != "" {
		if err := CheckCollection(d.Collection); err != nil {
			return err
		}
	}
	if err := d.checkStages(); err != nil {
		return err
	}
	return d.checkPush()
}

// read reads one field.
func (d *Declaration) read(name *Name, key string, value any) (err error) {
	switch key {
	case "uri":
		uri, ok := value.(string)
		if !ok || name != nil && uri != name.URI {
			return rooms.BadField(key, "must be a string, and the one in the address")
		}
		d.URI = uri
	case "watch":
		return d.readWatch(name, value)
	case "operations":
		d.Operations, err = readOperations(value)
	case "stages":
		d.Stages, err = readStages(value)
	case "vars":
		d.Vars, err = readVars(value)
	case "access":
		d.Access, err = readAccess(value)
	case "create":
		d.Create, err = readCreate(value)
	case "events":
		d.Events, err = readEvents(value)
	case "room":
		var ok bool
		if d.Room, ok = value.(string); !ok || d.Room == "" {
			return rooms.BadField(key, "must be a string like user-{fullDocument.userId}")
		}
	case "fullDocument":
		if value != "updateLookup" {
			return rooms.BadField(key, "must be updateLookup, or be left out")
		}
		d.FullDocument = "updateLookup"
	default:
		return rooms.BadField(key, "is no field of a declaration: those are uri, watch, operations, stages, vars, access, create, events, room, fullDocument")
	}
	return err
}

func (d *Declaration) readWatch(name *Name, value any) error {
	refused := rooms.BadField("watch", `must be {"collection": "posts"}, {"database": true} or {"deployment": true}`)
	document, ok := value.(bson.D)
	if !ok || len(document) != 1 {
		return refused
	}
	collection := ""
	switch what := document[0]; what.Key {
	case "collection":
		if collection, ok = what.Value.(string); !ok || collection == "" {
			return refused
		}
	case "database", "deployment":
		if what.Value != true {
			return refused
		}
		d.Deployment = what.Key == "deployment"
	default:
		return refused
	}
	if name != nil && collection != name.Collection {
		return rooms.BadField("watch", "contradicts the address, which names the collection %q", name.Collection)
	}
	d.Collection = collection
	return nil
}

func readOperations(value any) ([]Operation, error) {
	list, ok := value.(bson.A)
	if !ok || len(list) == 0 {
		return nil, rooms.BadField("operations", "must be an array of insert, update, replace, delete")
	}
	var operations []Operation
	for _, entry := range list {
		text, _ := entry.(string)
		o := Operation(text)
		if !slices.Contains([]Operation{Insert, Update, Replace, Delete}, o) || slices.Contains(operations, o) {
			return nil, rooms.BadField("operations", "must be an array of insert, update, replace, delete, each at most once")
		}
		operations = append(operations, o)
	}
	return operations, nil
}

func readStages(value any) ([]bson.D, error) {
	list, ok := value.(bson.A)
	if !ok || len(list) > maxStages {
		return nil, rooms.BadField("stages", "must be an array of at most %d stages", maxStages)
	}
	stages := make([]bson.D, len(list))
	for i, entry := range list {
		if stages[i], ok = renameKeys(entry, unescapeKey).(bson.D); !ok {
			return nil, rooms.BadField(fmt.Sprintf("stages[%d]", i), "must be an object like {\"$match\": {...}}")
		}
	}
	return stages, nil
}

func readAccess(value any) (Access, error) {
	var a Access
	return a, readFields("access", value, map[string]func(path string, value any) error{
		"roles": rolesInto(&a.Roles), "public": publicInto(&a.Public),
	})
}

func readCreate(value any) (*Create, error) {
	var c Create
	return &c, readFields("create", value, map[string]func(path string, value any) error{
		"roles": rolesInto(&c.Roles), "public": publicInto(&c.Public), "schema": c.readSchema,
	})
}

// readFields reads an object, each field by its own function, and refuses others.
func readFields(path string, value any, fields map[string]func(path string, value any) error) error {
	known := strings.Join(slices.Sorted(maps.Keys(fields)), ", ")
	document, ok := value.(bson.D)
	if !ok {
		return rooms.BadField(path, "must be an object with some of %s", known)
	}
	for _, e := range document {
		at := join(path, e.Key)
		read := fields[e.Key]
		if read == nil {
			return rooms.BadField(at, "is not known here: %s has %s", path, known)
		}
		if err := read(at, e.Value); err != nil {
			return err
		}
	}
	return nil
}

func rolesInto(roles *[]string) func(path string, value any) error {
	return func(path string, value any) error {
		var ok bool
		if *roles, ok = texts(value); !ok {
			return rooms.BadField(path, "must be an array of at most %d strings", maxRoles)
		}
		return nil
	}
}

func publicInto(public *bool) func(path string, value any) error {
	return func(path string, value any) error {
		var ok bool
		if *public, ok = value.(bool); !ok {
			return rooms.BadField(path, "must be true or false")
		}
		return nil
	}
}

// texts reads an array of strings, none of them empty.
func texts(value any) ([]string, bool) {
	list, ok := value.(bson.A)
	if !ok || len(list) > maxRoles {
		return nil, false
	}
	out := make([]string, len(list))
	for i, entry := range list {
		if out[i], ok = entry.(string); !ok || out[i] == "" {
			return nil, false
		}
	}
	return out, true
}

func get(document bson.D, key string) any {
	for _, e := range document {
		if e.Key == key {
			return e.Value
		}
	}
	return nil
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// within says where an error's field stands.
func within(path string, err error) error {
	e := *rooms.AsError(err)
	e.Field, e.Message = join(path, e.Field), path+": "+e.Message
	if e.Field == path+"." {
		e.Field = path
	}
	return &e
}
