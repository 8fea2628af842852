package rest

import (
	_ "embed"
	"errors"
	"net/http"

	"roomstream/rooms"
)

// openAPIDocument describes the routes for other programs. It is written by hand; the
// tests fail when it and the answers differ.
//
//go:embed openapi.json
var openAPIDocument []byte

func (s *Server) openAPI(call) (reply, error) { return reply{http.StatusOK, openAPIDocument}, nil }

// asyncAPIDocument describes the Socket.IO events, which another package speaks.
func (s *Server) asyncAPIDocument(call) (reply, error) { return reply{http.StatusOK, s.asyncAPI}, nil }

// health says that the process lives: who answers, does.
func (s *Server) health(call) (reply, error) {
	return answer(http.StatusOK, map[string]bool{"ok": true})
}

// readiness says whether this instance can serve the chat; a load balancer asks.
func (s *Server) readiness(call) (reply, error) {
	err := s.ready()
	var coded *rooms.Error
	switch {
	case errors.As(err, &coded):
		return reply{}, coded
	case err != nil:
		return reply{}, rooms.Wrap(rooms.CodeUnavailable, err, "not ready: %v", err)
	}
	return answer(http.StatusOK, map[string]bool{"ok": true})
}
