package streams

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

// The parts of what a client is given as after: a signature, the version of the declaration, and the position.
const (
	macBytes     = 16
	versionBytes = 8
	// maxAfter bounds what a client may send, in bytes. Positions hold a document's key, of up to 1 KiB or so.
	maxAfter = 16 << 10
)

// binding is a stream with values for its variables: what a client's position is good for.
type binding struct {
	key     []byte // of this stream with these values
	version [versionBytes]byte

	mu   sync.Mutex
	last *after
}

// binding makes the binding of a stream.
func (s *Service) binding(d *declared, b bound) *binding {
	s.mu.Lock()
	mac := hmac.New(sha256.New, s.key)
	s.mu.Unlock()
	write := func(part []byte) {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		mac.Write(size[:])
		mac.Write(part)
	}
	write([]byte(d.Name.String()))
	for _, name := range slices.Sorted(maps.Keys(b.values)) {
		write([]byte(name))
		write([]byte{byte(b.values[name].Type)})
		write(b.values[name].Value)
	}
	return &binding{key: mac.Sum(nil), version: d.version}
}

// after is a place as a client is given it, written when somebody asks.
type after struct {
	binding  *binding
	position Position
	once     sync.Once
	written  string
}

// at gives the place behind an event; nil for what has none.
func (b *binding) at(p Position) *after {
	if p == "" {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.last == nil || b.last.position != p {
		b.last = &after{binding: b, position: p}
	}
	return b.last
}

func (a *after) text() string {
	if a == nil {
		return ""
	}
	a.once.Do(func() { a.written = a.binding.write(a.position) })
	return a.written
}

func (b *binding) sign(signed []byte) []byte {
	mac := hmac.New(sha256.New, b.key)
	mac.Write(signed)
	return mac.Sum(nil)[:macBytes]
}

// write signs a position.
func (b *binding) write(p Position) string {
	raw, err := hex.DecodeString(string(p))
	if err != nil {
		raw = nil // MongoDB writes hexadecimal digits; without them a client is told that the place is lost
	}
	signed := append(b.version[:versionBytes:versionBytes], raw...)
	return base64.RawURLEncoding.EncodeToString(append(b.sign(signed), signed...))
}

// read gives the position in what a client sent back. BAD_REQUEST: it was not given for this stream with these values;
// GONE: for an earlier declaration of it.
func (b *binding) read(text string) (Position, error) {
	forged := rooms.BadField("after", "is not what this stream gave with these variables: open it without")
	if len(text) > maxAfter {
		return "", forged
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) <= macBytes+versionBytes {
		return "", forged
	}
	mac, signed := raw[:macBytes], raw[macBytes:]
	if !hmac.Equal(mac, b.sign(signed)) {
		return "", forged
	}
	if !bytes.Equal(signed[:versionBytes], b.version[:]) {
		return "", rooms.E(rooms.CodeGone, "after: the stream was declared anew since: read anew, and open it without")
	}
	return hexPosition(signed[versionBytes:]), nil
}

// hexPosition writes a position as MongoDB does: it compares capital digits.
func hexPosition(raw []byte) Position {
	return Position(bytes.ToUpper(hex.AppendEncode(nil, raw)))
}

// positionOf is where an event stands.
func positionOf(event bson.Raw) Position {
	data, _ := event.Lookup("_id", "_data").StringValueOK()
	return Position(data)
}
