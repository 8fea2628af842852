package streams

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

// bound is a declaration with variables given to it.
type bound struct {
	stages []bson.D                 // without $ifvar; $var still stands where a value belongs
	values map[string]bson.RawValue // of the variables that are given
}

// ReasonVariable is the Reason of the error for a variable that is not given.
const ReasonVariable = "QueryVariableNotBound"

// bind gives the variables their values: the client's, the token's, the defaults. A client's variable that is not
// declared, is a claim's, or has a wrong type is BAD_REQUEST with the field vars.<name>; a missing one too, with
// ReasonVariable and the message "variable n not bound".
func (d *Declaration) bind(vars map[string]Value, caller Caller) (bound, error) {
	declared := d.variables()
	b := bound{values: map[string]bson.RawValue{}}
	for name, text := range vars {
		v, ok := declared[name]
		switch {
		case !ok:
			return bound{}, rooms.BadField("vars."+name, "this stream has no such variable")
		case v.Claim != "":
			return bound{}, rooms.BadField("vars."+name, "is taken from the token and cannot be given")
		}
		value, err := readValue(v.Type, text)
		if err != nil {
			return bound{}, rooms.BadField("vars."+name, "%s", rooms.AsError(err).Message)
		}
		b.values[name] = value
	}
	for name, v := range declared {
		if v.Claim != "" {
			if !caller.Known {
				return bound{}, rooms.E(rooms.CodeUnauthenticated, "a valid token is needed: this stream is about whoever opens it")
			}
			b.values[name] = claimed(v.Claim, caller)
		}
		if _, given := b.values[name]; given {
			continue
		}
		switch {
		case v.Default.Type != 0:
			b.values[name] = v.Default
		case v.Required:
			return bound{}, notBound(name)
		}
	}
	return d.resolved(b)
}

// resolved chooses the branches of $ifvar, and makes sure of every variable that is then used.
func (d *Declaration) resolved(b bound) (bound, error) {
	for _, stage := range d.Stages {
		for stage != nil && stage[0].Key == "$ifvar" {
			names, then, otherwise, _ := readIfvar(stage[0].Value) // checked when it was declared
			stage = then
			for _, name := range names {
				if _, given := b.values[name]; !given {
					stage = otherwise
				}
			}
		}
		if stage != nil {
			b.stages = append(b.stages, stage)
		}
	}
	c := newChecker(nil)
	if err := c.stages("stages", b.stages); err != nil {
		return bound{}, err
	}
	for name := range c.needed {
		if _, given := b.values[name]; !given {
			return bound{}, notBound(name)
		}
	}
	return b, nil
}

func notBound(name string) error {
	return &rooms.Error{
		Code: rooms.CodeBadRequest, Message: "variable " + name + " not bound", Field: "vars." + name, Reason: ReasonVariable,
	}
}

func claimed(claim string, caller Caller) bson.RawValue {
	switch claim {
	case "sub":
		return raw(string(caller.User.ID))
	case "name":
		return raw(caller.User.Name)
	}
	roles := bson.A{}
	for _, role := range caller.User.Roles {
		roles = append(roles, role)
	}
	return raw(roles)
}

// variables are those that are declared, or else the strings that the stages use, required where nothing asks whether they
// are there.
func (d *Declaration) variables() map[string]Var {
	if d.Vars != nil {
		return d.Vars
	}
	c := newChecker(nil)
	if err := c.stages("stages", d.Stages); err != nil {
		return nil // a declaration is checked before it is made
	}
	vars := map[string]Var{}
	for name := range c.names {
		vars[name] = Var{Type: TypeString, Required: c.needed[name]}
	}
	return vars
}

// Variables are the variables a client may give or the token gives, declared or found in the stages.
func (d *Declaration) Variables() map[string]Var { return d.variables() }

// samples binds values of the right types, for trying a pipeline out: once with every variable, once with none but the
// required ones.
func (d *Declaration) samples() []bound {
	var all []bound
	for _, every := range []bool{true, false} {
		b := bound{values: map[string]bson.RawValue{}}
		for name, v := range d.variables() {
			switch {
			case v.Default.Type != 0:
				b.values[name] = v.Default
			case every || v.Required || v.Claim != "":
				b.values[name] = sample(v)
			}
		}
		if tried, err := d.resolved(b); err == nil {
			all = append(all, tried)
		}
	}
	return all
}

func sample(v Var) bson.RawValue {
	if v.Claim == "roles" {
		return raw(bson.A{"role"})
	}
	return raw(map[VarType]any{
		TypeString: "text", TypeInt: int32(1), TypeLong: int64(1), TypeDouble: 1.5, TypeBool: true,
		TypeDate: bson.DateTime(0), TypeObjectID: bson.NilObjectID,
	}[v.Type])
}

// pipeline puts the values in. In an expression a value is wrapped in $literal: a string like "$fullDocument" would be a
// path there.
func (b bound) pipeline() []bson.D {
	out := make([]bson.D, len(b.stages))
	for i, stage := range b.stages {
		out[i] = b.put(stage, stage[0].Key != "$match").(bson.D)
	}
	return out
}

func (b bound) put(value any, expression bool) any {
	if name, ok := isVar(value); ok {
		text, _ := name.(string)
		given := b.values[text]
		if expression {
			return bson.D{{Key: "$literal", Value: given}}
		}
		return given
	}
	switch v := value.(type) {
	case bson.D:
		out := make(bson.D, len(v))
		for i, e := range v {
			inner := expression && e.Key != "$literal" || e.Key == "$expr"
			out[i] = bson.E{Key: e.Key, Value: b.put(e.Value, inner)}
		}
		return out
	case bson.A:
		out := make(bson.A, len(v))
		for i, element := range v {
			out[i] = b.put(element, expression)
		}
		return out
	}
	return value
}
