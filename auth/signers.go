package auth

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// PreviousSecret is what tokens were signed with before the secret was changed.
type PreviousSecret struct {
	Secret []byte    // at least MinSecretBytes; nil: there is none
	Until  time.Time // from then on it is good for nothing
}

// signers are all whose signatures count: this server's secret, and the keys of others. Each has one algorithm, by its own
// kind. A token's `alg` and `kid` choose among them, and never how one of them is used.
type signers struct {
	secret   []byte
	previous PreviousSecret
	keys     []PublicKey // of a file
	set      *KeySet     // nil: there is none
	now      func() time.Time
}

// algorithms are those that some signer has.
func (s *signers) algorithms() []string {
	algorithms := []string{jwt.SigningMethodHS256.Alg()}
	for _, k := range s.keys {
		if !slices.Contains(algorithms, k.alg) {
			algorithms = append(algorithms, k.alg)
		}
	}
	if s.set == nil {
		return algorithms
	}
	return []string{
		jwt.SigningMethodHS256.Alg(), jwt.SigningMethodRS256.Alg(), jwt.SigningMethodES256.Alg(), jwt.SigningMethodEdDSA.Alg(),
	}
}

// goodTypes are the `typ` of tokens that say who speaks: by RFC 7519, 5.1, and those of OAuth (RFC 9068, 2.1). Others mean
// something else by a signature, as a logout (logout+jwt) or a proof of possession (dpop+jwt).
var goodTypes = []string{"jwt", "at+jwt", "application/jwt", "application/at+jwt"}

// key looks at a token's header and gives what its signature must be verified with. The parser has seen to it that the
// algorithm is one of algorithms.
func (s *signers) key(token *jwt.Token) (any, error) {
	if _, critical := token.Header["crit"]; critical {
		return nil, refuse("crit: no extension is known") // RFC 7515, 4.1.11
	}
	if claim, present := token.Header["typ"]; present {
		kind, ok := claim.(string)
		if !ok || !slices.Contains(goodTypes, strings.ToLower(kind)) {
			return nil, refuse("typ: must be JWT or at+jwt")
		}
	}
	if localAlgorithm(token) {
		return s.secrets(), nil
	}
	return s.publicKeys(token)
}

// localAlgorithm says whether a token was signed with the server's own secret, which alone speaks for its accounts.
func localAlgorithm(token *jwt.Token) bool { return token.Method == jwt.SigningMethodHS256 }

func (s *signers) secrets() jwt.VerificationKeySet {
	keys := []jwt.VerificationKey{s.secret}
	if s.previousCounts() {
		keys = append(keys, s.previous.Secret)
	}
	return jwt.VerificationKeySet{Keys: keys}
}

func (s *signers) previousCounts() bool {
	return s.previous.Secret != nil && s.now().Before(s.previous.Until)
}

// publicKeys gives those of others that a token may have been signed with. The keys of a file have no names: where one of them
// fits, the issuer is not asked, who does not know it and may be away.
func (s *signers) publicKeys(token *jwt.Token) (any, error) {
	kid, err := keyID(token)
	if err != nil {
		return nil, err
	}
	if key, ok := s.fileKey(token); ok {
		return key, nil
	}
	if s.set == nil {
		return nil, refuse("the signature is by no key of the file")
	}
	found, err := s.set.find(kid, token.Method.Alg())
	if err != nil {
		return nil, err
	}
	var keys []jwt.VerificationKey
	for _, k := range found {
		keys = append(keys, k.key)
	}
	return jwt.VerificationKeySet{Keys: keys}, nil
}

// fileKey gives the key of the file that a token was signed with.
func (s *signers) fileKey(token *jwt.Token) (key jwt.VerificationKey, ok bool) {
	signed := signedPart(token.Raw)
	for _, k := range s.keys {
		if k.alg == token.Method.Alg() && token.Method.Verify(signed, token.Signature, k.key) == nil {
			return k.key, true
		}
	}
	return nil, false
}

// signedPart is what a token's signature is of: all before its last dot.
func signedPart(raw string) string { return raw[:strings.LastIndexByte(raw, '.')] }

// keyID reads `kid`. It is compared with names of keys and used for nothing else.
func keyID(token *jwt.Token) (string, error) {
	claim, present := token.Header["kid"]
	if !present {
		return "", nil
	}
	kid, ok := claim.(string)
	if !ok || kid == "" {
		return "", refuse("kid: must be a string, and not empty")
	}
	return kid, nil
}

// ends gives the end of a token that says it is good until at: one by the previous secret ends with it.
func (s *signers) ends(raw string, token *jwt.Token, at time.Time) time.Time {
	if !localAlgorithm(token) || !s.previousCounts() || at.Before(s.previous.Until) {
		return at
	}
	if token.Method.Verify(signedPart(raw), token.Signature, s.secret) == nil {
		return at
	}
	return s.previous.Until
}

// check refuses settings that are of no use or worse.
func (s *signers) check() error {
	if err := checkSecretLength("jwt-secret", s.secret); err != nil {
		return err
	}
	if s.previous.Secret == nil {
		return nil
	}
	return checkSecretLength("jwt-previous-secret", s.previous.Secret)
}

func checkSecretLength(field string, secret []byte) error {
	if len(secret) >= MinSecretBytes {
		return nil
	}
	return &FieldError{
		Field:   field,
		Message: fmt.Sprintf("must be at least %d bytes, but has %d: `openssl rand -hex 32` makes a good one", MinSecretBytes, len(secret)),
	}
}
