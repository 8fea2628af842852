package socketio

import _ "embed"

// asyncAPIDocument describes the events for other programs. It is written by hand; the tests fail when it and what goes
// over a connection differ.
//
//go:embed asyncapi.json
var asyncAPIDocument []byte

// AsyncAPIDocument is a document of AsyncAPI 3.0 with every event of this package. Nobody may change it.
func AsyncAPIDocument() []byte { return asyncAPIDocument }
