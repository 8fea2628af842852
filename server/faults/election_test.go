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
	w := start(t, 2)
	every := time.NewTicker(lasting(2*time.Second, 5*time.Second))
	defer every.Stop()
	for range times(3, 12) {
		w.stepDown()
		<-every.C
	}
	w.awaitAcks(warm)
	w.finish()
}

// stepDown has the primary give up, whichever it is by then.
func (w *world) stepDown() {
	w.t.Helper()
	// How long the old one may not be elected again, and how long it waits for the others.
	const stepDownSeconds, catchUpSeconds = 4, 2
	until(w.t, "a primary to step down", func() bool {
		_, err := w.set.Primary(w.t).Try(bson.D{
			{Key: "replSetStepDown", Value: stepDownSeconds}, {Key: "secondaryCatchUpPeriodSecs", Value: catchUpSeconds}, {Key: "force", Value: true},
		})
		return err == nil
	})
}

func TestMajorityIsAway(t *testing.T) {
	const red = 15 * time.Second // promised
	w := start(t, 2)
	for _, node := range w.set.Secondaries(t) {
		node.Pause(t)
	}
	paused := time.Now()
	within(t, red-time.Second, "/readyz to be red", func() bool { return !w.instances[0].ready() && !w.instances[1].ready() })
	w.last(0, 30*time.Second)
	if n := w.ackedSince(paused); n > 0 {
		t.Errorf("%d requests were acked without a majority", n)
	}
	w.set.Heal(t)
	for _, i := range w.instances {
		i.awaitReady()
	}
	w.awaitAcks(warm)
	w.finish()
}

// ackedSince counts acks of what was first asked for after a time.
func (w *world) ackedSince(then time.Time) (n int) {
	for _, c := range w.clients {
		c.mu.Lock()
		for _, a := range c.acked {
			if a.made.After(then) {
				n++
			}
		}
		c.mu.Unlock()
	}
	return n
}

func TestPrimaryIsPaused(t *testing.T) {
	w := start(t, 2)
	primary := w.set.Primary(t)
	primary.Pause(t)
	w.last(4*time.Second, 10*time.Second)
	primary.Resume(t)
	w.orphanAll()
	w.awaitAcks(warm)
	w.finish()
}

// What a primary took that nobody followed any more is rolled back, and was not acked.
// While that primary still serves, the clients send the same again through an instance
// that finds it there, and must not take it for durable.
func TestUnackedWritesAreRolledBack(t *testing.T) {
	w := start(t, 3)
	for range times(1, 5) {
		for n, c := range w.clients {
			c.move(n % 2) // the third instance has nothing under way
		}
		w.awaitAcks(warm)
		old, others := w.set.Primary(t), w.set.Secondaries(t)
		rollbacks := rollbackID(old)
		var deaf []failPoint
		for _, node := range others {
			deaf = append(deaf, w.setFailPoint(node, "stopReplProducer", "alwaysOn", nil))
		}
		for _, p := range deaf {
			p.await(1)
		}
		w.awaitInserts(old)
		for _, c := range w.clients {
			c.move(2)
		}
		w.awaitInserts(old)
		old.Pause(t)
		for _, p := range deaf {
			p.off()
		}
		w.awaitAcks(warm) // by another primary
		old.Resume(t)
		w.orphanAll()
		until(t, "a rollback", func() bool { return rollbackID(old) > rollbacks })
	}
	w.finish()
}

// awaitInserts waits until a node was asked for some inserts, whatever became of them.
func (w *world) awaitInserts(node *mongotest.Server) {
	w.t.Helper()
	const some = 4
	before := inserts(node)
	until(w.t, "inserts into the lonely primary", func() bool { return inserts(node) >= before+some })
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
