package load

// Kind is what a message of the server's is.
type Kind int

const (
	Other    Kind = iota // of no interest
	Delivery             // a message of the chat, marked
	Ack                  // a send was taken
	Refusal              // a send was not taken
	Ping                 // wants Pong
)

// Dialect is how a server is spoken to. It keeps nothing of a connection; its methods are safe for concurrent use.
type Dialect interface {
	// Path is the WebSocket's address on the server, with its query.
	Path() string

	// SignIn says who is there and returns when the server has answered; Join puts him into a room likewise.
	SignIn(t *Talk, token string) error
	Join(t *Talk, room string) error

	// AppendSend appends the message that sends a text, which needs no escaping. id is different for each send of a
	// connection, and 10 at least.
	AppendSend(dst []byte, room string, id int, text []byte) []byte

	// Next takes the first message off a frame's payload, and says what it is. rest is empty at the end.
	Next(payload []byte) (message []byte, kind Kind, rest []byte)
}

// Pong is what answers a Ping in each dialect: it is told by what the ping looks like.
func pong(ping []byte) []byte {
	if len(ping) == 1 && ping[0] == '2' {
		return []byte("3") // Engine.IO
	}
	return ping // centrifuge: {}
}
