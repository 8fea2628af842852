package faults

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"
)

// writeTime bounds a write: a paused instance takes nothing once its buffer is full.
const writeTime = 3 * time.Second

// link is one connection that is let in. Its owner's lock guards acks and every write.
type link struct {
	conn net.Conn
	in   *bufio.Reader
	acks map[int]func(json.RawMessage)
	next int
	gone chan struct{} // closed when the reader has ended
}

// dial connects to an instance and is let in.
func dial(addr, token string) (*link, error) {
	conn, in, err := openWebSocket(addr)
	if err != nil {
		return nil, err
	}
	l := &link{conn: conn, in: in, acks: map[int]func(json.RawMessage){}, gone: make(chan struct{})}
	conn.SetReadDeadline(time.Now().Add(handshakeTime))
	l.write(fmt.Sprintf(`40{"token":%q}`, token))
	for {
		opcode, payload, err := readFrame(in)
		if err == nil && (opcode == opClose || bytes.HasPrefix(payload, []byte("44"))) {
			err = fmt.Errorf("not let in: %s", payload)
		}
		if err != nil {
			conn.Close()
			return nil, err
		}
		if bytes.HasPrefix(payload, []byte("40")) {
			conn.SetReadDeadline(time.Time{})
			return l, nil
		}
	}
}

// write sends one packet; a connection that fails ends its reader.
func (l *link) write(packet string) { l.frame(opText, []byte(packet)) }

func (l *link) frame(opcode byte, payload []byte) {
	l.conn.SetWriteDeadline(time.Now().Add(writeTime))
	if _, err := l.conn.Write(appendFrame(nil, opcode, payload)); err != nil {
		l.conn.Close()
	}
}

// ask sends an event and has answered called with the ack, under the owner's lock.
func (l *link) ask(event, payload string, answered func(json.RawMessage)) {
	l.acks[l.next] = answered
	l.write(fmt.Sprintf(`42%d[%q,%s]`, l.next, event, payload))
	l.next++
}

// read hands out what comes until the connection ends.
func (l *link) read(lock sync.Locker, event func(name string, body json.RawMessage)) {
	defer close(l.gone)
	defer l.conn.Close()
	for {
		opcode, payload, err := readFrame(l.in)
		if err != nil || opcode == opClose {
			return
		}
		lock.Lock()
		switch {
		case opcode == opPing:
			l.frame(opPong, payload)
		case string(payload) == "2":
			l.write("3")
		default:
			l.packet(payload, event)
		}
		lock.Unlock()
	}
}

// packet takes an event (42["name",{}]) or an ack (437[{}]).
func (l *link) packet(b []byte, event func(name string, body json.RawMessage)) {
	at := bytes.IndexByte(b, '[')
	var args []json.RawMessage
	if at < 2 || json.Unmarshal(b[at:], &args) != nil || len(args) == 0 {
		return
	}
	switch string(b[:2]) {
	case "42":
		var name string
		if json.Unmarshal(args[0], &name) == nil && len(args) > 1 {
			event(name, args[1])
		}
	case "43":
		id, err := strconv.Atoi(string(b[2:at]))
		if answered := l.acks[id]; err == nil && answered != nil {
			delete(l.acks, id)
			answered(args[0])
		}
	}
}
