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

// within says whether another handshake of the peer may begin, and answers where not. The stock client comes again after
// a while, as after every answer but 200; ours, too.
func (l Limits) within(w http.ResponseWriter, r *http.Request) bool {
	wait := l.AddressHandshakes.Take(limits.Address(r.RemoteAddr))
	if wait == 0 {
		wait = l.Handshakes.Take("")
	}
	if wait == 0 {
		return true
	}
	w.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	engineio.Refuse(w, http.StatusTooManyRequests, &engineio.HTTPError{Code: engineio.ErrBadRequest.Code, Message: "too many handshakes at once"})
	return false
}
