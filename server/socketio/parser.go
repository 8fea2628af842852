package socketio

import (
	"errors"

	"github.com/zishang520/socket.io-go-parser/v2/parser"

	"roomstream/server/engineio"
)

// libraryParser is what the library encodes and decodes with. Its encoder is the stock one. Its decoder takes packets
// that were decoded here already: what a client sends never reaches the library's own decoder, which trusts it with
// memory and lets packets without a payload through to where they are fatal.
type libraryParser struct{ parser.Parser }

func newLibraryParser() parser.Parser { return libraryParser{parser.NewParser()} }

func (libraryParser) NewDecoder() parser.Decoder { return &passingDecoder{} }

// passingDecoder hands packets on as they are.
type passingDecoder struct{ engineio.Emitter }

// Add takes a *parser.Packet whose Data has the type that its Type asks for.
func (d *passingDecoder) Add(data any) error {
	p, ok := data.(*parser.Packet)
	if !ok {
		return errors.New("not a packet of ours")
	}
	d.Emit("decoded", p)
	return nil
}

// Destroy has nothing to free.
func (d *passingDecoder) Destroy() {}
