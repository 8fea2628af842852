package streams

import "go.mongodb.org/mongo-driver/v2/bson"

// bound is a declaration with variables given to it.
type bound struct {
	stages []bson.D                 // without $ifvar; $var still stands where a value belongs
	values map[string]bson.RawValue // of the variables that are given
}

// bind gives the variables their values: the client's, the token's, the defaults. A client's variable that is not
// declared, is a claim's, or has a wrong type is BAD_REQUEST with the field vars.<name>; a missing one too, with
// ReasonVariable and the message "variable n not bound".
func (d *Declaration) bind(vars map[string]Value, caller Caller) (bound, error) {
	return bound{}, errUnbuilt
}

// ReasonVariable is the Reason of the error for a variable that is not given.
const ReasonVariable = "QueryVariableNotBound"

// samples binds values of the right types, for trying a pipeline out: once with every variable, once with none but the
// required ones.
func (d *Declaration) samples() []bound { return nil }

// pipeline puts the values in.
func (b bound) pipeline() []bson.D { return nil }
