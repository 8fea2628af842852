package apptest

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
)

// The WebSocket opcodes of RFC 6455, 5.2.
const (
	opContinuation = 0x0
	opText         = 0x1
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA
)

// maxFrame bounds what a test reads from a server in one frame, in bytes.
const maxFrame = 16 << 20

// openWebSocket does the opening handshake. It returns the response where the server refused.
func openWebSocket(base, path string, header http.Header) (net.Conn, *bufio.Reader, *http.Response, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, nil, nil, err
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		return nil, nil, nil, err
	}
	req, err := http.NewRequest(http.MethodGet, base+path, nil)
	if err != nil {
		return nil, nil, nil, errors.Join(err, conn.Close())
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "websocket")
	req.Header.Set("Sec-WebSocket-Version", "13")
	req.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
	if err := req.Write(conn); err != nil {
		return nil, nil, nil, errors.Join(err, conn.Close())
	}
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, req)
	if err != nil {
		return nil, nil, nil, errors.Join(err, conn.Close())
	}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return conn, r, nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxFrame))
	err = errors.Join(err, resp.Body.Close(), conn.Close())
	return nil, nil, resp, errors.Join(err, fmt.Errorf("refused with %s: %s", resp.Status, body))
}

// appendFrame appends a client's frame, masked as RFC 6455 asks. The key is fixed: masking protects proxies, not tests.
func appendFrame(b []byte, opcode byte, payload []byte) []byte {
	const final, masked = 0x80, 0x80
	key := [4]byte{0x5a, 0xa5, 0x3c, 0xc3}
	b = append(b, final|opcode)
	switch n := len(payload); {
	case n < 126:
		b = append(b, masked|byte(n))
	case n < 1<<16:
		b = append(b, masked|126)
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	default:
		b = append(b, masked|127)
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	b = append(b, key[:]...)
	for i, c := range payload {
		b = append(b, c^key[i%4])
	}
	return b
}

// readMessage returns the next whole message, or a control frame that stands between its parts.
func readMessage(r *bufio.Reader, part *[]byte, partOpcode *byte) (opcode byte, payload []byte, err error) {
	for {
		final, opcode, payload, err := readFrame(r)
		if err != nil {
			return 0, nil, err
		}
		switch {
		case opcode >= opClose:
			return opcode, payload, nil
		case opcode == opContinuation:
			*part = append(*part, payload...)
		default:
			*part, *partOpcode = payload, opcode
		}
		if final {
			whole := *part
			*part = nil
			return *partOpcode, whole, nil
		}
	}
}

func readFrame(r *bufio.Reader) (final bool, opcode byte, payload []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return false, 0, nil, err
	}
	if head[1]&0x80 != 0 || head[0]&0x70 != 0 {
		return false, 0, nil, fmt.Errorf("the server sent a masked frame or one with reserved bits: %x", head)
	}
	length := uint64(head[1])
	switch length {
	case 126:
		var b [2]byte
		_, err = io.ReadFull(r, b[:])
		length = uint64(binary.BigEndian.Uint16(b[:]))
	case 127:
		var b [8]byte
		_, err = io.ReadFull(r, b[:])
		length = binary.BigEndian.Uint64(b[:])
	}
	if err != nil {
		return false, 0, nil, err
	}
	if length > maxFrame {
		return false, 0, nil, fmt.Errorf("the server sent a frame of %d bytes", length)
	}
	payload = make([]byte, length)
	_, err = io.ReadFull(r, payload)
	return head[0]&0x80 != 0, head[0] & 0x0f, payload, err
}
