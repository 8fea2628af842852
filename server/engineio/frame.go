package engineio

import (
	"encoding/binary"
	"unicode/utf8"
)

// The opcodes of RFC 6455, section 11.8.
const (
	opContinuation = 0
	opText         = 1
	opBinary       = 2
	opClose        = 8
	opPing         = 9
	opPong         = 10
)

// Close codes: of RFC 6455, section 7.4.1, and from 4000 on this project's own (web/docs/protocol.md).
const (
	CloseNormal       = 1000
	CloseProtocol     = 1002
	CloseNoCode       = 1005 // never sent: a close frame without a code
	CloseInvalidText  = 1007
	ClosePolicy       = 1008
	CloseTooBig       = 1009
	CloseInternal     = 1011
	CloseDraining     = 1012
	CloseSlow         = 1013
	CloseTokenExpired = 4001
	CloseRevoked      = 4003
)

// CloseError ends a connection with a close code; Reason is for people and at most 123 bytes.
type CloseError struct {
	Code   int
	Reason string
}

func (e *CloseError) Error() string { return e.Reason }

const (
	maxHeader       = 14  // bytes: 2, 8 of length, 4 of mask
	maxControl      = 125 // bytes of a control frame's payload, RFC 6455, section 5.5
	maxCloseReason  = maxControl - 2
	lengthIn16      = 126 // the 7-bit length that says: 2 bytes of length follow
	lengthIn64      = 127 // and 8 bytes
	finBit          = 0x80
	reservedBits    = 0x70
	opcodeBits      = 0x0f
	maskBit         = 0x80
	lengthBits      = 0x7f
	maxShortPayload = 125
)

// appendHeader appends the header of an unmasked, final frame with n bytes of payload.
func appendHeader(b []byte, op byte, n int) []byte {
	b = append(b, finBit|op)
	switch {
	case n <= maxShortPayload:
		return append(b, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(b, lengthIn16), uint16(n))
	}
	return binary.BigEndian.AppendUint64(append(b, lengthIn64), uint64(n))
}

func frame(op byte, payload []byte) []byte {
	b := appendHeader(make([]byte, 0, maxHeader+len(payload)), op, len(payload))
	return append(b, payload...)
}

// closeFrame makes a close frame; CloseNoCode makes an empty one.
func closeFrame(code int, reason string) []byte {
	if code == CloseNoCode {
		return frame(opClose, nil)
	}
	if len(reason) > maxCloseReason {
		reason = reason[:maxCloseReason]
	}
	return frame(opClose, append(binary.BigEndian.AppendUint16(nil, uint16(code)), reason...))
}

// readClose reads a client's close frame: the code to echo.
func readClose(payload []byte) (int, *CloseError) {
	if len(payload) == 0 {
		return CloseNoCode, nil
	}
	if len(payload) == 1 {
		return 0, &CloseError{CloseProtocol, "a close frame holds a code of two bytes"}
	}
	code := int(binary.BigEndian.Uint16(payload))
	if !sendable(code) {
		return 0, &CloseError{CloseProtocol, "the close code may not be sent"}
	}
	if !utf8.Valid(payload[2:]) {
		return 0, &CloseError{CloseInvalidText, "the close reason is not UTF-8"}
	}
	return code, nil
}

// sendable says whether a close code may stand in a frame: RFC 6455, section 7.4, and the registry for 1012 to 1014.
func sendable(code int) bool {
	switch {
	case code >= 1000 && code <= 1003, code >= 1007 && code <= 1014:
		return true
	}
	return code >= 3000 && code <= 4999
}

// header is a frame's header, taken apart.
type header struct {
	op     byte
	fin    bool
	size   int    // bytes of the header itself
	length uint64 // bytes of payload
	mask   [4]byte
}

// readHeader takes the header at the start of d apart. It returns false where more bytes are needed, and refuses what
// may not come from a client as early as its bytes tell.
func readHeader(d []byte) (header, bool, *CloseError) {
	var h header
	if len(d) < 1 {
		return h, false, nil
	}
	h.op, h.fin = d[0]&opcodeBits, d[0]&finBit != 0
	control := h.op >= opClose
	switch {
	case d[0]&reservedBits != 0:
		return h, false, &CloseError{CloseProtocol, "reserved bits are set"}
	case h.op > opPong || !control && h.op > opBinary:
		return h, false, &CloseError{CloseProtocol, "unknown opcode"}
	case control && !h.fin:
		return h, false, &CloseError{CloseProtocol, "a control frame may not be fragmented"}
	}
	if len(d) < 2 {
		return h, false, nil
	}
	h.length, h.size = uint64(d[1]&lengthBits), 2
	switch {
	case d[1]&maskBit == 0:
		return h, false, &CloseError{CloseProtocol, "a client's frames are masked"}
	case control && h.length > maxControl:
		return h, false, &CloseError{CloseProtocol, "a control frame holds at most 125 bytes"}
	case h.length == lengthIn16:
		h.size = 4
	case h.length == lengthIn64:
		h.size = 10
	}
	if len(d) < h.size {
		return h, false, nil
	}
	switch h.size {
	case 4:
		h.length = uint64(binary.BigEndian.Uint16(d[2:]))
	case 10:
		h.length = binary.BigEndian.Uint64(d[2:])
	}
	if len(d) < h.size+len(h.mask) {
		return h, false, nil
	}
	h.mask = [4]byte(d[h.size:])
	h.size += len(h.mask)
	return h, true, nil
}

// unmask undoes the masking of p in place.
func unmask(p []byte, mask [4]byte) {
	wide := uint64(binary.LittleEndian.Uint32(mask[:]))
	wide |= wide << 32
	for len(p) >= 8 {
		binary.LittleEndian.PutUint64(p, binary.LittleEndian.Uint64(p)^wide)
		p = p[8:]
	}
	for i := range p {
		p[i] ^= mask[i&3]
	}
}
