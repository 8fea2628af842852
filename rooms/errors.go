package rooms

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"roomstream/auth"
)

// Code names a kind of failure. The list is closed, public (web/docs/protocol.md)
// and only ever added to: act on the code, read the message.
type Code string

// The codes a client sees.
const (
	CodeBadRequest       Code = "BAD_REQUEST"
	CodeUnknownEvent     Code = "UNKNOWN_EVENT"
	CodeUnauthenticated  Code = "UNAUTHENTICATED"
	CodeTokenExpired     Code = "TOKEN_EXPIRED"
	CodeForbidden        Code = "FORBIDDEN"
	CodeNotFound         Code = "NOT_FOUND"
	CodeMethodNotAllowed Code = "METHOD_NOT_ALLOWED"
	CodeConflict         Code = "CONFLICT"
	CodeGone             Code = "GONE"
	CodeTooLarge         Code = "TOO_LARGE"
	CodeUnsupportedMedia Code = "UNSUPPORTED_MEDIA"
	CodeRange            Code = "RANGE"
	CodeUpgradeRequired  Code = "UPGRADE_REQUIRED"
	CodeRateLimited      Code = "RATE_LIMITED"
	CodeInternal         Code = "INTERNAL"
	CodeUnavailable      Code = "UNAVAILABLE"
	CodeOverloaded       Code = "OVERLOADED"
	CodeTimeout          Code = "TIMEOUT"
)

// Retryable says whether the same request may succeed later.
func (c Code) Retryable() bool {
	switch c {
	case CodeRateLimited, CodeInternal, CodeUnavailable, CodeOverloaded, CodeTimeout:
		return true
	}
	return false
}

// Status is the code's HTTP status, by the table of protocol.md.
func (c Code) Status() int {
	switch c {
	case CodeBadRequest, CodeUnknownEvent:
		return http.StatusBadRequest
	case CodeUnauthenticated, CodeTokenExpired:
		return http.StatusUnauthorized
	case CodeForbidden:
		return http.StatusForbidden
	case CodeNotFound:
		return http.StatusNotFound
	case CodeMethodNotAllowed:
		return http.StatusMethodNotAllowed
	case CodeConflict:
		return http.StatusConflict
	case CodeGone:
		return http.StatusGone
	case CodeTooLarge:
		return http.StatusRequestEntityTooLarge
	case CodeUnsupportedMedia:
		return http.StatusUnsupportedMediaType
	case CodeRange:
		return http.StatusRequestedRangeNotSatisfiable
	case CodeUpgradeRequired:
		return http.StatusUpgradeRequired
	case CodeRateLimited:
		return http.StatusTooManyRequests
	case CodeUnavailable, CodeOverloaded:
		return http.StatusServiceUnavailable
	case CodeTimeout:
		return http.StatusGatewayTimeout
	}
	return http.StatusInternalServerError
}

// Error is the one error type that reaches a client. Its JSON form is the value
// of `error` in acks, REST bodies and connect errors.
type Error struct {
	Code       Code
	Message    string
	Field      string        // the input field at fault, shown as details.field
	Reason     string        // a word for programs that tells this case from others of its code, shown as details.reason
	RetryAfter time.Duration // 0: not said
	cause      error
}

func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.cause)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

// Unwrap gives what caused the failure; it is for the log, never for a client.
func (e *Error) Unwrap() error { return e.cause }

// E makes an Error of a code and a message for people.
func E(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// BadField refuses one field of an input and says how to mend it.
func BadField(field, format string, args ...any) *Error {
	return &Error{Code: CodeBadRequest, Message: field + ": " + fmt.Sprintf(format, args...), Field: field}
}

// Wrap makes an Error of a code whose cause is kept for the log.
func Wrap(code Code, cause error, format string, args ...any) *Error {
	e := E(code, format, args...)
	e.cause = cause
	return e
}

// Internal makes the error that a client is told instead of one that nobody foresaw, and
// the id of the log's entry about that: 8 hexadecimal digits, which a person can read out.
func Internal() (e *Error, logID string) {
	var b [4]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the process first
	logID = hex.EncodeToString(b[:])
	return E(CodeInternal, "internal error (log id %s)", logID), logID
}

// authBusyRetry is how long a client waits when password checks are at their
// limit: one check takes about 0.1 s.
const authBusyRetry = 500 * time.Millisecond

// authKeysRetry is how long a client waits while its issuer's keys cannot be fetched: they are asked for no sooner.
const authKeysRetry = 5 * time.Second

// AsError gives any error its code: auth's reasons by their meaning, contexts as
// TIMEOUT or UNAVAILABLE, everything unforeseen as INTERNAL with a message that
// tells nothing of the inside. It returns nil for nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	var field *auth.FieldError
	var limited *auth.LimitedError
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &field):
		return &Error{Code: CodeBadRequest, Message: field.Error(), Field: field.Field, cause: err}
	case errors.As(err, &limited):
		wait := Wrap(CodeRateLimited, err, "too many failed sign-ins: wait")
		wait.RetryAfter, wait.Reason = limited.RetryAfter, "sign_ins"
		return wait
	case errors.Is(err, auth.ErrTokenExpired):
		return Wrap(CodeTokenExpired, err, "the token has expired: get a new one")
	case errors.Is(err, auth.ErrUnauthenticated):
		return Wrap(CodeUnauthenticated, err, "a valid token is needed")
	case errors.Is(err, auth.ErrKeysAway):
		away := Wrap(CodeUnavailable, err, "the token cannot be verified now: its issuer does not answer")
		away.RetryAfter = authKeysRetry
		return away
	case errors.Is(err, auth.ErrNameTaken):
		return Wrap(CodeConflict, err, "the name is taken: choose another")
	case errors.Is(err, auth.ErrBusy):
		busy := Wrap(CodeOverloaded, err, "too many sign-ins at once")
		busy.RetryAfter = authBusyRetry
		return busy
	case errors.Is(err, context.DeadlineExceeded):
		return Wrap(CodeTimeout, err, "no answer in time: the outcome is unknown")
	case errors.Is(err, context.Canceled):
		return Wrap(CodeUnavailable, err, "the server is stopping")
	}
	return Wrap(CodeInternal, err, "internal error")
}
