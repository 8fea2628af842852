package engineio

import "github.com/zishang520/engine.io/v2/transports"

// view is the transport that a Conn shows the library. The part that all have in common is shared.
type view struct {
	transports.Transport
	conn *Conn
}

func (v view) Name() string {
	if v.conn.onPolling() {
		return transports.POLLING
	}
	return transports.WEBSOCKET
}

func (v view) Protocol() int      { return engineProtocol }
func (v view) Sid() string        { return v.conn.id }
func (v view) Writable() bool     { return v.conn.Idle() }
func (v view) ReadyState() string { return v.conn.ReadyState() }
