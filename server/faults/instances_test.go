package faults

import (
	"syscall"
	"testing"
	"time"
)

// The clients of a killed instance do not know what became of their last requests: those
// between the insert's ack and the socket's are stored. They send all again elsewhere.
func TestInstanceIsKilled(t *testing.T) {
	w := start(t, 2)
	for n := range times(2, 12) {
		killed := w.instances[n%2]
		killed.end(syscall.SIGKILL)
		w.orphaned += w.streams
		w.awaitAcks(warm) // by the other
		killed.start()
		killed.awaitReady()
		w.awaitAcks(warm)
	}
	w.rebase()
	w.finish()
}

func TestInstanceIsPausedWhileItsClientsGoOnAtAnother(t *testing.T) {
	w := start(t, 2)
	w.instances[0].pause()
	for _, c := range w.clients {
		c.move(1)
	}
	w.awaitAcks(warm)
	w.last(4*time.Second, 30*time.Second)
	w.instances[0].resume()
	for _, c := range w.clients {
		c.move(0)
	}
	w.awaitAcks(warm)
	w.finish()
}

func TestThreeInstancesAreRestartedOneAfterTheOther(t *testing.T) {
	w := start(t, 3)
	for range times(1, 3) {
		for _, i := range w.instances {
			i.end(syscall.SIGTERM)
			i.start()
			i.awaitReady()
			w.awaitAcks(warm)
		}
	}
	w.rebase()
	w.finish()
}
