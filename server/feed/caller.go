package feed

import (
	"context"
	"net/http"
	"strings"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/streams"
	"roomstream/server/httpauth"
)

const (
	// protocolName is the WebSocket subprotocol of feeds: what a client that offers it is answered.
	protocolName = "roomstream.v1"

	// bearerPrefix begins a subprotocol that is a token: pages cannot set headers on a WebSocket.
	bearerPrefix = "bearer."
)

// caller is who opens a feed, and until when his token speaks for him.
type caller struct {
	streams.Caller
	until time.Time // zero: no end, as for a password or nobody
}

// identify says who sends a request; nobody is somebody too, whom the stream then decides on. What is shown and is wrong
// is refused, whether the stream would want it or not.
func (s *Server) identify(ctx context.Context, r *http.Request) (caller, error) {
	headers := r.Header.Values("Authorization")
	offered, err := offeredToken(r)
	switch {
	case err != nil:
		return caller{}, err
	case len(headers) > 1:
		return caller{}, rooms.BadField("Authorization", "must be given once")
	case len(headers) == 1 && offered != "":
		return caller{}, rooms.BadField("Authorization", "must not be given besides a token in Sec-WebSocket-Protocol")
	case offered != "":
		return s.byToken(offered)
	case len(headers) == 0:
		return caller{}, nil
	}
	if scheme, _, _ := strings.Cut(headers[0], " "); strings.EqualFold(scheme, "Basic") {
		return s.byPassword(ctx, r)
	}
	return s.byToken(httpauth.Bearer(headers[0]))
}

// counted is identify within the limit of the user.
func (s *Server) counted(ctx context.Context, r *http.Request) (caller, error) {
	who, err := s.identify(ctx, r)
	if err != nil {
		return caller{}, err
	}
	if who.Known {
		if err := rooms.Within(s.options.Limits.Requests, string(who.User.ID)); err != nil {
			return caller{}, err
		}
	}
	return who, nil
}

func (s *Server) byToken(token string) (caller, error) {
	session, err := s.options.Tokens.Verify(token)
	if err != nil {
		return caller{}, err
	}
	return caller{known(session.User), session.ExpiresAt}, nil
}

// byPassword takes the name and password of an account. Browsers send those of ws://name:password@host so too. A password
// that was right before the user's tokens were revoked is checked anew: it may have been changed.
func (s *Server) byPassword(ctx context.Context, r *http.Request) (caller, error) {
	name, password, ok := r.BasicAuth()
	if !ok {
		return caller{}, rooms.E(rooms.CodeUnauthenticated, "Authorization: Basic wants name:password in base64")
	}
	from := auth.Client{Address: r.RemoteAddr, Agent: r.UserAgent()}
	user, err := s.basic.login(ctx, from, name, password)
	if err == nil && s.options.Tokens.Revoked(user) {
		s.basic.forget(user.ID)
		user, err = s.basic.login(ctx, from, name, password)
	}
	switch {
	case err != nil:
		return caller{}, err
	case s.options.Tokens.Revoked(user): // the check had begun before
		return caller{}, rooms.E(rooms.CodeUnauthenticated, "what was signed in before is revoked: try again")
	}
	return caller{known(user), time.Time{}}, nil
}

func known(user auth.User) streams.Caller { return streams.Caller{User: user, Known: true} }

// offeredToken takes a token out of the subprotocols that a WebSocket offers; empty: none.
func offeredToken(r *http.Request) (string, error) {
	if !isUpgrade(r) {
		return "", nil
	}
	token, named, given := "", false, 0
	for _, line := range r.Header.Values("Sec-WebSocket-Protocol") {
		for entry := range strings.SplitSeq(line, ",") {
			entry = strings.TrimSpace(entry)
			named = named || strings.EqualFold(entry, protocolName)
			if rest, ok := strings.CutPrefix(entry, bearerPrefix); ok {
				token = rest
				given++
			}
		}
	}
	switch {
	case given == 0:
		return "", nil
	case given > 1 || token == "":
		return "", rooms.BadField("Sec-WebSocket-Protocol", "must hold one token behind %s", bearerPrefix)
	case !named:
		// A browser drops a connection whose answer names none of the protocols it offered, and a token is not to be echoed.
		return "", rooms.BadField("Sec-WebSocket-Protocol", "must offer %s besides the token", protocolName)
	}
	return token, nil
}
