package faults

import (
	"syscall"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// An insert that fails after it was applied, and one that fails before: the instance cannot
// tell, and neither loses nor doubles it.
func TestInsertFails(t *testing.T) {
	const each = 3
	concern := func(code int) bson.D {
		return bson.D{{Key: "writeConcernError", Value: bson.D{{Key: "code", Value: code}, {Key: "errmsg", Value: "made by a test"}}}}
	}
	refused := func(code int) bson.D { return bson.D{{Key: "errorCode", Value: code}} }
	w := start(t, 2)
	for range times(1, 5) {
		failures := []bson.D{
			concern(64), // WriteConcernFailed: applied
			concern(50), // MaxTimeMSExpired: the same
			refused(50), // not applied
			{{Key: "closeConnection", Value: true}},
		}
		if long() {
			// After these the driver looks at the server anew, which, as nothing has changed
			// there, answers only 10 s later. Its cursors it lets go unsaid, because a server
			// that really steps down ends them.
			doubts := []bson.D{
				concern(91),    // ShutdownInProgress: applied, and the driver tries again
				concern(11602), // InterruptedDueToReplStateChange: the same
				refused(10107), // NotWritablePrimary: not applied, and the driver tries again
			}
			failures = append(failures, doubts...)
			w.orphaned += len(doubts) * len(w.instances) * w.streams
		}
		for _, data := range failures {
			p := w.failNext(each, "insert", data)
			p.await(each)
			w.awaitAcks(warm / 4)
		}
	}
	w.finish()
}

// The insert is applied and its answer is on its way when the instance is killed: nobody
// tells the clients, who send the same again through the other instance.
func TestInstanceIsKilledBetweenTheInsertAndItsAck(t *testing.T) {
	w := start(t, 2)
	for n := range times(1, 5) {
		killed := w.instances[n%2]
		unanswered := bson.D{
			{Key: "ns", Value: w.namespace()}, {Key: "commands", Value: bson.A{"insert"}},
		}
		p := w.setFailPoint(w.set.Primary(t), "waitAfterCommandFinishesExecution", "alwaysOn", unanswered)
		p.await(2) // one insert of each instance at least
		killed.end(syscall.SIGKILL)
		w.orphaned += w.streams
		p.off()
		w.awaitAcks(warm)
		killed.start()
		killed.awaitReady()
	}
	w.rebase()
	w.finish()
}
