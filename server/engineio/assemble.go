package engineio

import "unicode/utf8"

// assembler puts a client's messages together from the bytes as they come. Between frames it holds nothing, so that an
// idle connection has no buffer. It is not safe for concurrent use: it belongs to whoever reads.
type assembler struct {
	limit   int      // bytes of one message, over all its fragments
	partial *partial // the frame under way; nil between frames
	message *message // the fragmented message under way; nil between messages
}

type partial struct {
	head    [maxHeader]byte
	seen    int // bytes of head that are there
	header  header
	payload []byte // grows with what arrives, never with what is announced
}

type message struct {
	op   byte
	data []byte
}

// deliver takes one whole message or control frame; payload is its own only until it returns.
type deliver func(op byte, payload []byte) error

// feed takes the next bytes of the connection, which it changes, and hands on what they complete. After an error, its
// own or deliver's, the connection is of no use. Errors of the protocol are *CloseError.
func (a *assembler) feed(d []byte, to deliver) error {
	for len(d) > 0 {
		if a.partial != nil {
			n, err := a.resume(d, to)
			if err != nil {
				return err
			}
			d = d[n:]
			continue
		}
		h, whole, refused := readHeader(d)
		if refused != nil {
			return refused
		}
		if !whole {
			a.partial = &partial{}
			a.partial.seen = copy(a.partial.head[:], d)
			return nil
		}
		if err := a.check(h); err != nil {
			return err
		}
		rest := d[h.size:]
		if uint64(len(rest)) < h.length {
			a.partial = &partial{header: h, payload: append([]byte(nil), rest...)}
			return nil
		}
		d = rest[h.length:]
		if err := a.frame(h, rest[:h.length], to); err != nil {
			return err
		}
	}
	return nil
}

// resume goes on with the frame under way and says how many bytes of d it took.
func (a *assembler) resume(d []byte, to deliver) (int, error) {
	p, took := a.partial, 0
	if p.header.size == 0 {
		before := p.seen
		p.seen += copy(p.head[p.seen:], d)
		h, whole, refused := readHeader(p.head[:p.seen])
		if refused != nil {
			return 0, refused
		}
		if !whole {
			return p.seen - before, nil
		}
		if err := a.check(h); err != nil {
			return 0, err
		}
		p.header = h
		took = h.size - before // what else went into head belongs to the payload
	}
	n := min(p.header.length-uint64(len(p.payload)), uint64(len(d)-took))
	p.payload = append(p.payload, d[took:took+int(n)]...)
	took += int(n)
	if uint64(len(p.payload)) < p.header.length {
		return took, nil
	}
	a.partial = nil
	return took, a.frame(p.header, p.payload, to)
}

// check refuses a frame by its header, before a byte of its payload is kept.
func (a *assembler) check(h header) error {
	if h.op >= opClose {
		return nil
	}
	held := 0
	if a.message != nil {
		held = len(a.message.data)
	}
	if h.length > uint64(a.limit-held) {
		return &CloseError{CloseTooBig, "the message is over maxPayload"}
	}
	if (h.op == opContinuation) != (a.message != nil) {
		return &CloseError{CloseProtocol, "fragments out of order"}
	}
	return nil
}

// frame takes one whole frame.
func (a *assembler) frame(h header, payload []byte, to deliver) error {
	unmask(payload, h.mask)
	if h.op >= opClose {
		return to(h.op, payload)
	}
	if h.op == opContinuation {
		a.message.data = append(a.message.data, payload...)
	} else if !h.fin {
		a.message = &message{op: h.op, data: append([]byte(nil), payload...)}
	}
	if !h.fin {
		return nil
	}
	op := h.op
	if op == opContinuation {
		op, payload = a.message.op, a.message.data
		a.message = nil
	}
	if op == opText && !utf8.Valid(payload) {
		return &CloseError{CloseInvalidText, "the text is not UTF-8"}
	}
	return to(op, payload)
}
