package auth

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// MinSecretBytes is the shortest secret: HS256 wants a key as long as its hash (RFC 7518, 3.2).
	MinSecretBytes = 32

	// maxTokenBytes is the longest token that is looked at: anybody may send one, and
	// parsing costs memory in proportion.
	maxTokenBytes = 4 << 10

	// localIssuer is `iss` of the tokens for this program's own accounts and guests.
	localIssuer = "roomstream"

	accountPrefix = "a:" // of the subjects of accounts
	guestPrefix   = "g:" // of the subjects of guests
)

// TokenOptions are the settings of Tokens. Secret is required.
type TokenOptions struct {
	Secret     []byte           // at least MinSecretBytes
	Previous   PreviousSecret   // zero: there is none
	PublicKeys []PublicKey      // of others who sign; see ParsePublicKeys
	KeySet     *KeySet          // more of those; nil: none
	Issuer     string           // what `iss` must be; empty: anything
	Audience   string           // what `aud` must hold; empty: anything
	Now        func() time.Time // nil: time.Now
}

// Tokens verifies JSON Web Tokens, and issues those that are signed with its secret. A token cannot choose how it is
// verified: see signers. Safe for concurrent use.
type Tokens struct {
	signers  *signers
	issuer   string
	audience string
	now      func() time.Time
	parser   *jwt.Parser
	keys     *Keys        // nil: no keys are taken
	revoked  *Revocations // nil: none is
	seen     *LastSeen    // nil: nobody wants to know
}

// NewTokens returns a *FieldError for a secret that is too short.
func NewTokens(o TokenOptions) (*Tokens, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &signers{secret: o.Secret, previous: o.Previous, keys: o.PublicKeys, set: o.KeySet, now: o.Now}
	if err := s.check(); err != nil {
		return nil, err
	}
	return &Tokens{
		signers: s, issuer: o.Issuer, audience: o.Audience, now: o.Now,
		// The claims are checked by checkClaims: which issuer counts depends on the subject.
		parser: jwt.NewParser(jwt.WithValidMethods(s.algorithms()), jwt.WithStrictDecoding(),
			jwt.WithJSONNumber(), jwt.WithoutClaimsValidation()),
	}, nil
}

// WithKeys gives the same that takes bots' keys, too, wherever a token is shown.
func (t *Tokens) WithKeys(keys *Keys) *Tokens {
	both := *t
	both.keys = keys
	return &both
}

// WithRevocations gives the same that refuses what is revoked.
func (t *Tokens) WithRevocations(r *Revocations) *Tokens {
	both := *t
	both.revoked = r
	return &both
}

// WithLastSeen gives the same that notes when the sessions of accounts are used.
func (t *Tokens) WithLastSeen(l *LastSeen) *Tokens {
	both := *t
	both.seen = l
	return &both
}

// Revoked says whether a user, who was let in before, would not be let in any more by what he showed then.
func (t *Tokens) Revoked(u User) bool { return t.revoked != nil && t.revoked.Covers(u) }

// Verify says who a token speaks for. Its errors wrap ErrTokenExpired, when nothing
// but the time is wrong, ErrUnauthenticated, or ErrKeysAway; they never hold the token. A key is looked up in its store,
// whose errors it may return. It may wait for the issuer's keys, keysTimeout at most.
func (t *Tokens) Verify(token string) (Session, error) {
	if t.keys != nil && IsKey(token) {
		return t.keys.session(token)
	}
	if len(token) > maxTokenBytes {
		return Session{}, refuse("the token is over %d bytes", maxTokenBytes)
	}
	claims := jwt.MapClaims{}
	parsed, err := t.parser.ParseWithClaims(token, claims, t.signers.key)
	switch {
	case errors.Is(err, ErrKeysAway):
		return Session{}, err
	case err != nil:
		return Session{}, refuse("%v", err)
	}
	session, err := t.checkClaims(claims, localAlgorithm(parsed))
	if err != nil {
		return Session{}, err
	}
	if t.Revoked(session.User) {
		return Session{}, refuse("the token is revoked")
	}
	session.ExpiresAt = t.signers.ends(token, parsed, session.ExpiresAt)
	if t.seen != nil {
		t.seen.Note(session.User)
	}
	return session, nil
}

// Issue makes an ordinary token, with the configured issuer and audience, that
// lives at least ttl. It is for subjects that are not this program's own.
func (t *Tokens) Issue(user User, ttl time.Duration) (string, error) {
	if localSubject(user.ID) || IsBot(user.ID) {
		return "", &FieldError{Field: "sub", Message: "must not begin with a:, g: or b:, which are for this server's own accounts, guests and bots"}
	}
	token, _, err := t.issue(user, ttl, t.now(), t.issuer, t.audience)
	return token, err
}

// IssueLocal makes a token for one of this program's own accounts or guests.
func (t *Tokens) IssueLocal(user User, ttl time.Duration) (string, error) {
	token, _, err := t.issueLocal(user, ttl, t.now())
	return token, err
}

// issueLocal makes one that says it was issued at a time, which is not in the future, and gives what it grants.
func (t *Tokens) issueLocal(user User, ttl time.Duration, at time.Time) (string, Session, error) {
	if !localSubject(user.ID) {
		return "", Session{}, &FieldError{Field: "sub", Message: "must begin with a: or g:"}
	}
	return t.issue(user, ttl, at, localIssuer, "")
}

// issue verifies what it made, so no token leaves that this server would refuse. It leaves
// User.Rooms out: for its own users the server keeps their roles itself.
func (t *Tokens) issue(user User, ttl time.Duration, now time.Time, issuer, audience string) (string, Session, error) {
	if ttl <= 0 {
		return "", Session{}, &FieldError{Field: "ttl", Message: "must be longer than nothing"}
	}
	// Seconds, as most verifiers expect: iat rounded down, exp up.
	claims := jwt.MapClaims{
		"sub": string(user.ID),
		"iat": now.Unix(),
		"exp": now.Add(ttl + time.Second - time.Nanosecond).Unix(),
		"jti": rand.Text(),
	}
	if part := now.Nanosecond() / int(time.Millisecond); part > 0 {
		claims[claimMillis] = part
	}
	set := func(name, value string) {
		if value != "" {
			claims[name] = value
		}
	}
	set("name", user.Name)
	set("iss", issuer)
	set("aud", audience)
	if len(user.Roles) > 0 {
		claims["roles"] = user.Roles
	}
	if err := CheckUserID(string(user.ID)); err != nil {
		return "", Session{}, err
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(t.signers.secret)
	if err != nil {
		return "", Session{}, fmt.Errorf("sign a token: %w", err)
	}
	made, err := t.Verify(token)
	if err != nil {
		return "", Session{}, fmt.Errorf("the token would be refused: %w", err)
	}
	return token, made, nil
}

func localSubject(id UserID) bool {
	return strings.HasPrefix(string(id), accountPrefix) || strings.HasPrefix(string(id), guestPrefix)
}

// IsBot says whether an id is a program's that shows a key.
func IsBot(id UserID) bool { return strings.HasPrefix(string(id), botPrefix) }

// refuse gives the reason, for the log, to ErrUnauthenticated.
func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnauthenticated, fmt.Sprintf(format, args...))
}
