package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"

	"roomstream/server/bench/wire"
)

// Patience is how long one step may take before the measurement is given up.
const Patience = 60 * time.Second

// ErrFull is a socket whose server does not read what was sent.
var ErrFull = errors.New("the server did not take what was sent")

// Talk is a connection while one waits for the answers: until it is handed to a Crowd. It is for one goroutine.
type Talk struct {
	fd    int
	rest  []byte // read and not yet taken
	chunk [1 << 10]byte
}

// dial opens a WebSocket to an address of loopback.
func dial(addr syscall.SockaddrInet4, path string) (*Talk, error) {
	if addr.Addr[0] != 127 {
		return nil, fmt.Errorf("%v is not on loopback", addr.Addr)
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	t := &Talk{fd: fd}
	if err := t.open(addr, path); err != nil {
		return nil, errors.Join(err, syscall.Close(fd))
	}
	return t, nil
}

func (t *Talk) open(addr syscall.SockaddrInet4, path string) error {
	timeout := syscall.NsecToTimeval(Patience.Nanoseconds())
	err := errors.Join(
		syscall.SetsockoptTimeval(t.fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &timeout),
		syscall.SetsockoptTimeval(t.fd, syscall.SOL_SOCKET, syscall.SO_SNDTIMEO, &timeout),
		syscall.SetsockoptInt(t.fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1),
	)
	if err != nil {
		return fmt.Errorf("set up the socket: %w", err)
	}
	for {
		if err = syscall.Connect(t.fd, &addr); err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("connect to port %d: %w", addr.Port, err)
	}
	request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", path, addr.Port)
	if err := writeAll(t.fd, []byte(request)); err != nil {
		return err
	}
	const end = "\r\n\r\n"
	for {
		if at := bytes.Index(t.rest, []byte(end)); at >= 0 {
			if head := t.rest[:at]; !bytes.HasPrefix(head, []byte("HTTP/1.1 101 ")) {
				return fmt.Errorf("the WebSocket was refused: %.300q", head)
			}
			t.rest = t.rest[at+len(end):]
			return nil
		}
		if err := t.read(); err != nil {
			return fmt.Errorf("waiting for the upgrade: %w", err)
		}
	}
}

// Say sends one text message.
func (t *Talk) Say(payload []byte) error {
	return writeAll(t.fd, wire.Append(nil, wire.OpText, payload))
}

// Hear waits for the next text message; it lies in a buffer of its own.
func (t *Talk) Hear() ([]byte, error) {
	for {
		f, size, err := wire.Parse(t.rest)
		switch {
		case err != nil:
			return nil, err
		case size == 0:
			if err := t.read(); err != nil {
				return nil, err
			}
			continue
		}
		t.rest = t.rest[size:]
		switch f.Op {
		case wire.OpText:
			return f.Payload, nil
		case wire.OpClose:
			return nil, fmt.Errorf("the server closed: %.120q", f.Payload)
		}
	}
}

func (t *Talk) read() error {
	for {
		n, err := syscall.Read(t.fd, t.chunk[:])
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return fmt.Errorf("no answer within %s", Patience)
		case err != nil:
			return err
		case n == 0:
			return io.ErrUnexpectedEOF
		}
		// Not in place: what Hear gave away may lie there.
		t.rest = append(t.rest[:len(t.rest):len(t.rest)], t.chunk[:n]...)
		return nil
	}
}

// writeAll writes to a socket that may be set not to block; then a full one is an error.
func writeAll(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := syscall.Write(fd, b)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return ErrFull
		case err != nil:
			return fmt.Errorf("write: %w", err)
		}
		b = b[n:]
	}
	return nil
}
