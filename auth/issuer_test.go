package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// pair is a key of an issuer, with what he signs by.
type pair struct {
	kid    string
	method jwt.SigningMethod
	signer crypto.Signer
}

func rsaPair(t testing.TB, kid string) pair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, minRSABits)
	if err != nil {
		t.Fatal(err)
	}
	return pair{kid, jwt.SigningMethodRS256, key}
}

func ecPair(t testing.TB, kid string, curve elliptic.Curve, method jwt.SigningMethod) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return pair{kid, method, key}
}

func edPair(t testing.TB, kid string) pair {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return pair{kid, jwt.SigningMethodEdDSA, key}
}

// token signs claims, with the changes to the header.
func (p pair) token(t testing.TB, claims jwt.MapClaims, header map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(p.method, claims)
	if p.kid != "" {
		token.Header["kid"] = p.kid
	}
	for name, value := range header {
		token.Header[name] = value
	}
	text, err := token.SignedString(p.signer)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func segment(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// jwk is the key as issuers publish it.
func (p pair) jwk(t testing.TB) map[string]any {
	t.Helper()
	m := map[string]any{"kid": p.kid, "use": "sig", "alg": p.method.Alg()}
	switch k := p.signer.Public().(type) {
	case *rsa.PublicKey:
		m["kty"], m["n"], m["e"] = "RSA", segment(k.N.Bytes()), "AQAB"
	case *ecdsa.PublicKey:
		point, err := k.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		size := len(point) / 2
		m["kty"], m["crv"], m["x"], m["y"] = "EC", k.Curve.Params().Name, segment(point[1:1+size]), segment(point[1+size:])
	case ed25519.PublicKey:
		m["kty"], m["crv"], m["x"] = "OKP", "Ed25519", segment(k)
	}
	return m
}

// issuer publishes keys, and counts how often he is asked.
type issuer struct {
	*httptest.Server
	asked atomic.Int64

	mu     sync.Mutex
	answer http.HandlerFunc
}

func newIssuer(t testing.TB, keys ...pair) *issuer {
	t.Helper()
	i := &issuer{}
	i.publish(t, keys...)
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.asked.Add(1)
		i.mu.Lock()
		answer := i.answer
		i.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) publish(t testing.TB, keys ...pair) {
	t.Helper()
	list := []map[string]any{}
	for _, k := range keys {
		list = append(list, k.jwk(t))
	}
	i.publishJSON(t, map[string]any{"keys": list})
}

func (i *issuer) publishJSON(t testing.TB, set any) {
	t.Helper()
	body, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	i.answers(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) })
}

func (i *issuer) answers(h http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answer = h
}

// clock is a time that tests move.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(testNow.UnixNano())
	return c
}

func (c *clock) now() time.Time           { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) forward(by time.Duration) { c.at.Add(int64(by)) }
func keySetOf(t testing.TB, i *issuer, c *clock) *KeySet {
	t.Helper()
	set, err := NewKeySet(KeySetOptions{URL: i.URL, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func tokensOf(t testing.TB, o TokenOptions) *Tokens {
	t.Helper()
	if o.Secret == nil {
		o.Secret = testSecret
	}
	if o.Now == nil {
		o.Now = func() time.Time { return testNow }
	}
	tokens, err := NewTokens(o)
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

func mustVerify(t *testing.T, tokens *Tokens, token, why string) {
	t.Helper()
	if session, err := tokens.Verify(token); err != nil || session.User.ID != "alice" {
		t.Errorf("%s: got %+v, %v", why, session, err)
	}
}

func mustRefuse(t *testing.T, tokens *Tokens, token, why string) {
	t.Helper()
	if _, err := tokens.Verify(token); !errors.Is(err, ErrUnauthenticated) {
		t.Errorf("%s: got %v, want %v", why, err, ErrUnauthenticated)
	}
}
