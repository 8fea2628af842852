package streams

import "go.mongodb.org/mongo-driver/v2/bson"

// plan is a bound stream in two parts: what the database filters, alike for all who may share a cursor, and what is
// told apart here, by routing keys.
type plan struct {
	pipeline []bson.D // every value in it; a $replaceRoot keeps _id and what route needs
	route    route
	keys     []string // the subscriber's, one for each of route.paths; nil where nothing is lifted
}

// route says how an event's keys are made. It is the same for all who share a cursor.
type route struct {
	paths    [][]string // alternatives of $or, each the paths whose values make one key; nil: every event is for every subscriber
	captured bool       // the values stand under routeField, because a later stage may take them out of the event
}

// routeField is the event's field that keeps what route reads. No stage may name it.
const routeField = "_route"

// newPlan lifts what can be lifted.
func newPlan(b bound) plan { return plan{} }

// eventKeys returns the keys under which an event is to be found, each once: a field that is an array has one for each
// element. They equal a subscriber's key where, and only where, the database's $match would have let the event through.
func (r route) eventKeys(event bson.Raw) []string { return nil }
