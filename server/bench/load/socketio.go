package load

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// SocketIO is Engine.IO 4 and Socket.IO 5 over a WebSocket, with the events of the chat lesson: join_room, send_message,
// new_message.
type SocketIO struct {
	// Ready is an event to wait for when connected, of servers that say when a user is let in.
	Ready string
}

var _ Dialect = SocketIO{}

func (SocketIO) Path() string { return "/socket.io/?EIO=4&transport=websocket" }

func (d SocketIO) SignIn(t *Talk, token string) error {
	auth, err := json.Marshal(map[string]string{"token": token})
	if err != nil {
		return err
	}
	if err := t.hearPrefix("0"); err != nil {
		return err
	}
	if err := t.Say(append([]byte("40"), auth...)); err != nil {
		return err
	}
	if err := t.hearPrefix("40"); err != nil {
		return err
	}
	if d.Ready == "" {
		return nil
	}
	return t.hearPrefix(`42["` + d.Ready + `"`)
}

func (d SocketIO) Join(t *Talk, room string) error {
	const id = "1"
	if err := t.Say([]byte("42" + id + `["join_room",` + strconv.Quote(room) + `]`)); err != nil {
		return err
	}
	return t.hearPrefix("43" + id + "[")
}

func (SocketIO) AppendSend(dst []byte, room string, id int, text []byte) []byte {
	dst = strconv.AppendInt(append(dst, "42"...), int64(id), 10)
	dst = append(append(append(dst, `["send_message",{"roomId":"`...), room...), `","text":"`...)
	dst = append(append(dst, text...), `","clientId":"`...)
	// The mark is unique; a room needs no more to tell a repeated send from a new one.
	return append(append(dst, text[:markSize]...), `"}]`...)
}

func (SocketIO) Next(payload []byte) (message []byte, kind Kind, rest []byte) {
	switch {
	case len(payload) == 1 && payload[0] == '2':
		return payload, Ping, nil
	case len(payload) < 3 || payload[0] != '4':
		return payload, Other, nil
	case payload[1] == '3' && bytes.Contains(payload, []byte(`{"error":`)):
		return payload, Refusal, nil
	case payload[1] == '3':
		return payload, Ack, nil
	case bytes.HasPrefix(payload, []byte(`42["new_message"`)):
		return payload, Delivery, nil
	case payload[1] == '1' || payload[1] == '4':
		return payload, Refusal, nil
	}
	return payload, Other, nil
}

// hearPrefix reads on until a message begins so; what comes before it is of no interest, unless it is a refusal.
func (t *Talk) hearPrefix(prefix string) error {
	_, err := t.hearAnswer(prefix)
	return err
}

// hearAnswer is hearPrefix that gives the message.
func (t *Talk) hearAnswer(prefix string) ([]byte, error) {
	for {
		b, err := t.Hear()
		if err != nil {
			return nil, fmt.Errorf("waiting for %s: %w", prefix, err)
		}
		if _, kind, _ := (SocketIO{}).Next(b); kind == Refusal {
			return nil, fmt.Errorf("waiting for %s: refused: %.200s", prefix, b)
		}
		if bytes.HasPrefix(b, []byte(prefix)) {
			return b, nil
		}
	}
}
