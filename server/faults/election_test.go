package faults

import (
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms/mongodb/mongotest"
)

func TestPrimaryIsKilledUnderLoad(t *testing.T) {
	w := start(t, 2)
	for range times(1, 5) {
		primary := w.set.Primary(t)
		primary.Kill(t)
		w.awaitAcks(warm) // from the new one
		primary.Return(t)
		w.awaitAcks(warm)
	}
	w.finish()
}

func TestPrimaryStepsDownAgainAndAgain(t *testing.T) {
	// How long the old one may not be elected again, and how long it waits for the others.
	const stepDownSeconds, catchUpSeconds = 4, 2
	stepDown := bson.D{
		{Key: "replSetStepDown", Value: stepDownSeconds}, {Key: "secondaryCatchUpPeriodSecs", Value: catchUpSeconds}, {Key: "force", Value: true},
	}
	w := start(t, 2)
	every := time.NewTicker(lasting(2*time.Second, 5*time.Second))
	defer every.Stop()
	for range times(3, 12) {
		w.set.Primary(t).Command(t, stepDown)
		<-every.C
	}
	w.awaitAcks(warm)
	w.finish()
}

func TestMajorityIsAway(t *testing.T) {
	const red = 15 * time.Second // promised
	w := start(t, 2)
	for _, node := range w.set.Secondaries(t) {
		node.Pause(t)
	}
	<-time.After(time.Second) // what a majority had by then may still be acked
	acked := w.acks()
	within(t, red-time.Second, "/readyz to be red", func() bool { return !w.instances[0].ready() && !w.instances[1].ready() })
	w.last(0, 30*time.Second)
	if now := w.acks(); now != acked {
		t.Errorf("%d requests were acked without a majority", now-acked)
	}
	w.set.Heal(t)
	for _, i := range w.instances {
		i.awaitReady()
	}
	w.awaitAcks(warm)
	w.finish()
}

func TestPrimaryIsPaused(t *testing.T) {
	w := start(t, 2)
	primary := w.set.Primary(t)
	primary.Pause(t)
	w.last(4*time.Second, 10*time.Second)
	primary.Resume(t)
	w.awaitAcks(warm)
	w.finish()
}

// What a primary took that nobody followed any more is rolled back, and was not acked.
// While that primary still serves, the clients send the same again through an instance
// that finds it there, and must not take it for durable.
func TestUnackedWritesAreRolledBack(t *testing.T) {
	w := start(t, 3)
	for range times(1, 5) {
		until(t, "a rollback", w.rollBack)
	}
	w.finish()
}

// rollBack tries to have a primary roll back. It says no where that steps down before it
// has taken anything, as on a busy machine.
func (w *world) rollBack() bool {
	w.t.Helper()
	const taken = 4                     // inserts; the first may be on its way to the paused secondaries
	const rejoinTime = 20 * time.Second // within which a node that must roll back does
	for n, c := range w.clients {
		c.move(n % 2) // the third instance has nothing under way
	}
	w.awaitAcks(warm)
	old, others := w.set.Primary(w.t), w.set.Secondaries(w.t)
	rollbacks := rollbackID(old)
	for _, node := range others {
		node.Pause(w.t)
	}
	lonely := func() {
		before := inserts(old)
		until(w.t, "the lonely primary to take writes", func() bool { return inserts(old) >= before+taken || !old.IsPrimary() })
	}
	lonely()
	for _, c := range w.clients {
		c.move(2)
	}
	lonely()
	old.Pause(w.t)
	for _, node := range others {
		node.Resume(w.t)
	}
	w.awaitAcks(warm)
	old.Resume(w.t)
	deadline := time.Now().Add(rejoinTime)
	for time.Now().Before(deadline) {
		if rollbackID(old) > rollbacks {
			return true
		}
		<-time.After(100 * time.Millisecond)
	}
	return false
}

// rollbackID counts a node's rollbacks; 0 while it does not answer.
func rollbackID(node *mongotest.Server) int64 {
	answer, err := node.Try(bson.D{{Key: "replSetGetRBID", Value: 1}})
	if err != nil {
		return 0
	}
	id, _ := answer.Lookup("rbid").AsInt64OK()
	return id
}

// inserts counts what a node was asked to insert, whatever became of it; 0 while it does
// not answer.
func inserts(node *mongotest.Server) int64 {
	answer, err := node.Try(bson.D{{Key: "serverStatus", Value: 1}})
	if err != nil {
		return 0
	}
	n, _ := answer.Lookup("opcounters", "insert").AsInt64OK()
	return n
}
