package streams

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

var posts = Name{Collection: "posts", URI: "all"}

// TestWhatADeclarationMayNotSay: each is refused by the field at fault.
func TestWhatADeclarationMayNotSay(t *testing.T) {
	stage := func(text string) string { return `{"stages": [` + text + `]}` }
	for text, field := range map[string]string{
		`[]`:                                           "",
		`{"uri": "other"}`:                             "uri",
		`{"uri": 5}`:                                   "uri",
		`{"acess": {}}`:                                "acess",
		`{"watch": {}}`:                                "watch",
		`{"watch": {"collection": "p"}}`:               "watch",
		`{"watch": {"database": true}}`:                "watch",
		`{"operations": []}`:                           "operations",
		`{"operations": ["drop"]}`:                     "operations",
		`{"operations": ["insert", "insert"]}`:         "operations",
		`{"access": true}`:                             "access",
		`{"access": {"role": ["a"]}}`:                  "access.role",
		`{"access": {"roles": "a"}}`:                   "access.roles",
		`{"access": {"public": 1}}`:                    "access.public",
		`{"create": {"schema": 5}}`:                    "create.schema",
		`{"create": {"schema": {"type": "nonsense"}}}`: "create.schema",
		`{"create": {"schema": {"$ref": "http://example.com/s.json"}}}`:             "create.schema",
		`{"fullDocument": "required"}`:                                              "fullDocument",
		`{"room": "user-{fullDocument.u}"}`:                                         "room",
		`{"events": {"insert": "x"}, "room": "all"}`:                                "room",
		`{"events": {"insert": "new_message"}}`:                                     "events.insert",
		`{"events": {"insert": "disconnect"}}`:                                      "events.insert",
		`{"events": {"drop": "x"}}`:                                                 "events.drop",
		`{"events": {"delete": "x"}, "operations": ["insert"]}`:                     "events.delete",
		`{"events": {"insert": "x"}, "stages": [{"$match": {"a": {"$var": "n"}}}]}`: "events",
		`{"uri": "all", "uri": "all"}`:                                              "uri",

		stage(`5`):  "stages[0]",
		stage(`{}`): "stages[0]",
		stage(`{"$match": {}, "$set": {"a": 1}}`):                 "stages[0]",
		stage(`{"$out": "x"}`):                                    "stages[0].$out",
		stage(`{"$lookup": {"from": "users"}}`):                   "stages[0].$lookup",
		stage(`{"$group": {"_id": 1}}`):                           "stages[0].$group",
		stage(`{"_$merge": "x"}`):                                 "stages[0].$merge",
		stage(`{"$ifvar": ["n", {"$out": "x"}]}`):                 "stages[0].$ifvar[1].$out",
		stage(`{"$ifvar": ["n", {"$match": {}}, {"$out": "x"}]}`): "stages[0].$ifvar[2].$out",
		stage(`{"$ifvar": ["n"]}`):                                "stages[0].$ifvar",
		stage(`{"$ifvar": [["a", 5], {"$match": {}}]}`):           "stages[0].$ifvar",

		stage(`{"$match": 5}`):                                       "stages[0].$match",
		stage(`{"$match": {"$var": "n"}}`):                           "stages[0].$match",
		stage(`{"$match": {"$where": "1"}}`):                         "stages[0].$match.$where",
		stage(`{"$match": {"$or": [{"a": 1}, {"$where": "1"}]}}`):    "stages[0].$match.$or[1].$where",
		stage(`{"$match": {"$text": {"$search": "x"}}}`):             "stages[0].$match.$text",
		stage(`{"$match": {"a": {"$near": [1, 2]}}}`):                "stages[0].$match.a.$near",
		stage(`{"$match": {"a": {"$not": {"$where": 1}}}}`):          "stages[0].$match.a.$not.$where",
		stage(`{"$match": {"a": {"$elemMatch": {"$where": 1}}}}`):    "stages[0].$match.a.$elemMatch.$where",
		stage(`{"$match": {"a": {"$in": [{"$gt": 1}]}}}`):            "stages[0].$match.a.$in[0].$gt",
		stage(`{"$match": {"$sampleRate": 0.5}}`):                    "stages[0].$match.$sampleRate",
		stage(`{"$match": {"$expr": {"$function": {"body": "x"}}}}`): "stages[0].$match.$expr.$function",
		stage(`{"$match": {"_route.a": 1}}`):                         "stages[0].$match._route.a",
		stage(`{"$match": {"a": {"$code": "x"}}}`):                   "stages[0].$match.a",

		// Who opens a stream, or writes documents, makes no regular expression.
		stage(`{"$match": {"a": {"$regex": {"$var": "n"}}}}`):                                            "stages[0].$match.a.$regex",
		stage(`{"$match": {"a": {"$regex": "x", "$options": {"$var": "n"}}}}`):                           "stages[0].$match.a.$options",
		stage(`{"$match": {"$or": [{"a": {"$not": {"$regex": {"$var": "n"}}}}]}}`):                       "stages[0].$match.$or[0].a.$not.$regex",
		stage(`{"$match": {"a": {"$elemMatch": {"b": {"$regex": {"$var": "n"}}}}}}`):                     "stages[0].$match.a.$elemMatch.b.$regex",
		stage(`{"$match": {"$jsonSchema": {"properties": {"a": {"pattern": {"$var": "n"}}}}}}`):          "stages[0].$match.$jsonSchema.properties.a.pattern",
		stage(`{"$match": {"$jsonSchema": {"anyOf": [{"pattern": {"$var": "n"}}]}}}`):                    "stages[0].$match.$jsonSchema.anyOf.pattern",
		stage(`{"$match": {"$expr": {"$regexMatch": {"input": "$a", "regex": {"$var": "n"}}}}}`):         "stages[0].$match.$expr.$regexMatch.regex",
		stage(`{"$set": {"a": {"$regexFind": {"input": "$a", "regex": {"$concat": [{"$var": "n"}]}}}}}`): "stages[0].$set.a.$regexFind.regex",
		stage(`{"$set": {"a": {"$regexFindAll": {"input": "$a", "regex": "$fullDocument.p"}}}}`):         "stages[0].$set.a.$regexFindAll.regex",
		stage(`{"$set": {"a": {"$regexMatch": {"input": "$a", "regex": {"$literal": {"$var": "n"}}}}}}`): "stages[0].$set.a.$regexMatch.regex",
		stage(`{"$set": {"a": {"$regexMatch": {"input": "$a", "regex": "x", "options": "$o"}}}}`):        "stages[0].$set.a.$regexMatch.options",
		stage(`{"$ifvar": ["n", {"$match": {"a": {"$regex": {"$var": "n"}}}}]}`):                         "stages[0].$ifvar[1].$match.a.$regex",

		stage(`{"$addFields": {"a": {"$function": {"body": "x"}}}}`):               "stages[0].$addFields.a.$function",
		stage(`{"$addFields": {"a": {"$cond": [true, {"$accumulator": {}}, 1]}}}`): "stages[0].$addFields.a.$cond[1].$accumulator",
		stage(`{"$addFields": {"a": {"$rand": {}}}}`):                              "stages[0].$addFields.a.$rand",
		stage(`{"$addFields": {"a": {"$add": 1, "$function": 2}}}`):                "stages[0].$addFields.a.$add",
		stage(`{"$addFields": {"a": {"b": {"$function": 2}}}}`):                    "stages[0].$addFields.a.b.$function",
		stage(`{"$replaceRoot": {"newRoot": {"$function": 1}}}`):                   "stages[0].$replaceRoot.newRoot.$function",
		stage(`{"$redact": {"$cond": [{"$function": 1}, "$$KEEP", "$$PRUNE"]}}`):   "stages[0].$redact.$cond[0].$function",
		stage(`{"$project": {"_id": 0}}`):                                          "stages[0].$project._id",
		stage(`{"$project": {"_id::_data": 1}}`):                                   "stages[0].$project._id._data",
		stage(`{"$set": {"_id": 1}}`):                                              "stages[0].$set._id",
		stage(`{"$unset": "_id"}`):                                                 "stages[0].$unset",
		stage(`{"$unset": ["a", "_id._data"]}`):                                    "stages[0].$unset",
		stage(`{"$set": {"_route": 1}}`):                                           "stages[0].$set._route",
		stage(`{"$set": {"a": "$_route.fullDocument"}}`):                           "stages[0].$set.a",

		stage(`{"$match": {"a": {"$var": 5}}}`):                              "stages[0].$match.a.$var",
		stage(`{"$match": {"a": {"$var": "n", "b": 1}}}`):                    "stages[0].$match.a.$var",
		stage(`{"$match": {"a": {"$var": "avars"}}}`):                        "stages[0].$match.a.$var",
		stage(`{"$match": {"a": {"$var": "a b"}}}`):                          "stages[0].$match.a.$var",
		`{"vars": {"m": {}}, "stages": [{"$match": {"a": {"$var": "n"}}}]}`:  "stages[0].$match.a.$var",
		`{"vars": {"m": {}}, "stages": [{"$ifvar": ["n", {"$match": {}}]}]}`: "stages[0].$ifvar",
		`{"vars": {"after": {}}}`:                                            "vars.after",
		`{"vars": {"n": {"type": "decimal"}}}`:                               "vars.n.type",
		`{"vars": {"n": {"typ": "int"}}}`:                                    "vars.n.typ",
		`{"vars": {"n": {"type": "int", "default": "x"}}}`:                   "vars.n.default",
		`{"vars": {"n": {"from": "token"}}}`:                                 "vars.n.from",
		`{"vars": {"sub": {"from": "token", "default": "x"}}}`:               "vars.sub.from",
		`{"vars": {"n": {"required": "yes"}}}`:                               "vars.n.required",
	} {
		d, err := ParseDeclaration(posts, []byte(text))
		if e := rooms.AsError(err); e == nil || e.Code != rooms.CodeBadRequest || e.Field != field {
			t.Errorf("%s: %v (field %q), %v; want BAD_REQUEST of %q", text, d, fieldName(e), err, field)
		}
	}
	deep := strings.Repeat(`{"$not": `, maxDepth) + `1` + strings.Repeat(`}`, maxDepth)
	for name, text := range map[string][]byte{
		"deep": []byte(stage(`{"$match": {"a": ` + deep + `}}`)), "not UTF-8": []byte("{\"room\": \"\xff\"}"), "cut off": []byte(`{"uri"`),
		"two": []byte(`{} {}`), "large": bytes.Repeat([]byte(" "), maxDeclaration+1), "many stages": []byte(stage(strings.Repeat(`{"$match": {}},`, maxStages) + `{"$match": {}}`)),
	} {
		if d, err := ParseDeclaration(posts, text); err == nil {
			t.Errorf("%s: taken as %v", name, d)
		}
	}
	for _, name := range []Name{{"posts", ""}, {"posts", "a b"}, {"posts", strings.Repeat("a", 129)}, {"", "room-general"}, {"system.users", "all"}, {"a$b", "all"}, {"api", "all"}} {
		if d, err := ParseDeclaration(name, []byte(`{}`)); err == nil {
			t.Errorf("%v: taken as %v", name, d)
		}
	}
}

