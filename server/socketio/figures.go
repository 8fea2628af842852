package socketio

import "roomstream/server/engineio"

// Why a handshake is refused, besides engineio.Refusals.
const (
	refusedOrigin  = "origin"  // its page may not connect
	refusedVersion = "version" // of the protocol
	refusedRate    = "rate"    // there are too many at once
)

func handshakeRefusals() []string {
	return append([]string{refusedOrigin, refusedVersion, refusedRate}, engineio.Refusals()...)
}

// Figures are what a Server has counted since it was made, and how it stands.
type Figures struct {
	engineio.Figures
	Refused map[string]int64 // handshakes, by why
}

// Figures reads the counts.
func (s *Server) Figures() Figures { return Figures{s.engine.Figures(), s.refused.Read()} }
