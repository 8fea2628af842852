package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

const (
	// maxSetKeys bounds the keys of a set: issuers have two or three, and those who sign for many tenants some dozens.
	maxSetKeys = 100

	// maxExponentBytes keeps the exponent of an RSA key below 2^31, as crypto/rsa wants it; nearly all are 65537.
	maxExponentBytes = 4
)

// webKey is one key of a JWK set (RFC 7517), as far as it matters here.
type webKey struct {
	Type       string   `json:"kty"`
	ID         string   `json:"kid"`
	Use        string   `json:"use"`
	Operations []string `json:"key_ops"`
	Algorithm  string   `json:"alg"`
	Curve      string   `json:"crv"`
	N          string   `json:"n"`
	E          string   `json:"e"`
	X          string   `json:"x"`
	Y          string   `json:"y"`
}

// parseKeySet reads a JWK set. Keys that are for something else, or of a kind that is not known here, are passed over: an
// issuer publishes them for others. One without any that is good here is an error.
func parseKeySet(body []byte) ([]PublicKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, errors.New("the answer is no JSON Web Key Set: {\"keys\": [...]}")
	}
	if len(set.Keys) > maxSetKeys {
		return nil, fmt.Errorf("the set holds %d keys: at most %d are taken", len(set.Keys), maxSetKeys)
	}
	var keys []PublicKey
	for _, raw := range set.Keys {
		var k webKey
		if json.Unmarshal(raw, &k) != nil || !k.verifies() {
			continue
		}
		public, err := k.public()
		if err != nil {
			continue
		}
		key, err := newPublicKey(k.ID, public)
		if err != nil || k.Algorithm != "" && k.Algorithm != key.alg {
			continue
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("none of the set's %d keys is good for RS256, ES256 or EdDSA", len(set.Keys))
	}
	return keys, nil
}

// verifies says whether the issuer means the key for signatures.
func (k *webKey) verifies() bool {
	return (k.Use == "" || k.Use == "sig") && (k.Operations == nil || slices.Contains(k.Operations, "verify"))
}

// public builds the key (RFC 7518, 6.2 and 6.3; RFC 8037, 2). One that is secret ("oct") is never taken from the network.
func (k *webKey) public() (crypto.PublicKey, error) {
	switch {
	case k.Type == "RSA":
		return rsaKey(k.N, k.E)
	case k.Type == "EC" && k.Curve == "P-256":
		return p256Key(k.X, k.Y)
	case k.Type == "OKP" && k.Curve == "Ed25519":
		x, err := decodeOf(k.X, ed25519.PublicKeySize)
		return ed25519.PublicKey(x), err
	}
	return nil, errors.New("unknown kind of key")
}

func rsaKey(modulus, exponent string) (crypto.PublicKey, error) {
	n, err := decode(modulus)
	if err != nil {
		return nil, err
	}
	e, err := decode(exponent)
	if err != nil {
		return nil, err
	}
	value := new(big.Int).SetBytes(e)
	if len(e) > maxExponentBytes || value.BitLen() > 31 || value.BitLen() < 2 || value.Bit(0) == 0 {
		return nil, errors.New("bad exponent")
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(value.Int64())}, nil
}

// p256Key refuses what is no point of the curve.
func p256Key(x, y string) (crypto.PublicKey, error) {
	const size = 32 // bytes of a coordinate, leading zeros included
	xs, errX := decodeOf(x, size)
	ys, errY := decodeOf(y, size)
	if errX != nil || errY != nil {
		return nil, errors.New("bad coordinate")
	}
	const uncompressed = 4 // SEC 1, 2.3.3
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{uncompressed}, xs, ys))
}

func decode(text string) ([]byte, error) { return base64.RawURLEncoding.Strict().DecodeString(text) }

func decodeOf(text string, size int) ([]byte, error) {
	b, err := decode(text)
	if err == nil && len(b) != size {
		err = errors.New("wrong length")
	}
	return b, err
}
