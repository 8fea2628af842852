package faults

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms/mongodb/mongotest"
)

// appName is by what a mongod knows the instances' connections from the tests' own.
const appName = "roomstream"

// failPoint is a fault inside a mongod.
type failPoint struct {
	t      testing.TB
	node   *mongotest.Server
	name   string
	before int64 // how often it had acted when it was set
}

// failNext makes the next n commands of one name that instances send to the primary about
// messages fail as data says.
func (w *world) failNext(n int, command string, data bson.D) failPoint {
	w.t.Helper()
	data = append(bson.D{
		{Key: "failCommands", Value: bson.A{command}}, {Key: "appName", Value: appName}, {Key: "namespace", Value: w.namespace()},
	}, data...)
	return w.setFailPoint(w.set.Primary(w.t), "failCommand", bson.D{{Key: "times", Value: n}}, data)
}

// namespace is how a mongod names the collection.
func (w *world) namespace() string { return w.database + "." + w.messages.Name() }

func (w *world) setFailPoint(node *mongotest.Server, name string, mode any, data bson.D) failPoint {
	w.t.Helper()
	answer := node.Command(w.t, bson.D{{Key: "configureFailPoint", Value: name}, {Key: "mode", Value: mode}, {Key: "data", Value: append(bson.D{}, data...)}})
	before, _ := answer.Lookup("count").AsInt64OK()
	p := failPoint{t: w.t, node: node, name: name, before: before}
	w.failing = append(w.failing, p)
	return p
}

// await waits until it has acted so often.
func (p failPoint) await(times int64) {
	p.t.Helper()
	p.node.Command(p.t, bson.D{{Key: "waitForFailPoint", Value: p.name}, {Key: "timesEntered", Value: p.before + times}})
}

// off ends the fault.
func (p failPoint) off() {
	p.t.Helper()
	p.node.Command(p.t, bson.D{{Key: "configureFailPoint", Value: p.name}, {Key: "mode", Value: "off"}})
}
