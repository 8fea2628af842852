package socketio

import "testing"

func TestWebSocketFromOpenToEcho(t *testing.T) {
	s := newStage(t)
	c := s.join()
	c.healthy()
	other := s.join()
	other.ask("join", `"room"`)
	c.ask("join", `"room"`)
	c.text(`42["say",{"a":1}]`)
	c.expect(`42["said",{"a":1}]`)
	other.expect(`42["said",{"a":1}]`)
}
