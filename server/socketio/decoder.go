package socketio

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
)

// The types of Socket.IO's packets, revision 5.
const (
	packetConnect      = '0'
	packetDisconnect   = '1'
	packetEvent        = '2'
	packetAck          = '3'
	packetConnectError = '4'
	packetBinaryEvent  = '5'
	packetBinaryAck    = '6'
)

const (
	// mainNamespace is the only one there is.
	mainNamespace = "/"

	// maxNamespace bounds a namespace's name, in bytes: it is said back when it is refused.
	maxNamespace = 256

	// maxAttachments bounds the binary parts of one packet. Nothing in the protocol takes any; they are counted so that
	// an event that carries some can be answered.
	maxAttachments = 16

	// maxAckDigits keeps an ack's id within what JavaScript counts exactly, 2^53.
	maxAckDigits = 15
)

// The reasons why a packet ends its connection.
var (
	errPacketType    = errors.New("unknown packet type")
	errAttachments   = errors.New("invalid attachments")
	errNamespace     = errors.New("invalid namespace")
	errAckID         = errors.New("invalid ack id")
	errPayload       = errors.New("invalid payload")
	errReservedEvent = errors.New("reserved event name")
)

// packet is a packet of a client, taken apart as far as its frame goes. payload shares the bytes it was read from.
type packet struct {
	kind        byte
	namespace   string
	attachments int
	ackID       []byte // digits; nil: no ack is wanted, or none is meant
	payload     []byte // JSON; nil: none
}

// readPacket takes a text apart: <type>[<attachments>-][<namespace>,][<ack id>][<payload>].
func readPacket(b []byte) (packet, error) {
	if len(b) == 0 || b[0] < packetConnect || b[0] > packetBinaryAck {
		return packet{}, errPacketType
	}
	p := packet{kind: b[0], namespace: mainNamespace}
	b = b[1:]
	if p.kind == packetBinaryEvent || p.kind == packetBinaryAck {
		dash := bytes.IndexByte(b[:min(len(b), maxAckDigits)], '-')
		if dash < 1 || digits(b) != dash {
			return packet{}, errAttachments
		}
		n, err := strconv.Atoi(string(b[:dash]))
		if err != nil || n > maxAttachments {
			return packet{}, errAttachments
		}
		p.attachments, b = n, b[dash+1:]
	}
	if len(b) > 0 && b[0] == '/' {
		name, rest, _ := bytes.Cut(b, []byte{','})
		if len(name) > maxNamespace {
			return packet{}, errNamespace
		}
		p.namespace, b = string(name), rest
	}
	if n := digits(b); n > 0 {
		if n > maxAckDigits {
			return packet{}, errAckID
		}
		p.ackID, b = b[:n], b[n:]
	}
	if len(b) > 0 {
		p.payload = b
	}
	return p, nil
}

func digits(b []byte) int {
	for i, c := range b {
		if c < '0' || c > '9' {
			return i
		}
	}
	return len(b)
}

// readEvent takes an event's payload apart: its name and its arguments, as the client wrote them, valid JSON and nobody
// else's memory.
func readEvent(payload []byte) (name string, args []json.RawMessage, err error) {
	if !json.Valid(payload) {
		return "", nil, errPayload
	}
	values, ok := splitArray(bytes.Clone(payload)) // the payload's bytes are the next read's
	if !ok || len(values) == 0 {
		return "", nil, errPayload
	}
	name, ok = unquote(values[0])
	if !ok {
		return "", nil, errPayload
	}
	if reserved(name) {
		return "", nil, errReservedEvent
	}
	return name, values[1:], nil
}

// reserved says whether a name means something to the libraries on either side, so that it may not be sent.
func reserved(name string) bool {
	switch name {
	case "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener":
		return true
	}
	return false
}

// readAuth takes a CONNECT's payload: an object, or nothing, which is the empty object.
func readAuth(payload []byte) (json.RawMessage, error) {
	if payload == nil {
		return json.RawMessage("{}"), nil
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(payload, &object) != nil || object == nil {
		return nil, errPayload
	}
	return bytes.Clone(payload), nil
}
