package streams

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

// maxValue bounds a variable's value, in bytes: keys and names, not documents.
const maxValue = 1024

// claims are what a variable can take from a token.
func isClaim(name string) bool { return slices.Contains([]string{"sub", "name", "roles"}, name) }

func isVarType(t VarType) bool {
	return slices.Contains([]VarType{TypeString, TypeInt, TypeLong, TypeDouble, TypeBool, TypeDate, TypeObjectID}, t)
}

// readVars reads {name: {type, required, default, from}}.
func readVars(value any) (map[string]Var, error) {
	document, ok := value.(bson.D)
	if !ok || len(document) > maxVars {
		return nil, rooms.BadField("vars", "must be an object of at most %d variables", maxVars)
	}
	vars := map[string]Var{}
	c := newChecker(nil)
	for _, e := range document {
		path := join("vars", e.Key)
		if err := c.name(path, e.Key); err != nil {
			return nil, err
		}
		fields, ok := e.Value.(bson.D)
		if !ok {
			return nil, rooms.BadField(path, "must be {type, required, default, from}")
		}
		v, err := readVar(path, e.Key, fields)
		if err != nil {
			return nil, err
		}
		vars[e.Key] = v
	}
	return vars, nil
}

func readVar(path, name string, fields bson.D) (Var, error) {
	v := Var{Type: TypeString, Required: get(fields, "default") == nil}
	var given any
	for _, e := range fields {
		at := join(path, e.Key)
		switch e.Key {
		case "type":
			text, _ := e.Value.(string)
			if v.Type = VarType(text); !isVarType(v.Type) {
				return v, rooms.BadField(at, "must be string, int, long, double, bool, date or objectId")
			}
		case "required":
			required, ok := e.Value.(bool)
			if !ok {
				return v, rooms.BadField(at, "must be true or false")
			}
			v.Required = required
		case "default":
			given = e.Value
		case "from":
			if e.Value != "client" && e.Value != "token" {
				return v, rooms.BadField(at, "must be client or token")
			}
			if e.Value == "token" {
				v.Claim = name
			}
		default:
			return v, rooms.BadField(at, "is not known here: a variable has type, required, default and from")
		}
	}
	if v.Claim != "" && (!isClaim(name) || v.Type != TypeString || given != nil) {
		return v, rooms.BadField(join(path, "from"), "token gives sub, name and roles, which are strings and have no default")
	}
	if given == nil {
		return v, nil
	}
	text, err := json.Marshal(plainJSON(given))
	if err == nil {
		v.Default, err = readValue(v.Type, text)
	}
	if err != nil {
		return v, rooms.BadField(join(path, "default"), "must be a value of the type %s", v.Type)
	}
	return v, nil
}

// plainJSON gives a scalar of BSON as encoding/json writes what readValue reads.
func plainJSON(value any) any {
	switch v := value.(type) {
	case bson.DateTime:
		return v.Time().UTC().Format(time.RFC3339Nano)
	case bson.ObjectID:
		return v.Hex()
	}
	return value
}

// readValue reads a value of a type from JSON. The errors say what is wrong, without the variable's name.
func readValue(t VarType, text []byte) (bson.RawValue, error) {
	refused := rooms.E(rooms.CodeBadRequest, "must be a value of the type %s", t)
	switch {
	case len(text) > 6*maxValue+2 || !utf8.Valid(text) || !json.Valid(text): // each byte may be written \u00xx
		return bson.RawValue{}, refused
	case strings.HasPrefix(strings.TrimLeft(string(text), " \t\r\n"), "{"):
		return readWrapped(t, text)
	}
	var value any
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil {
		return bson.RawValue{}, refused
	}
	typed, ok := typedValue(t, value)
	if !ok {
		return bson.RawValue{}, refused
	}
	return raw(typed), nil
}

func raw(value any) bson.RawValue {
	kind, data, err := bson.MarshalValue(value)
	if err != nil {
		panic(err) // scalars and arrays of strings have a BSON form
	}
	return bson.RawValue{Type: kind, Value: data}
}

// readWrapped reads a value in extended JSON, like {"$oid": "…"}. Any other document is refused: with an operator in it, it
// would be no value.
func readWrapped(t VarType, text []byte) (bson.RawValue, error) {
	var document bson.D
	wrapped := append(append([]byte(`{"v":`), text...), '}')
	if err := bson.UnmarshalExtJSON(wrapped, false, &document); err != nil || len(document) != 1 {
		return bson.RawValue{}, rooms.E(rooms.CodeBadRequest, "must be a value of the type %s", t)
	}
	ok := false
	switch v := document[0].Value.(type) {
	case int32:
		ok = t == TypeInt || t == TypeLong
		if t == TypeLong {
			document[0].Value = int64(v)
		}
	case int64:
		ok = t == TypeLong
	case float64:
		ok = t == TypeDouble && !math.IsNaN(v) && !math.IsInf(v, 0)
	case bson.DateTime:
		ok = t == TypeDate
	case bson.ObjectID:
		ok = t == TypeObjectID
	}
	if !ok {
		return bson.RawValue{}, rooms.E(rooms.CodeBadRequest, "must be a value of the type %s: an object or an operator is none", t)
	}
	return raw(document[0].Value), nil
}

// typedValue gives a JSON value its type. A string that spells a number, bool, date or ObjectId will do.
func typedValue(t VarType, value any) (any, bool) {
	text, isText := value.(string)
	number, isNumber := value.(json.Number)
	if isNumber {
		text = number.String()
	}
	if t == TypeString {
		return text, isText && len(text) <= maxValue && !strings.Contains(text, "\x00")
	}
	if b, isBool := value.(bool); isBool {
		return b, t == TypeBool
	}
	if !isText && !isNumber {
		return nil, false
	}
	switch t {
	case TypeInt:
		n, err := strconv.ParseInt(text, 10, 32)
		return int32(n), err == nil
	case TypeLong:
		n, err := strconv.ParseInt(text, 10, 64)
		return n, err == nil
	case TypeDouble:
		f, err := strconv.ParseFloat(text, 64)
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) // neither can be compared
	case TypeBool:
		return text == "true", isText && (text == "true" || text == "false")
	case TypeDate:
		return typedDate(text, isNumber)
	case TypeObjectID:
		id, err := bson.ObjectIDFromHex(text)
		return id, err == nil && isText
	}
	return nil, false
}

// typedDate reads RFC 3339, or milliseconds since 1970.
func typedDate(text string, isNumber bool) (any, bool) {
	if isNumber {
		ms, err := strconv.ParseInt(text, 10, 64)
		return bson.DateTime(ms), err == nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	return bson.NewDateTimeFromTime(at), err == nil
}
