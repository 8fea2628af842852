// Package engineio is the light connection that Socket.IO runs on: it reads and writes WebSocket frames itself, and
// begins as HTTP long-polling where a client begins so. It knows no chat.
//
// Everything that is said goes through Conn, however it is carried, and a client that upgrades keeps its Conn.
//
// Concurrency: Server and Conn are safe for concurrent use. What one client sends is handled one message at a time, in
// the goroutine that read it (for polling: the request's), so a slow handler holds up its own client only. Nothing that
// queues ever waits. Locks are held for copying into memory, never across a read, a write or a call to a Handler.
//
// Lifecycle: Run serves until its context is done and waits for its flushers: one for two cores, but 2 to 16. They write for
// all WebSockets, each for an equal share. An idle WebSocket has one goroutine, parked in the poller with no buffer, and one
// timer. A goroutine is started for what a read brought and, while a client's socket is full, for writing to it; all of them
// end with their connection. Drain closes all connections and waits; Run's end cuts what is left.
//
// Order and loss: frames leave in the order they were queued, across the upgrade too. The queue of a connection is
// bounded by maxQueue and one run more; a client that lets it fill, or takes nothing for WriteTimeout, is closed (1013
// slow) and nothing is ever left out before that. A close
// waits for what is queued before it, for at most WriteTimeout.
package engineio
