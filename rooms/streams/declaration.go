package streams

import (
	"encoding/json"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

// Name names a declared stream, in the form "posts/all"; "all" is of a database or of the deployment.
type Name struct {
	Collection string // empty: of a database or the deployment
	URI        string // unique within its collection
}

func (n Name) String() string {
	if n.Collection == "" {
		return n.URI
	}
	return n.Collection + "/" + n.URI
}

// ParseName reads what String writes. What it returns may name no stream that exists.
func ParseName(text string) (Name, error) {
	collection, uri, found := strings.Cut(text, "/")
	if !found {
		collection, uri = "", text
	}
	if found && collection == "" || uri == "" || strings.Contains(uri, "/") {
		return Name{}, rooms.BadField("uri", "must be like posts/all, or all for a stream of a database or the deployment")
	}
	return Name{Collection: collection, URI: uri}, nil
}

// Operation is a kind of change.
type Operation string

// The kinds of changes a stream can tell of. Initial is no change: it carries a document that was there when the
// stream was opened with initial.
const (
	Insert  Operation = "insert"
	Update  Operation = "update"
	Replace Operation = "replace"
	Delete  Operation = "delete"
	Initial Operation = "initial"
)

// Declaration is a declared stream. It does not change once it is made.
type Declaration struct {
	Name
	Deployment   bool                 // watches the whole deployment; then Collection is empty
	Operations   []Operation          // never empty
	Stages       []bson.D             // keys as MongoDB wants them, with $var and $ifvar; values as BSON decodes them into any
	Vars         map[string]Var       // nil: none are declared, and each $var is a string from the client
	Access       Access               // who may open it
	Create       *Create              // who may insert into the collection through roomstream; nil: admins
	Events       map[Operation]string // not nil: pushed to sockets that did not subscribe, under these names
	Room         string               // template of whom a push is for; empty: every socket that Access lets open it
	FullDocument string               // "updateLookup" or empty
}

// Access says who may open a stream.
type Access struct {
	Roles  []string `json:"roles,omitempty"`  // global roles of a token; RoleUnauthenticated: everybody
	Public bool     `json:"public,omitempty"` // everybody, with or without a token
}

// Create says who may insert documents, and which.
type Create struct {
	Roles  []string        `json:"roles,omitempty"`
	Public bool            `json:"public,omitempty"`
	Schema json.RawMessage `json:"schema,omitempty"` // a JSON Schema; empty: any document

	schema   bson.D // Schema, with its keys in order
	compiled *jsonschema.Schema
}

// RoleUnauthenticated in Access.Roles or Create.Roles means everybody.
const RoleUnauthenticated = "$unauthenticated"

// VarType is the type of a variable's values.
type VarType string

// The types of variables. Claim lists of a token are strings in an array.
const (
	TypeString   VarType = "string"
	TypeInt      VarType = "int"
	TypeLong     VarType = "long"
	TypeDouble   VarType = "double"
	TypeBool     VarType = "bool"
	TypeDate     VarType = "date"
	TypeObjectID VarType = "objectId"
)

// Var is a declared variable.
type Var struct {
	Type     VarType
	Required bool
	Default  bson.RawValue // zero: none
	Claim    string        // sub, roles or name: taken from the caller's token, and a client cannot set it; empty: from the client
}

// Allows says whether the roles let somebody in. An admin is always let in.
func (a Access) Allows(c Caller) bool { return allows(a.Public, a.Roles, c) }

// Allows says whether the roles let somebody insert.
func (c *Create) Allows(caller Caller) bool {
	if c == nil {
		return allows(false, nil, caller)
	}
	return allows(c.Public, c.Roles, caller)
}
