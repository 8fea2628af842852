package files

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// linkLife is how long a link is good: for a page to load it, and for a video to be begun.
// What is in a URL is written into histories and logs.
const linkLife = 5 * time.Minute

// links makes and opens the tokens of links. A browser cannot send Authorization for an
// <img>; the user's own token must not stand in a URL, for it opens everything.
type links struct {
	key []byte
	now func() time.Time
}

// newLinks makes a key of its own, so that no link passes for anything else that the secret
// signs.
func newLinks(secret []byte, now func() time.Time) links {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("roomstream links to files"))
	return links{mac.Sum(nil), now}
}

// bearer is who a link was made for, as far as the rules of a room ask: readable, but not to
// be changed.
type bearer struct {
	User  auth.UserID `json:"u"`
	Admin bool        `json:"a,omitempty"`
	Role  string      `json:"r,omitempty"` // that his token grants in the room
	Until int64       `json:"e"`           // Unix time, seconds
	Token string      `json:"j,omitempty"` // the jti of the token that he had it made with
	At    int64       `json:"i,omitempty"` // when that was issued, Unix time in milliseconds; 0: it did not say
	Shown bool        `json:"t,omitempty"` // it was a token
}

// make gives a token for one file and one user. It is no longer good than his own.
func (l links) make(a address, session auth.Session) (token string, until time.Time) {
	until = l.now().Add(linkLife).Truncate(time.Second)
	if !session.ExpiresAt.IsZero() && session.ExpiresAt.Before(until) {
		until = session.ExpiresAt
	}
	b := bearer{
		User: session.User.ID, Admin: session.User.Has(auth.RoleAdmin), Role: session.User.Rooms[a.room], Until: until.Unix(),
	}
	if t := session.User.Token; t != nil {
		b.Shown = true
		if len(t.ID) <= auth.MaxTokenID { // a longer one is revoked with all of the user's
			b.Token = t.ID
		}
		if !t.IssuedAt.IsZero() {
			b.At = t.IssuedAt.UnixMilli()
		}
	}
	payload, err := json.Marshal(b)
	if err != nil { // it is made of strings and numbers
		return "", until
	}
	return encode(payload) + "." + encode(l.sign(a, payload)), until
}

// open says for whom a token was made. Whether he may still see the file is asked anew.
func (l links) open(a address, token string) (auth.User, error) {
	refused := rooms.E(rooms.CodeUnauthenticated, "token: is no link to this file")
	text, sum, _ := strings.Cut(token, ".")
	payload, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return auth.User{}, refused
	}
	shown, err := base64.RawURLEncoding.DecodeString(sum)
	var b bearer
	if err != nil || !hmac.Equal(shown, l.sign(a, payload)) || json.Unmarshal(payload, &b) != nil {
		return auth.User{}, refused
	}
	if l.now().Unix() >= b.Until {
		return auth.User{}, rooms.E(rooms.CodeTokenExpired, "token: the link has expired: get a new one")
	}
	user := auth.User{ID: b.User}
	if b.Shown {
		user.Token = &auth.Token{ID: b.Token}
		if b.At != 0 {
			user.Token.IssuedAt = time.UnixMilli(b.At)
		}
	}
	if b.Admin {
		user.Roles = []string{auth.RoleAdmin}
	}
	if b.Role != "" {
		user.Rooms = map[string]string{a.room: b.Role}
	}
	return user, nil
}

// sign binds a payload to a file. Neither a room's id nor a file's holds NUL.
func (l links) sign(a address, payload []byte) []byte {
	mac := hmac.New(sha256.New, l.key)
	mac.Write([]byte(a.room + "\x00" + a.file + "\x00"))
	mac.Write(payload)
	return mac.Sum(nil)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
