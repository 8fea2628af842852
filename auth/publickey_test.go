package auth

import (
	"bytes"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// pemOf is a public key as files hold it.
func pemOf(t testing.TB, p pair) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(p.signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func TestTokensOfAnIssuerWithAKeyInAFile(t *testing.T) {
	pairs := []pair{rsaPair(t, ""), ecPair(t, "any", elliptic.P256(), jwt.SigningMethodES256), edPair(t, "")}
	for _, p := range pairs {
		keys, err := ParsePublicKeys(pemOf(t, p))
		if err != nil {
			t.Fatal(err)
		}
		tokens := tokensOf(t, TokenOptions{PublicKeys: keys})
		mustVerify(t, tokens, p.token(t, with(nil), nil), p.method.Alg())
		mustVerify(t, tokens, sign(t, with(nil)), "the server's own secret beside "+p.method.Alg())
		for _, other := range pairs {
			if other.method != p.method {
				mustRefuse(t, tokens, other.token(t, with(nil), nil), other.method.Alg()+" where the file holds a key for "+p.method.Alg())
			}
		}
		mustRefuse(t, tokensOf(t, TokenOptions{}), p.token(t, with(nil), nil), p.method.Alg()+" where there is no file")
		mustRefuse(t, tokens, p.token(t, with(nil), map[string]any{"typ": "secevent+jwt"}), "typ")
		mustRefuse(t, tokens, p.token(t, with(nil), map[string]any{"crit": []string{"b64"}}), "crit")
	}
}

func TestAFileHoldsTheOldAndTheNewKey(t *testing.T) {
	before, after, stranger := rsaPair(t, ""), rsaPair(t, ""), rsaPair(t, "")
	keys, err := ParsePublicKeys(bytes.Join([][]byte{[]byte("the old one:\n"), pemOf(t, before), []byte("\nthe new one:\n"), pemOf(t, after)}, nil))
	if err != nil {
		t.Fatal(err)
	}
	tokens := tokensOf(t, TokenOptions{PublicKeys: keys})
	mustVerify(t, tokens, before.token(t, with(nil), nil), "the old key")
	mustVerify(t, tokens, after.token(t, with(nil), nil), "the new key")
	mustRefuse(t, tokens, stranger.token(t, with(nil), nil), "another key")
}

func TestPublicKeyFilesThatAreOfNoUse(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	good := rsaPair(t, "")
	private, err := x509.MarshalPKCS8PrivateKey(good.signer)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	tests := []struct {
		why  string
		text []byte
		fix  string
	}{
		{"nothing", nil, "BEGIN PUBLIC KEY"},
		{"no PEM", []byte("ssh-rsa AAAA"), "BEGIN PUBLIC KEY"},
		{"a private key", block("PRIVATE KEY", private), "openssl pkey -pubout"},
		{"a certificate", block("CERTIFICATE", []byte("x")), "openssl x509"},
		{"a damaged key", block("PUBLIC KEY", []byte("x")), "damaged"},
		{"1024 bits", pemOf(t, pair{signer: weak}), "2048"},
		{"P-384", pemOf(t, ecPair(t, "", elliptic.P384(), nil)), "P-256"},
		{"9 keys", bytes.Repeat(pemOf(t, edPair(t, "")), maxFileKeys+1), "at most 8"},
		{"a good one and a bad one", append(pemOf(t, good), block("PUBLIC KEY", []byte("x"))...), "key 2"},
	}
	for _, tt := range tests {
		if _, err := ParsePublicKeys(tt.text); err == nil || !strings.Contains(err.Error(), tt.fix) {
			t.Errorf("%s: got %v, want an error that says %q", tt.why, err, tt.fix)
		}
	}
	der := x509.MarshalPKCS1PublicKey(good.signer.Public().(*rsa.PublicKey))
	if keys, err := ParsePublicKeys(block("RSA PUBLIC KEY", der)); err != nil || len(keys) != 1 {
		t.Errorf("PKCS #1: %d keys, %v", len(keys), err)
	}
}

func TestThePreviousSecretIsGoodUntilItsEnd(t *testing.T) {
	old, c := []byte("fedcba9876543210fedcba9876543210"), newClock()
	until := testNow.Add(10 * time.Minute)
	tokens := tokensOf(t, TokenOptions{Previous: PreviousSecret{Secret: old, Until: until}, Now: c.now})
	by := func(secret []byte) string {
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, with(nil)).SignedString(secret)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	session, err := tokens.Verify(by(old))
	if err != nil || !session.ExpiresAt.Equal(until) {
		t.Errorf("by the previous secret: %+v, %v; want a session until %v", session, err, until)
	}
	session, err = tokens.Verify(by(testSecret))
	if want := testNow.Add(time.Hour); err != nil || !session.ExpiresAt.Equal(want) {
		t.Errorf("by the secret: %+v, %v; want a session until %v", session, err, want)
	}
	issued, err := tokens.Issue(User{ID: "alice"}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	c.forward(until.Sub(testNow))
	mustVerify(t, tokens, issued, "what was issued meanwhile: it is signed with the new secret")
	mustRefuse(t, tokens, by(old), "by the previous secret at its end")

	var field *FieldError
	if _, err := NewTokens(TokenOptions{Secret: testSecret, Previous: PreviousSecret{Secret: old[:31]}}); !errors.As(err, &field) || field.Field != "jwt-previous-secret" {
		t.Errorf("a short one: got %v", err)
	}
}
