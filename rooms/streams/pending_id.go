package streams

// id stands in until plan.go has it: delete this file then.
func (p plan) id() string { return "" }
