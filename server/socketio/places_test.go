package socketio

import (
	"testing"

	"roomstream/auth"
	"roomstream/rooms/limits"
)

// A connection that ends before its session is told of it gives back no place: it took none.
func TestWhoNeverCameInGivesBackNoPlace(t *testing.T) {
	c, _ := unserved(t)
	c.places = limits.NewPlaces("connections", 1)
	if !c.places.Enter("alice") { // another connection of hers
		t.Fatal("there is no place")
	}
	late := &speaker{chat: c, user: auth.User{ID: "alice"}}
	m := &member{client: &client{server: &Server{}}}
	m.end()
	m.open(late)
	m.close() // end does, in a goroutine of its own
	if c.places.Enter("alice") {
		t.Error("she has one more connection than she may have")
	}
}
