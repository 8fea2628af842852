package streams

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// plan is a bound stream in two parts: what the database filters, alike for all who may share a cursor, and what is
// told apart here, by routing keys.
type plan struct {
	pipeline []bson.D // every value in it; a $replaceRoot keeps _id and what route needs
	route    route
	keys     []string // the subscriber's, one for each of route.paths; nil where nothing is lifted
}

// newPlan lifts what can be lifted: equalities with variables in the $match stages that come first (lift.go). All else
// keeps its place in the pipeline with its values bound, so that it is as the database has it.
//
// Where other stages follow they may take the lifted fields away or change them. Then a stage behind the filters copies
// them to routeField, and what follows is made to keep it. Nothing is lifted where the copy could be seen by what
// follows: $redact looks into every subdocument, and an expression may take the event as a whole.
func newPlan(b bound) plan {
	leading := 0
	for leading < len(b.stages) && isStage(b.stages[leading], "$match") {
		leading++
	}
	rest := bound{b.stages[leading:], b.values}.pipeline()
	l := newLift(b)
	if !seesWhole(rest) {
		l.choose(b.stages[:leading])
	}
	p := plan{route: route{paths: l.paths}, keys: l.keys}
	p.route.captured = l.paths != nil && len(rest) > 0
	p.pipeline = bound{l.residual(b.stages[:leading]), b.values}.pipeline()
	if p.route.captured {
		p.pipeline = append(p.pipeline, capture(l.paths))
	}
	for _, stage := range rest {
		p.pipeline = append(p.pipeline, keeping(stage, p.route.captured)...)
	}
	return p
}

// id is equal for two plans of one declaration if, and only if, they may share a cursor.
func (p plan) id() string {
	return identity(bson.D{
		{Key: "pipeline", Value: p.pipeline}, {Key: "paths", Value: p.route.paths}, {Key: "captured", Value: p.route.captured},
	})
}

func isStage(stage bson.D, names ...string) bool {
	return len(stage) == 1 && slices.Contains(names, stage[0].Key)
}
