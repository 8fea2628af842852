package faults

import (
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
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
