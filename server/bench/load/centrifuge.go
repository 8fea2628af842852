package load

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// Centrifuge is the JSON protocol of github.com/centrifugal/centrifuge over a WebSocket: a room is a channel, a send is a
// publication.
type Centrifuge struct{}

var _ Dialect = Centrifuge{}

func (Centrifuge) Path() string { return "/connection/websocket" }

func (Centrifuge) SignIn(t *Talk, token string) error {
	command, err := json.Marshal(map[string]any{"id": 1, "connect": map[string]string{"token": token}})
	if err != nil {
		return err
	}
	return t.ask(command, 1)
}

func (Centrifuge) Join(t *Talk, room string) error {
	return t.ask([]byte(`{"id":2,"subscribe":{"channel":`+strconv.Quote(room)+`}}`), 2)
}

// ask sends a command and waits for its reply.
func (t *Talk) ask(command []byte, id int) error {
	if err := t.Say(command); err != nil {
		return err
	}
	reply := []byte(`{"id":` + strconv.Itoa(id) + `,`)
	for {
		b, err := t.Hear()
		if err != nil {
			return fmt.Errorf("waiting for the reply to command %d: %w", id, err)
		}
		for rest := b; len(rest) > 0; {
			var message []byte
			var kind Kind
			message, kind, rest = Centrifuge{}.Next(rest)
			if kind == Refusal {
				return fmt.Errorf("refused: %.200s", message)
			}
			if bytes.HasPrefix(message, reply) {
				return nil
			}
		}
	}
}

func (Centrifuge) AppendSend(dst []byte, room string, id int, text []byte) []byte {
	dst = strconv.AppendInt(append(dst, `{"id":`...), int64(id), 10)
	dst = append(append(append(dst, `,"publish":{"channel":"`...), room...), `","data":{"roomId":"`...)
	dst = append(append(append(dst, room...), `","text":"`...), text...)
	dst = append(append(dst, `","clientId":"`...), text[:markSize]...)
	return append(dst, `"}}}`...)
}

// Next takes one line: a frame may carry several.
func (Centrifuge) Next(payload []byte) (message []byte, kind Kind, rest []byte) {
	message, rest, _ = bytes.Cut(payload, []byte("\n"))
	switch {
	case len(message) == 2: // {}
		return message, Ping, rest
	case bytes.HasPrefix(message, []byte(`{"push":{"channel":`)):
		return message, Delivery, rest
	case bytes.Contains(message, []byte(`,"error":`)):
		return message, Refusal, rest
	case bytes.HasPrefix(message, []byte(`{"id":`)):
		return message, Ack, rest
	}
	return message, Other, rest
}
