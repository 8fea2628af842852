package engineio

// Why a handshake is refused, as Options.Refusals counts it.
const (
	RefusedRequest  = "request"  // it is none of the protocol's
	RefusedAddress  = "address"  // its address has too many connections
	RefusedDraining = "draining" // the server is stopping
)

// Refusals are all of those.
func Refusals() []string { return []string{RefusedRequest, RefusedAddress, RefusedDraining} }

// Figures are what a Server has counted since it was made, and how it stands.
type Figures struct {
	WebSockets, Polls           int   // connections, by what carries them
	WebSocketsBegun, PollsBegun int64 // handshakes
	Upgrades                    int64 // from polling to a WebSocket
	Slow                        int64 // connections that were closed because their client took nothing, or too little
}

// Figures reads the counts.
func (s *Server) Figures() Figures {
	f := Figures{WebSocketsBegun: s.webSockets.Load(), PollsBegun: s.polls.Load(), Upgrades: s.upgrades.Load(), Slow: s.slow.Load()}
	f.WebSockets, f.Polls = s.registry.carried()
	return f
}
