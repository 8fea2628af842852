// Package auth says who speaks: it verifies and issues tokens, and keeps the
// accounts of those who have no identity provider. It knows no chat.
package auth

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// UserID is a token's `sub`: 1 to 128 UTF-8 characters, none of them a control
// character.
type UserID string

// RoleAdmin may do everything everywhere. It comes only from a token's claim or
// from an account made by the command line.
const RoleAdmin = "admin"

// RoleGuest is the role of those who signed in without an account.
const RoleGuest = "guest"

// User is somebody who speaks, as his token names him.
type User struct {
	ID    UserID
	Name  string
	Roles []string
	// Rooms are the roles that the token grants in rooms, by room id, as claimed: rooms that
	// may not exist, roles that may not either. Nil: none.
	Rooms map[string]string
	// Token is the one that he showed; of who showed a name and a password it has only the time. nil: he showed a key. It is
	// never changed.
	Token *Token
	// Grant, where it is set, is all that the user may do: he is a program that showed a key.
	Grant *Grant
}

// Grant is what a key allows. It is never changed.
type Grant struct {
	Rooms    map[string]bool // nil: every room but direct ones
	PostOnly bool            // sends messages, and nothing else
}

// In says whether the grant is good in a room.
func (g *Grant) In(room string) bool { return g.Rooms == nil || g.Rooms[room] }

// PostOnly says whether the user may send messages and nothing else.
func (u User) PostOnly() bool { return u.Grant != nil && u.Grant.PostOnly }

// Has says whether the user's token carries the role.
func (u User) Has(role string) bool { return slices.Contains(u.Roles, role) }

// Session is what a verified token grants, and until when.
type Session struct {
	User      User
	ExpiresAt time.Time
}

// The reasons why a token, a sign-in or an account is refused. Callers test for
// them with errors.Is; the messages are for people.
var (
	ErrUnauthenticated = errors.New("not authenticated")
	ErrTokenExpired    = errors.New("the token has expired")
	ErrNameTaken       = errors.New("the name is taken")
	ErrBusy            = errors.New("too many sign-ins at once")
)

// FieldError says which field of an input is wrong and how to mend it.
type FieldError struct {
	Field   string
	Message string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Message }

// maxUserID is the longest user id in characters.
const maxUserID = 128

// CheckUserID returns a *FieldError for a sub that is no user id.
func CheckUserID(sub string) error {
	n := utf8.RuneCountInString(sub)
	if n == 0 || n > maxUserID || !utf8.ValidString(sub) {
		return &FieldError{Field: "sub", Message: "must be 1 to 128 characters of valid UTF-8"}
	}
	if strings.ContainsFunc(sub, unicode.IsControl) {
		return &FieldError{Field: "sub", Message: "must not hold control characters"}
	}
	return nil
}
