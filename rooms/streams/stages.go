package streams

import (
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

// maxVariable is the longest name of a variable, in bytes.
const maxVariable = 64

// isVariableName says whether a name is letters, digits and _, no digit first. Whoever opens a stream has its names
// checked, so it is no regular expression, which would be compiled each time.
func isVariableName(name string) bool {
	for i := range len(name) {
		switch c := name[i]; {
		case c == '_', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		case '0' <= c && c <= '9' && i > 0:
		default:
			return false
		}
	}
	return name != "" && len(name) <= maxVariable
}

// checker walks through stages, refuses what is not allowed, and notes where variables stand.
type checker struct {
	declared map[string]Var // nil: every name is a variable's
	guards   []string       // the variables that are there where the walk is
	needed   map[string]bool
	names    map[string]bool
}

// checkStages holds the stages to what is allowed. Where no variables are declared it finds them.
func (d *Declaration) checkStages() error {
	c := newChecker(d.Vars)
	return c.stages("stages", d.Stages)
}

func newChecker(declared map[string]Var) *checker {
	return &checker{declared: declared, needed: map[string]bool{}, names: map[string]bool{}}
}

func (c *checker) stages(path string, stages []bson.D) error {
	for i, stage := range stages {
		if err := c.stage(fmt.Sprintf("%s[%d]", path, i), stage); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) stage(path string, stage bson.D) error {
	if len(stage) != 1 {
		return rooms.BadField(path, "must have one key, like {\"$match\": {...}}")
	}
	name, value := stage[0].Key, stage[0].Value
	path = join(path, name)
	switch name {
	case "$ifvar":
		return c.ifvar(path, value)
	case "$match":
		return c.query(path, value)
	case "$project", "$addFields", "$set":
		return c.fields(path, value)
	case "$unset":
		return checkUnset(path, value)
	case "$replaceRoot":
		root, ok := value.(bson.D)
		if !ok || len(root) != 1 || root[0].Key != "newRoot" {
			return rooms.BadField(path, "must be {newRoot: expression}")
		}
		return c.expression(join(path, "newRoot"), root[0].Value)
	case "$redact":
		return c.expression(path, value)
	}
	return rooms.BadField(path, "is not allowed: stages are $match, $project, $addFields, $set, $unset, $replaceRoot, $redact and $ifvar")
}

// ifvar checks ["n", stage, else?] and [["a", "b"], stage, else?].
func (c *checker) ifvar(path string, value any) error {
	names, stage, otherwise, ok := readIfvar(value)
	if !ok {
		return rooms.BadField(path, `must be ["n", stage] or [["a", "b"], stage, else]`)
	}
	for _, name := range names {
		if err := c.name(path, name); err != nil {
			return err
		}
	}
	before := c.guards
	c.guards = append(slices.Clone(before), names...)
	err := c.stage(path+"[1]", stage)
	c.guards = before
	if err != nil || otherwise == nil {
		return err
	}
	return c.stage(path+"[2]", otherwise)
}

func readIfvar(value any) (names []string, stage, otherwise bson.D, ok bool) {
	parts, isArray := value.(bson.A)
	if !isArray || len(parts) < 2 || len(parts) > 3 {
		return nil, nil, nil, false
	}
	if name, isName := parts[0].(string); isName {
		names = []string{name}
	} else if names, ok = texts(parts[0]); !ok || len(names) == 0 {
		return nil, nil, nil, false
	}
	if stage, ok = parts[1].(bson.D); !ok {
		return nil, nil, nil, false
	}
	if len(parts) == 3 {
		if otherwise, ok = parts[2].(bson.D); !ok || otherwise == nil {
			return nil, nil, nil, false
		}
	}
	return names, stage, otherwise, true
}

// name checks and notes a variable's name.
func (c *checker) name(path, name string) error {
	if !isVariableName(name) {
		return rooms.BadField(path, "%q is no name of a variable: letters, digits and _, at most %d, no digit first", name, maxVariable)
	}
	if slices.Contains(reservedVars(), name) {
		return rooms.BadField(path, "%q is a reserved name: choose another for the variable", name)
	}
	if _, ok := c.declared[name]; c.declared != nil && !ok {
		return rooms.BadField(path, "the variable %q is not declared in vars", name)
	}
	c.names[name] = true
	return nil
}

// reservedVars are what a URL has besides variables.
func reservedVars() []string { return []string{"avars", "json", "after", "initial", "token"} }

// isVar reads {"$var": "n"}.
func isVar(value any) (name any, ok bool) {
	d, isDocument := value.(bson.D)
	if !isDocument || !slices.ContainsFunc(d, func(e bson.E) bool { return e.Key == "$var" }) {
		return nil, false
	}
	if len(d) != 1 {
		return nil, true
	}
	return d[0].Value, true
}

// variable notes a variable where one stands.
func (c *checker) variable(path string, value any) (is bool, err error) {
	given, ok := isVar(value)
	if !ok {
		return false, nil
	}
	name, ok := given.(string)
	if !ok {
		return true, rooms.BadField(join(path, "$var"), `must stand alone, as {"$var": "name"}`)
	}
	if err := c.name(join(path, "$var"), name); err != nil {
		return true, err
	}
	if !slices.Contains(c.guards, name) {
		c.needed[name] = true
	}
	return true, nil
}

// query checks a filter.
func (c *checker) query(path string, value any) error {
	filter, ok := value.(bson.D)
	if !ok {
		return rooms.BadField(path, "must be an object")
	}
	if is, _ := isVar(value); is != nil {
		return rooms.BadField(path, "a variable cannot stand for a filter, only for a value in it")
	}
	for _, e := range filter {
		at := join(path, e.Key)
		var err error
		switch {
		case strings.Contains(e.Key, routeField):
			err = rooms.BadField(at, "%s is the server's own field", routeField)
		case e.Key == "$and" || e.Key == "$or" || e.Key == "$nor":
			err = c.queries(at, e.Value)
		case e.Key == "$expr":
			err = c.expression(at, e.Value)
		case e.Key == "$comment", e.Key == "$jsonSchema":
			if err = schemaPatterns(at, e.Value); err == nil {
				err = c.literal(at, e.Value)
			}
		case strings.HasPrefix(e.Key, "$"):
			err = rooms.BadField(at, "is not allowed in a $match")
		default:
			err = c.operand(at, e.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) queries(path string, value any) error {
	list, ok := value.(bson.A)
	if !ok || len(list) == 0 {
		return rooms.BadField(path, "must be an array of at least one filter")
	}
	for i, part := range list {
		if err := c.query(fmt.Sprintf("%s[%d]", path, i), part); err != nil {
			return err
		}
	}
	return nil
}

// operand checks what stands behind a field's name in a filter: a value, or operators.
func (c *checker) operand(path string, value any) error {
	if is, err := c.variable(path, value); is {
		return err
	}
	d, ok := value.(bson.D)
	if !ok || len(d) == 0 || !strings.HasPrefix(d[0].Key, "$") {
		return c.literal(path, value)
	}
	for _, e := range d {
		at := join(path, e.Key)
		if !isQueryOperator(e.Key) {
			return rooms.BadField(at, "is not allowed in a $match")
		}
		var err error
		switch inner, isDocument := e.Value.(bson.D); {
		case e.Key == "$not":
			err = c.operand(at, e.Value)
		case e.Key == "$elemMatch" && isDocument && len(inner) > 0 && isQueryOperator(inner[0].Key):
			err = c.operand(at, e.Value)
		case e.Key == "$elemMatch":
			err = c.query(at, e.Value)
		case e.Key == "$all":
			err = c.all(at, e.Value)
		case e.Key == "$regex", e.Key == "$options":
			err = pattern(at, e.Value)
		default:
			err = c.literal(at, e.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// all checks what $all holds: values, or $elemMatch.
func (c *checker) all(path string, value any) error {
	list, ok := value.(bson.A)
	if !ok {
		return c.literal(path, value)
	}
	for i, part := range list {
		if err := c.operand(fmt.Sprintf("%s[%d]", path, i), part); err != nil {
			return err
		}
	}
	return nil
}

// literal checks a value that is taken as it stands, but for variables in it.
func (c *checker) literal(path string, value any) error {
	if is, err := c.variable(path, value); is {
		return err
	}
	switch v := value.(type) {
	case bson.D:
		for _, e := range v {
			if strings.HasPrefix(e.Key, "$") {
				return rooms.BadField(join(path, e.Key), "an operator cannot stand in a value")
			}
			if err := c.literal(join(path, e.Key), e.Value); err != nil {
				return err
			}
		}
	case bson.A:
		for i, element := range v {
			if err := c.literal(fmt.Sprintf("%s[%d]", path, i), element); err != nil {
				return err
			}
		}
	}
	return nil
}

// fields checks the fields that a stage sets or keeps.
func (c *checker) fields(path string, value any) error {
	d, ok := value.(bson.D)
	if !ok || len(d) == 0 {
		return rooms.BadField(path, "must be an object with at least one field")
	}
	for _, e := range d {
		if err := checkTarget(join(path, e.Key), e.Key); err != nil {
			return err
		}
		if err := c.expression(join(path, e.Key), e.Value); err != nil {
			return err
		}
	}
	return nil
}

// checkTarget refuses to have the event's own _id changed, without which no stream can go on.
func checkTarget(path, field string) error {
	root, _, _ := strings.Cut(field, ".")
	switch {
	case root == "_id":
		return rooms.BadField(path, "the event's own _id must stay as it is: the document's is documentKey._id")
	case strings.HasPrefix(root, routeField):
		return rooms.BadField(path, "%s is the server's own field", routeField)
	case field == "" || strings.HasPrefix(field, "$"):
		return rooms.BadField(path, "must be a field's name")
	}
	return nil
}

func checkUnset(path string, value any) error {
	names, ok := texts(value)
	if name, isName := value.(string); isName {
		names, ok = []string{name}, true
	}
	if !ok || len(names) == 0 {
		return rooms.BadField(path, "must be a field's name, or an array of them")
	}
	for _, name := range names {
		if err := checkTarget(path, name); err != nil {
			return err
		}
	}
	return nil
}

// expression checks an expression of the aggregation.
func (c *checker) expression(path string, value any) error {
	if is, err := c.variable(path, value); is {
		return err
	}
	switch v := value.(type) {
	case string:
		if strings.HasPrefix(v, "$") && strings.Contains(v, routeField) {
			return rooms.BadField(path, "%s is the server's own field", routeField)
		}
	case bson.A:
		for i, element := range v {
			if err := c.expression(fmt.Sprintf("%s[%d]", path, i), element); err != nil {
				return err
			}
		}
	case bson.D:
		for _, e := range v {
			at := join(path, e.Key)
			if strings.HasPrefix(e.Key, "$") && (len(v) != 1 || !isExpression(e.Key)) {
				return rooms.BadField(at, "is not allowed in an expression")
			}
			if isMatching(e.Key) {
				if err := matching(at, e.Value); err != nil {
					return err
				}
			}
			check := c.expression
			if e.Key == "$literal" {
				check = c.anything
			}
			if err := check(at, e.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// anything checks what $literal holds: it is not looked at by the database, but for our variables.
func (c *checker) anything(path string, value any) error {
	if is, err := c.variable(path, value); is {
		return err
	}
	switch v := value.(type) {
	case bson.A:
		for i, element := range v {
			if err := c.anything(fmt.Sprintf("%s[%d]", path, i), element); err != nil {
				return err
			}
		}
	case bson.D:
		for _, e := range v {
			if err := c.anything(join(path, e.Key), e.Value); err != nil {
				return err
			}
		}
	}
	return nil
}
