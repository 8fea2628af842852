package socketio

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/limits"
	"roomstream/rooms/tally"
	"roomstream/server/httpauth"
)

// roomChat is the chat that clients are handed to: it lets them in by their token and takes their events to the
// Service. It is safe for concurrent use, has no goroutines, and nothing of it outlives the connections.
type roomChat struct {
	service *rooms.Service
	streams Streams // nil: there are none
	verify  func(token string) (auth.Session, error)
	bounds  bounds
	people  *people
	unread  func(context.Context, auth.UserID) (int, error)        // counts a user's unread notifications
	mine    func(context.Context, auth.User) ([]rooms.Mine, error) // a user's rooms
	now     func() time.Time
	log     *slog.Logger

	places   *limits.Places // of connections, by user
	refusals *tally.By      // counts the errors that clients are told; nil: nobody does
}

var _ chat = (*roomChat)(nil)

// bounds is what `ready` tells a client of them.
type bounds struct {
	MaxTextLength int   `json:"maxTextLength"` // code points
	MaxDataBytes  int   `json:"maxDataBytes"`
	MaxPayload    int64 `json:"maxPayload"` // bytes of one packet from a client
	MaxPageEvents int   `json:"maxPageEvents"`
	MaxFileSize   int64 `json:"maxFileSize"` // bytes
}

// newChat makes the chat. verify says what a token grants, with auth's errors; maxPayload is the transport's limit and
// maxFileSize that of uploads, in bytes.
func newChat(service *rooms.Service, verify func(token string) (auth.Session, error), maxPayload, maxFileSize int64, now func() time.Time, log *slog.Logger) *roomChat {
	c := &roomChat{
		service: service,
		verify:  verify,
		bounds: bounds{
			MaxTextLength: rooms.MaxTextLength, MaxDataBytes: rooms.MaxDataBytes,
			MaxPayload: maxPayload, MaxPageEvents: rooms.MaxPageEvents, MaxFileSize: maxFileSize,
		},
		people: newPeople(service.Connected, service.Disconnected),
		unread: service.UnreadNotifications,
		mine:   service.Mine,
		now:    now,
		log:    log,
	}
	c.people.idled = service.SocketIdle
	return c
}

// admit lets a client in whose token is good.
func (c *roomChat) admit(hs handshake) (session, *rooms.Error) {
	shown, refusal := readCredentials(hs)
	if refusal != nil {
		return nil, refusal
	}
	granted, err := c.verify(shown.token)
	if e := rooms.AsError(err); e != nil && e.Code.Retryable() && e.Code != rooms.CodeInternal {
		c.log.Warn("client turned away: its key cannot be looked up", "error", err)
		return turnedAway{}, nil // as below
	}
	if err != nil {
		return nil, c.refusal(err)
	}
	ctx, cancel := readContext()
	defer cancel()
	logID, err := c.service.LogID(ctx)
	if err != nil {
		// Not refused here: a stock client takes connect_error for the last word and would never come back.
		c.log.Warn("client turned away: the log is not open", "error", err)
		return turnedAway{}, nil
	}
	return &speaker{chat: c, user: granted.User, expiresAt: granted.ExpiresAt, logID: logID, silent: shown.silent}, nil
}

// refusal gives a verification's error the form a client sees.
func (c *roomChat) refusal(err error) *rooms.Error {
	if errors.Is(err, auth.ErrUnauthenticated) || errors.Is(err, auth.ErrTokenExpired) {
		return rooms.AsError(err)
	}
	return answer{event: "connect", log: c.log}.logged(rooms.AsError(err))
}

// credentials is what a client shows to be let in.
type credentials struct {
	token  string
	silent bool
}

// retrySilent is the value of auth.retry that leaves retryable failures of idempotent writes unanswered.
const retrySilent = "silent"

// readCredentials takes auth.token, or else the bearer token of the handshake.
func readCredentials(hs handshake) (credentials, *rooms.Error) {
	p := readObject(hs.Auth)
	if p.err != nil {
		return credentials{}, unauthenticated("auth", "must be an object")
	}
	token := httpauth.Bearer(hs.Authorization)
	// A client that has no token yet sends null.
	if raw := p.fields.value("token"); raw != nil && string(raw) != "null" {
		if token = p.text("token"); p.err != nil {
			return credentials{}, unauthenticated("token", "must be a string")
		}
	}
	if token == "" {
		return credentials{}, unauthenticated("token", "is required, in auth or as the header Authorization: Bearer")
	}
	retry := p.optionalText("retry")
	if retry != "" && retry != retrySilent {
		p.refuse("retry", "must be %q or be left out", retrySilent)
	}
	return credentials{token: token, silent: retry == retrySilent}, p.err
}

func unauthenticated(field, message string) *rooms.Error {
	e := rooms.BadField(field, "%s", message)
	e.Code = rooms.CodeUnauthenticated
	return e
}

// closeUnavailable is RFC 6455's "try again later".
const closeUnavailable = 1013

// turnedAway is a client whose token is good while the log is not there: it is sent off to come back.
type turnedAway struct{}

func (turnedAway) connected(l link) { l.Close(closeUnavailable, "unavailable") }

func (turnedAway) event(_ string, _ []json.RawMessage, _ bool, ack ackFunc) {
	if ack != nil {
		ack(errorBody(rooms.E(rooms.CodeUnavailable, "the server is not ready: connect again")))
	}
}

func (turnedAway) closed() {}
