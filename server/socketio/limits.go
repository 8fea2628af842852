package socketio

import (
	"net/http"
	"strconv"
	"time"

	"roomstream/rooms/limits"
	"roomstream/server/engineio"
)

// Limits are what addresses and users may have and do of connections; nil: as they like.
type Limits struct {
	Handshakes         *limits.Limiter // of everybody; its key is empty
	AddressHandshakes  *limits.Limiter // by limits.Address
	AddressConnections *limits.Places  // by limits.Address
	Connections        *limits.Places  // by user
}

// closeCrowded is RFC 6455's "try again later": the user has connections enough.
const closeCrowded = 1013

// handshake lets a peer, host:port, begin another connection, or says how long to wait.
func (l Limits) handshake(peer string) time.Duration {
	_, wait := limits.TakeBoth(l.AddressHandshakes.Of(limits.Address(peer)), l.Handshakes.Of(""))
	return wait
}

// crowded gives back the handshake of who found no place: an address that has all its connections keeps nobody else from
// coming in.
func (l Limits) crowded(peer string) {
	l.AddressHandshakes.Of(limits.Address(peer)).Return()
	l.Handshakes.Of("").Return()
}

// within says whether another handshake of the peer may begin, and answers where not. The stock client comes again after
// a while, as after every answer but 200; ours, too.
func (l Limits) within(w http.ResponseWriter, r *http.Request) bool {
	wait := l.handshake(r.RemoteAddr)
	if wait == 0 {
		return true
	}
	w.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	engineio.Refuse(w, http.StatusTooManyRequests, &engineio.HTTPError{Code: engineio.ErrBadRequest.Code, Message: "too many handshakes at once"})
	return false
}