func TestNamesOfVariables(t *testing.T) {
	for name, ok := range map[string]bool{
		"n": true, "_": true, "userId2": true, strings.Repeat("a", 64): true,
		"": false, "2n": false, "a b": false, "a.b": false, "a-b": false, "é": false, "a\n": false, strings.Repeat("a", 65): false,
	} {
		if isVariableName(name) != ok {
			t.Errorf("%q: %v", name, !ok)
		}
	}
}

func fieldName(e *rooms.Error) string {
	if e == nil {
		return ""
	}
	return e.Field
}

// everyField uses all a declaration has, but for what excludes one another.
const everyField = `{"uri": "all", "watch": {"collection": "posts"}, "operations": ["update", "insert"], "fullDocument": "updateLookup",
	"access": {"roles": ["staff"], "public": true},
	"create": {"roles": ["$unauthenticated"], "schema": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {"a.b": {"type": "string"}}}},
	"vars": {"n": {"type": "int", "default": 5}, "d": {"type": "date", "required": false}, "sub": {"from": "token"}, "o": {"type": "objectId", "required": false}},
	"stages": [{"$match": {"fullDocument.a": {"$var": "sub"}, "$or": [{"fullDocument.n": {"$gte": {"$var": "n"}}}, {"fullDocument.t": {"$regex": "^a", "$options": "i"}}]}},
		{"$ifvar": [["d", "o"], {"$match": {"fullDocument.d": {"$lt": {"$var": "d"}}}}, {"$addFields": {"x": {"$add": [1, {"$size": {"$ifNull": ["$fullDocument.l", []]}}]}}}]},
		{"$project": {"fullDocument": 1, "operationType": 1}}]}`

