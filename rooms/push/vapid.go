package push

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// tokenLife is how long a token is good; a day is the most there may be (RFC 8292, 2).
	tokenLife = 12 * time.Hour
	// tokenReuse is how long one is used: services remember what they have checked.
	tokenReuse = 6 * time.Hour
	// tokensKept bounds the tokens that are remembered, one for each service; past it all are made anew.
	tokensKept = 100
)

// newKey makes a private key: its 32 bytes.
func newKey() ([]byte, error) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return key.Bytes(), nil
}

// vapid says to push services who sends: RFC 8292. It is safe for concurrent use.
type vapid struct {
	key     *ecdsa.PrivateKey
	public  string // as browsers and the header have it
	subject string // mailto: or https:
	now     func() time.Time

	mu     sync.Mutex
	tokens map[string]token // by the service's origin
}

type token struct {
	text string
	made time.Time
}

func newVapid(key []byte, subject string, now func() time.Time) (*vapid, error) {
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), key)
	if err != nil {
		return nil, fmt.Errorf("the push key that is kept is none: %w", err)
	}
	point, err := private.PublicKey.Bytes()
	if err != nil {
		return nil, err
	}
	return &vapid{key: private, public: base64.RawURLEncoding.EncodeToString(point), subject: subject, now: now, tokens: map[string]token{}}, nil
}

// header gives the header Authorization for the service of an endpoint.
func (v *vapid) header(endpoint *url.URL) (string, error) {
	origin := originOf(endpoint)
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.now()
	t, there := v.tokens[origin]
	if !there || now.Sub(t.made) > tokenReuse {
		claims := jwt.MapClaims{"aud": origin, "exp": now.Add(tokenLife).Unix(), "sub": v.subject}
		text, err := jwt.NewWithClaims(jwt.SigningMethodES256, claims).SignedString(v.key)
		if err != nil {
			return "", err
		}
		if len(v.tokens) >= tokensKept {
			clear(v.tokens)
		}
		t = token{text, now}
		v.tokens[origin] = t
	}
	return "vapid t=" + t.text + ", k=" + v.public, nil
}

// originOf is the origin of an address as browsers write it: without the port that its scheme means anyway.
func originOf(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if port := u.Port(); u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		host = strings.TrimSuffix(host, ":"+port)
	}
	return u.Scheme + "://" + host
}

// CheckSubject takes the contact that push services are told of: a mailto: address or an https URL, which some of them hold to
// be one that can be reached.
func CheckSubject(text string) error {
	u, err := url.Parse(text)
	mail := err == nil && u.Scheme == "mailto" && strings.Contains(u.Opaque, "@")
	page := err == nil && u.Scheme == "https" && u.Hostname() != ""
	if !mail && !page {
		return fmt.Errorf("%q is no contact: write it like mailto:admin@example.com or https://example.com", text)
	}
	return nil
}
