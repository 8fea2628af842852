package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// minRSABits is the least that RS256 may be used with (RFC 7518, 3.3).
	minRSABits = 2048

	// maxRSABits bounds what a verification costs: it grows with the square of the key, and anybody may ask for one.
	maxRSABits = 8192

	// maxFileKeys bounds the keys of a file: all of one algorithm are tried in turn.
	maxFileKeys = 8
)

// PublicKey is a key that others sign tokens with, and the one algorithm that it is good for. The algorithm follows from
// the key: a token has no say in it.
type PublicKey struct {
	id  string // its kid; empty: it has none
	alg string // RS256, ES256 or EdDSA
	key crypto.PublicKey
}

// newPublicKey says what a key is good for, or why it is good for nothing here.
func newPublicKey(id string, key crypto.PublicKey) (PublicKey, error) {
	switch k := key.(type) {
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits < minRSABits || bits > maxRSABits {
			return PublicKey{}, fmt.Errorf("an RSA key must have %d to %d bits, but this one has %d", minRSABits, maxRSABits, bits)
		}
		return PublicKey{id, jwt.SigningMethodRS256.Alg(), k}, nil
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P256() {
			return PublicKey{}, fmt.Errorf("an EC key must be on the curve P-256, but this one is on %s", k.Curve.Params().Name)
		}
		return PublicKey{id, jwt.SigningMethodES256.Alg(), k}, nil
	case ed25519.PublicKey:
		return PublicKey{id, jwt.SigningMethodEdDSA.Alg(), k}, nil
	}
	return PublicKey{}, fmt.Errorf("a key must be RSA, EC on the curve P-256 or Ed25519, but this one is a %T", key)
}

// ParsePublicKeys reads the keys of a file in PEM: one, or while they change the old and the new one. What stands between
// the blocks is passed over. Its errors repeat nothing of the file, which may hold what it should not.
func ParsePublicKeys(text []byte) ([]PublicKey, error) {
	var keys []PublicKey
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		key, err := parseBlock(block)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", len(keys)+1, err)
		}
		if keys = append(keys, key); len(keys) > maxFileKeys {
			return nil, fmt.Errorf("it must hold at most %d keys", maxFileKeys)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("it holds no key in PEM, which begins with -----BEGIN PUBLIC KEY-----")
	}
	return keys, nil
}

func parseBlock(block *pem.Block) (PublicKey, error) {
	var key crypto.PublicKey
	var err error
	switch block.Type {
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	default:
		return PublicKey{}, fmt.Errorf("it is a %q: only public keys belong here: `openssl pkey -pubout` makes one of a private key, `openssl x509 -noout -pubkey` of a certificate", block.Type)
	}
	if err != nil {
		return PublicKey{}, errors.New("it is damaged")
	}
	return newPublicKey("", key)
}