// TestADeclarationIsTheSameHoweverItIsKept: as JSON, as BSON escaped, and plain.
func TestADeclarationIsTheSameHoweverItIsKept(t *testing.T) {
	for _, text := range []string{
		everyField, `{}`,
		`{"events": {"insert": "post_added", "delete": "post_removed"}, "room": "user-{fullDocument.userId}"}`,
	} {
		checkRoundTrip(t, posts, []byte(text))
	}
	for _, text := range []string{`{"watch": {"database": true}}`, `{"watch": {"deployment": true}}`} {
		checkRoundTrip(t, Name{URI: "all"}, []byte(text))
	}
	escaped := strings.NewReplacer(`"$`, `"_$`, `fullDocument.`, `fullDocument::`).Replace(`{"stages": [{"$match": {"fullDocument.a": {"$var": "n"}}}]}`)
	plain := `{"stages": [{"$match": {"fullDocument.a": {"$var": "n"}}}]}`
	if a, b := declaredAs(t, posts, escaped), declaredAs(t, posts, plain); a != b {
		t.Errorf("escaped it is\n%s, plain\n%s", a, b)
	}
}

func declaredAs(t testing.TB, name Name, text string) string {
	t.Helper()
	d, err := ParseDeclaration(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return identity(d.Document())
}

// checkRoundTrip returns false where the text is no declaration.
func checkRoundTrip(t testing.TB, name Name, text []byte) bool {
	t.Helper()
	d, err := ParseDeclaration(name, text)
	if err != nil {
		if rooms.AsError(err).Code == rooms.CodeInternal {
			t.Fatalf("%s: %v", text, err)
		}
		return false
	}
	stored, err := bson.Marshal(d.Document())
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	renameKeys(d.Document(), func(key string) string {
		if strings.HasPrefix(key, "$") || strings.Contains(key, ".") {
			t.Errorf("%s is stored with the key %s", text, key)
		}
		return key
	})
	again, err := DecodeDeclaration(stored)
	if err != nil {
		t.Fatalf("%s cannot be read back: %v", text, err)
	}
	if identity(again.Document()) != identity(d.Document()) || again.Name != d.Name {
		t.Errorf("%s is\n%v, read back\n%v", text, d.Document(), again.Document())
	}
	shown, err := d.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseDeclaration(d.Name, shown); err != nil {
		t.Errorf("%s is shown as %s, which is none: %v", text, shown, err)
	}
	return true
}

// TestVariablesAreTyped is what each type takes from JSON and from a URL, and what it refuses.
func TestVariablesAreTyped(t *testing.T) {
	id := bson.ObjectID{1, 2, 3}
	for _, c := range []struct {
		of   VarType
		text string
		want any // nil: refused
	}{
		{TypeString, `"a"`, "a"}, {TypeString, `"$gt"`, "$gt"}, {TypeString, `5`, nil}, {TypeString, `{"$gt": ""}`, nil}, {TypeString, `["a"]`, nil},
		{TypeString, `null`, nil}, {TypeString, `"a\u0000b"`, nil}, {TypeString, "\"\xff\"", nil}, {TypeString, `"` + strings.Repeat("a", maxValue+1) + `"`, nil},
		{TypeString, `{"$oid": "010203000000000000000000"}`, nil},
		{TypeInt, `5`, int32(5)}, {TypeInt, `"5"`, int32(5)}, {TypeInt, `{"$numberInt": "5"}`, int32(5)}, {TypeInt, `5.0`, nil}, {TypeInt, `2147483648`, nil}, {TypeInt, `"x"`, nil}, {TypeInt, `true`, nil},
		{TypeInt, `{"$gt": 5}`, nil}, {TypeInt, `{"$numberLong": "5"}`, nil},
		{TypeLong, `9007199254740993`, int64(9007199254740993)}, {TypeLong, `{"$numberLong": "5"}`, int64(5)}, {TypeLong, `9223372036854775808`, nil},
		{TypeDouble, `1.5`, 1.5}, {TypeDouble, `"5"`, 5.0}, {TypeDouble, `"NaN"`, nil}, {TypeDouble, `{"$numberDouble": "Infinity"}`, nil}, {TypeDouble, `1e999`, nil},
		{TypeBool, `true`, true}, {TypeBool, `"false"`, false}, {TypeBool, `1`, nil}, {TypeBool, `"yes"`, nil},
		{TypeDate, `"2026-01-02T03:04:05.006Z"`, bson.DateTime(1767323045006)}, {TypeDate, `1767323045006`, bson.DateTime(1767323045006)}, {TypeDate, `{"$date": "2026-01-02T03:04:05.006Z"}`, bson.DateTime(1767323045006)}, {TypeDate, `"yesterday"`, nil},
		{TypeObjectID, `"010203000000000000000000"`, id}, {TypeObjectID, `{"$oid": "010203000000000000000000"}`, id}, {TypeObjectID, `"0102"`, nil}, {TypeObjectID, `5`, nil},
	} {
		got, err := readValue(c.of, []byte(c.text))
		if c.want == nil {
			if err == nil {
				t.Errorf("%s from %s is %v", c.of, c.text, got)
			}
			continue
		}
		if err != nil || !got.Equal(raw(c.want)) {
			t.Errorf("%s from %s is %v, %v; want %v", c.of, c.text, got, err, c.want)
		}
	}
}

// TestBinding is who gives which variable, and what is missing.
func TestBinding(t *testing.T) {
	parse := func(text string) *Declaration {
		t.Helper()
		d, err := ParseDeclaration(posts, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	ann := Caller{Known: true}
	ann.User.ID, ann.User.Name, ann.User.Roles = "ann", "Ann", []string{"staff"}
	implicit := parse(`{"stages": [{"$match": {"a": {"$var": "a"}}}, {"$ifvar": ["b", {"$match": {"b": {"$var": "b"}}}, {"$match": {"c": 1}}]}]}`)
	declared := parse(everyField)
	mine := parse(`{"vars": {"sub": {"from": "token"}, "name": {"from": "token"}, "roles": {"from": "token"}},
		"stages": [{"$match": {"u": {"$var": "sub"}, "n": {"$var": "name"}, "r": {"$in": {"$var": "roles"}}}}]}`)
	for _, c := range []struct {
		d      *Declaration
		vars   map[string]Value
		caller Caller
		want   string // the stages, or the error
	}{
		{implicit, map[string]Value{"a": Value(`"x"`)}, ann, `[{"$match":{"a":"x"}},{"$match":{"c":1}}]`},
		{implicit, map[string]Value{"a": Value(`"x"`), "b": Value(`"y"`)}, ann, `[{"$match":{"a":"x"}},{"$match":{"b":"y"}}]`},
		{implicit, map[string]Value{"b": Value(`"y"`)}, ann, `BAD_REQUEST vars.a QueryVariableNotBound variable a not bound`},
		{implicit, map[string]Value{"a": Value(`"x"`), "z": Value(`"y"`)}, ann, `BAD_REQUEST vars.z  vars.z: this stream has no such variable`},
		{implicit, map[string]Value{"a": Value(`{"$gt": ""}`)}, ann, `BAD_REQUEST vars.a  vars.a: must be a value of the type string: an object or an operator is none`},
		{declared, map[string]Value{"sub": Value(`"bob"`)}, ann, `BAD_REQUEST vars.sub  vars.sub: is taken from the token and cannot be given`},
		{declared, nil, Caller{}, `UNAUTHENTICATED   a valid token is needed: this stream is about whoever opens it`},
		{mine, nil, ann, `[{"$match":{"u":"ann","n":"Ann","r":{"$in":["staff"]}}}]`},
	} {
		b, err := c.d.bind(c.vars, c.caller)
		got := ""
		if e := rooms.AsError(err); e != nil {
			got = fmt.Sprintf("%s %s %s %s", e.Code, e.Field, e.Reason, e.Message)
		} else {
			got = string(extended(t, b.pipeline()))
		}
		if got != c.want {
			t.Errorf("%v:\ngot  %s\nwant %s", c.vars, got, c.want)
		}
	}
	b, err := declared.bind(nil, ann)
	if err != nil || b.values["n"].Int32() != 5 {
		t.Errorf("a default: %v, %v", b.values, err)
	}
}

func extended(t testing.TB, pipeline []bson.D) []byte {
	t.Helper()
	text, err := bson.MarshalExtJSON(bson.D{{Key: "p", Value: pipeline}}, false, false)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(bytes.TrimPrefix(text, []byte(`{"p":`)), []byte(`}`))
}

// TestAValueInAnExpressionIsNoPath: "$fullDocument.secret" is a text, wherever it is put.
func TestAValueInAnExpressionIsNoPath(t *testing.T) {
	d, err := ParseDeclaration(posts, []byte(`{"stages": [
		{"$match": {"a": {"$var": "v"}, "$expr": {"$eq": ["$b", {"$var": "v"}]}}},
		{"$addFields": {"x": {"$var": "v"}, "y": {"$concat": [{"$var": "v"}, "-"]}, "z": {"$literal": [{"$var": "v"}]}}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	b, err := d.bind(map[string]Value{"v": Value(`"$fullDocument.secret"`)}, Caller{})
	if err != nil {
		t.Fatal(err)
	}
	const want = `[{"$match":{"a":"$fullDocument.secret","$expr":{"$eq":["$b",{"$literal":"$fullDocument.secret"}]}}},` +
		`{"$addFields":{"x":{"$literal":"$fullDocument.secret"},"y":{"$concat":[{"$literal":"$fullDocument.secret"},"-"]},"z":{"$literal":["$fullDocument.secret"]}}}]`
	if got := string(extended(t, b.pipeline())); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// seeds are declarations for the fuzz tests to begin with.
func seeds() []string {
	return []string{
		everyField, `{}`, `{"stages": [{"_$match": {"_$or": [{"operationType": "insert"}, {"fullDocument::name": {"_$var": "n"}}]}}]}`,
		`{"stages": [{"$ifvar": ["n", {"$set": {"a": {"$cond": [true, {"$literal": {"$out": 1}}, 2]}}}]}]}`,
		`{"stages": [{"$match": {"a": {"$not": {"$elemMatch": {"$gt": {"$var": "v"}}}}}}]}`, `{"events": {"insert": "a"}, "room": "admin"}`,
	}
}

// FuzzParseDeclaration: no text makes it panic, and what it takes is kept and shown unchanged, with no operator that is not
// allowed.
func FuzzParseDeclaration(f *testing.F) {
	for _, seed := range seeds() {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !checkRoundTrip(t, posts, text) {
			return
		}
		d, _ := ParseDeclaration(posts, text)
		for _, b := range d.samples() {
			for _, stage := range b.pipeline() {
				if !slices.Contains([]string{"$match", "$project", "$addFields", "$set", "$unset", "$replaceRoot", "$redact"}, stage[0].Key) {
					t.Fatalf("%s has the stage %s", text, stage[0].Key)
				}
				if bad := forbidden(stage[0].Value); bad != "" {
					t.Fatalf("%s has %s", text, bad)
				}
			}
			newPlan(b)
		}
	})
}

// forbidden finds what must never reach a database, outside of $literal.
func forbidden(value any) string {
	switch v := value.(type) {
	case bson.D:
		for _, e := range v {
			if e.Key == "$literal" || e.Key == "$jsonSchema" || e.Key == "$comment" {
				continue
			}
			if slices.Contains([]string{"$where", "$function", "$accumulator", "$lookup", "$out", "$merge", "$var", "$ifvar", "$rand"}, e.Key) {
				return e.Key
			}
			if bad := forbidden(e.Value); bad != "" {
				return bad
			}
		}
	case bson.A:
		for _, element := range v {
			if bad := forbidden(element); bad != "" {
				return bad
			}
		}
	}
	return ""
}

// FuzzReadValue: a value that is taken is a scalar of its type, and never a document.
func FuzzReadValue(f *testing.F) {
	for _, seed := range []string{`"a"`, `5`, `{"$gt": 1}`, `{"$oid": "010203000000000000000000"}`, `"2026-01-02T03:04:05Z"`, `{"$date": {"$numberLong": "5"}}`, `[1]`, `null`} {
		f.Add([]byte(seed))
	}
	kinds := map[VarType]bson.Type{
		TypeString: bson.TypeString, TypeInt: bson.TypeInt32, TypeLong: bson.TypeInt64, TypeDouble: bson.TypeDouble, TypeBool: bson.TypeBoolean,
		TypeDate: bson.TypeDateTime, TypeObjectID: bson.TypeObjectID,
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for of, kind := range kinds {
			if v, err := readValue(of, text); err == nil && v.Type != kind {
				t.Fatalf("%s from %s is a %v", of, text, v.Type)
			}
		}
	})
}

// FuzzDecodeDeclaration: no document that a program stores makes it panic.
func FuzzDecodeDeclaration(f *testing.F) {
	for _, seed := range seeds() {
		d, err := ParseDeclaration(posts, []byte(seed))
		if err != nil {
			f.Fatal(err)
		}
		stored, err := bson.Marshal(d.Document())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(stored)
	}
	f.Fuzz(func(t *testing.T, stored []byte) {
		if bson.Raw(stored).Validate() != nil {
			return
		}
		if d, err := DecodeDeclaration(stored); err == nil {
			d.Document()
		}
	})
}
