package auth

import (
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestTokensOfAnIssuerWithAKeySet(t *testing.T) {
	rs, es, ed := rsaPair(t, "rsa-1"), ecPair(t, "ec-1", elliptic.P256(), jwt.SigningMethodES256), edPair(t, "ed-1")
	i := newIssuer(t, rs, es, ed)
	tokens := tokensOf(t, TokenOptions{KeySet: keySetOf(t, i, newClock())})
	for _, p := range []pair{rs, es, ed} {
		mustVerify(t, tokens, p.token(t, with(nil), nil), p.method.Alg())
		unnamed := p
		unnamed.kid = ""
		mustVerify(t, tokens, unnamed.token(t, with(nil), nil), p.method.Alg()+" without a kid, where there is one such key")
		stranger := map[string]pair{"RS256": rsaPair(t, p.kid), "ES256": ecPair(t, p.kid, elliptic.P256(), jwt.SigningMethodES256), "EdDSA": edPair(t, p.kid)}[p.method.Alg()]
		mustRefuse(t, tokens, stranger.token(t, with(nil), nil), p.method.Alg()+" by another key of the same name")
	}
	mustVerify(t, tokens, sign(t, with(nil)), "the server's own secret")
	if n := i.asked.Load(); n != 1 {
		t.Errorf("the issuer was asked %d times, want once", n)
	}
}

func TestNobodyElsesKeySpeaksForThisServersAccounts(t *testing.T) {
	p := edPair(t, "1")
	tokens := tokensOf(t, TokenOptions{KeySet: keySetOf(t, newIssuer(t, p), newClock())})
	for _, sub := range []string{"a:1", "g:1", "b:1"} {
		mustRefuse(t, tokens, p.token(t, with(jwt.MapClaims{"sub": sub, "iss": localIssuer}), nil), sub)
	}
}

func TestATokenDoesNotChooseHowItIsVerified(t *testing.T) {
	rs, es, ed := rsaPair(t, "rsa"), ecPair(t, "ec", elliptic.P256(), jwt.SigningMethodES256), edPair(t, "ed")
	i := newIssuer(t, rs, es, ed)
	tokens := tokensOf(t, TokenOptions{KeySet: keySetOf(t, i, newClock())})
	public, err := ParsePublicKeys(pemOf(t, rs))
	if err != nil {
		t.Fatal(err)
	}
	alone := tokensOf(t, TokenOptions{PublicKeys: public})

	hs := func(secret []byte, kid string) string {
		token := jwt.NewWithClaims(jwt.SigningMethodHS256, with(nil))
		token.Header["kid"] = kid
		text, err := token.SignedString(secret)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	modulus := rs.signer.Public().(*rsa.PublicKey).N.Bytes()
	tests := map[string]string{
		"HS256 with the RSA key's PEM for a secret":      hs(pemOf(t, rs), "rsa"),
		"HS256 with the RSA key's modulus for a secret":  hs(modulus, "rsa"),
		"HS256 with the Ed25519 key for a secret":        hs(ed.signer.Public().(ed25519.PublicKey), "ed"),
		"RS384 with the right key":                       pair{"rsa", jwt.SigningMethodRS384, rs.signer}.token(t, with(nil), nil),
		"PS256 with the right key":                       pair{"rsa", jwt.SigningMethodPS256, rs.signer}.token(t, with(nil), nil),
		"ES384 on P-384 under the name of the P-256 key": ecPair(t, "ec", elliptic.P384(), jwt.SigningMethodES384).token(t, with(nil), nil),
		"an EC token under the name of the RSA key":      pair{"rsa", jwt.SigningMethodES256, es.signer}.token(t, with(nil), nil),
		"an Ed25519 token under the name of the EC key":  pair{"ec", jwt.SigningMethodEdDSA, ed.signer}.token(t, with(nil), nil),
		"a logout token":                                 rs.token(t, with(nil), map[string]any{"typ": "logout+jwt"}),
		"a proof of possession":                          rs.token(t, with(nil), map[string]any{"typ": "dpop+jwt"}),
		"a typ that is a number":                         rs.token(t, with(nil), map[string]any{"typ": 1}),
		"a typ that is null":                             rs.token(t, with(nil), map[string]any{"typ": nil}),
		"a critical extension":                           rs.token(t, with(nil), map[string]any{"crit": []string{"exp"}}),
		"a critical extension of nothing":                rs.token(t, with(nil), map[string]any{"crit": nil}),
		"a kid that is a number":                         rs.token(t, with(nil), map[string]any{"kid": 1}),
		"a kid that is a list":                           rs.token(t, with(nil), map[string]any{"kid": []string{"rsa"}}),
		"an empty kid":                                   rs.token(t, with(nil), map[string]any{"kid": ""}),
		"over 4 KiB":                                     rs.token(t, with(jwt.MapClaims{"fill": strings.Repeat("x", maxTokenBytes)}), nil),
		"over 4 KiB of a header":                         rs.token(t, with(nil), map[string]any{"fill": strings.Repeat("x", maxTokenBytes)}),
	}
	for why, token := range tests {
		mustRefuse(t, tokens, token, why)
		mustRefuse(t, alone, token, why+", with a file")
	}
	// The keys of a file have no names to compare.
	mustRefuse(t, tokens, pair{"ec", jwt.SigningMethodRS256, rs.signer}.token(t, with(nil), nil), "an RSA token under the name of the EC key")
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, with(nil)).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	for _, alg := range []string{"none", "None", "NONE", "", "hs256", "HS256 "} {
		header := segment([]byte(fmt.Sprintf(`{"alg":%q,"typ":"JWT"}`, alg)))
		mustRefuse(t, tokens, header+none[strings.IndexByte(none, '.'):], "alg "+alg)
	}
	for _, typ := range []string{"JWT", "jwt", "at+jwt", "application/at+jwt"} {
		mustVerify(t, tokens, rs.token(t, with(nil), map[string]any{"typ": typ}), "typ "+typ)
	}
}

// A kid is a name among those that the issuer published, never a path, a query or an address, and neither is any other
// member of the header.
func TestAKidIsOnlyAName(t *testing.T) {
	known, mallory := rsaPair(t, "known"), rsaPair(t, "")
	i, theirs := newIssuer(t, known), newIssuer(t, mallory)
	c := newClock()
	tokens := tokensOf(t, TokenOptions{KeySet: keySetOf(t, i, c)})
	for _, kid := range []string{"../../../../dev/null", "/dev/null", "known\x00", "KNOWN", " known", "' OR '1'='1", "known' --", `{"$ne":""}`, theirs.URL, "*"} {
		mustRefuse(t, tokens, mallory.token(t, with(nil), map[string]any{"kid": kid}), kid)
		mustRefuse(t, tokens, known.token(t, with(nil), map[string]any{"kid": kid}), kid+", signed with the known key")
		c.forward(keysUnknownEvery)
	}
	for _, member := range []map[string]any{
		{"jku": theirs.URL}, {"x5u": theirs.URL}, {"jwk": mallory.jwk(t)}, {"x5c": []string{"MIIB"}}, {"jku": theirs.URL, "kid": "known"},
	} {
		mustRefuse(t, tokens, mallory.token(t, with(nil), member), fmt.Sprint(member))
	}
	if n := theirs.asked.Load(); n != 0 {
		t.Errorf("another address was asked %d times", n)
	}
}

func TestAKeySetTurnsOver(t *testing.T) {
	before, after := rsaPair(t, "before"), ecPair(t, "after", elliptic.P256(), jwt.SigningMethodES256)
	i, c := newIssuer(t, before), newClock()
	tokens := tokensOf(t, TokenOptions{KeySet: keySetOf(t, i, c)})
	mustVerify(t, tokens, before.token(t, with(nil), nil), "the first key")

	i.publish(t, before, after)
	c.forward(keysUnknownEvery)
	mustVerify(t, tokens, after.token(t, with(nil), nil), "the new key, at its first token")
	mustVerify(t, tokens, before.token(t, with(nil), nil), "the old key beside the new one")

	i.publish(t, after)
	if err := tokens.signers.set.refresh(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	mustVerify(t, tokens, after.token(t, with(nil), nil), "the new key alone")
	c.forward(keysUnknownEvery)
	mustRefuse(t, tokens, before.token(t, with(nil), nil), "the old key, withdrawn")
}

func TestUnknownKidsHaveTheKeysFetchedOnceInAWhile(t *testing.T) {
	known := edPair(t, "known")
	i, c := newIssuer(t, known), newClock()
	tokens := tokensOf(t, TokenOptions{KeySet: keySetOf(t, i, c)})
	mustVerify(t, tokens, known.token(t, with(nil), nil), "a known kid")
	c.forward(keysUnknownEvery)
	const many = 200
	for round := range int64(3) {
		var group sync.WaitGroup
		for n := range many {
			token := edPair(t, fmt.Sprintf("unknown-%d", n)).token(t, with(nil), nil)
			group.Go(func() { mustRefuse(t, tokens, token, "an unknown kid") })
		}
		group.Wait()
		if asked := i.asked.Load(); asked != round+2 {
			t.Fatalf("after %d rounds of %d unknown kids the issuer was asked %d times, want %d", round+1, many, asked, round+2)
		}
		c.forward(keysUnknownEvery)
	}
	mustVerify(t, tokens, known.token(t, with(nil), nil), "a known kid, still")
}

func TestAnIssuerThatIsAway(t *testing.T) {
	p := edPair(t, "1")
	i, c := newIssuer(t, p), newClock()
	away := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	i.answers(away)
	tokens := tokensOf(t, TokenOptions{KeySet: keySetOf(t, i, c)})
	good := p.token(t, with(nil), nil)
	for range 3 {
		if _, err := tokens.Verify(good); !errors.Is(err, ErrKeysAway) || errors.Is(err, ErrUnauthenticated) {
			t.Fatalf("away from the start: got %v, want %v", err, ErrKeysAway)
		}
	}
	if n := i.asked.Load(); n != 1 {
		t.Errorf("who does not answer was asked %d times at once", n)
	}
	mustVerify(t, tokens, sign(t, with(nil)), "the server's own secret, meanwhile")

	i.publish(t, p)
	c.forward(keysUnknownEvery)
	mustVerify(t, tokens, good, "once it is there")

	i.answers(away)
	c.forward(24 * time.Hour)
	if err := tokens.signers.set.refresh(t.Context(), 0); err == nil {
		t.Fatal("an answer 502 is taken for keys")
	}
	mustVerify(t, tokens, good, "while it is away again")
	if _, err := tokens.Verify(edPair(t, "2").token(t, with(nil), nil)); !errors.Is(err, ErrKeysAway) {
		t.Errorf("an unknown kid meanwhile: got %v, want %v", err, ErrKeysAway)
	}
}

func TestAFilesKeyBesideAnIssuerThatIsAway(t *testing.T) {
	filed, published := edPair(t, "filed"), edPair(t, "published")
	keys, err := ParsePublicKeys(pemOf(t, filed))
	if err != nil {
		t.Fatal(err)
	}
	i, c := newIssuer(t, published), newClock()
	i.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	tokens := tokensOf(t, TokenOptions{PublicKeys: keys, KeySet: keySetOf(t, i, c)})
	mustVerify(t, tokens, filed.token(t, with(nil), nil), "by the file's key")
	if n := i.asked.Load(); n != 0 {
		t.Errorf("for the file's key the issuer was asked %d times", n)
	}
	if _, err := tokens.Verify(published.token(t, with(nil), nil)); !errors.Is(err, ErrKeysAway) {
		t.Errorf("by a published key: got %v, want %v", err, ErrKeysAway)
	}
	i.publish(t, published)
	c.forward(keysUnknownEvery)
	mustVerify(t, tokens, published.token(t, with(nil), nil), "by a published key, once the issuer is there")
	mustRefuse(t, tokens, edPair(t, "published").token(t, with(nil), nil), "by a key of neither under a published name")
	mustRefuse(t, tokens, edPair(t, "").token(t, with(nil), nil), "by a key of neither without a name")
}

func TestRunFetchesBeforeAnybodyComes(t *testing.T) {
	p := edPair(t, "1")
	i := newIssuer(t, p)
	set := keySetOf(t, i, newClock())
	fetched := make(chan struct{})
	body, err := json.Marshal(map[string]any{"keys": []any{p.jwk(t)}})
	if err != nil {
		t.Fatal(err)
	}
	i.answers(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(body)
		close(fetched)
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- set.Run(ctx) }()
	<-fetched
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Run returned %v", err)
	}
}

func TestAnswersThatAreNoKeySetLeaveTheLastOne(t *testing.T) {
	p := edPair(t, "1")
	i := newIssuer(t, p)
	elsewhere := newIssuer(t, edPair(t, "2"))
	set := keySetOf(t, i, newClock())
	if err := set.refresh(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	tests := map[string]http.HandlerFunc{
		"an error":        func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"a redirect":      func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) },
		"a page":          func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>Sign in</html>")) },
		"nothing":         func(http.ResponseWriter, *http.Request) {},
		"no keys":         func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"keys":[]}`)) },
		"a broken answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"an endless answer": func(w http.ResponseWriter, _ *http.Request) {
			for range 2 * maxKeySet / 1024 {
				if _, err := w.Write([]byte(strings.Repeat(" ", 1024))); err != nil {
					return
				}
			}
			_, _ = w.Write([]byte(`{"keys":[]}`))
		},
		"a small answer that unpacks to a large one": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			packed := gzip.NewWriter(w)
			defer packed.Close()
			for range 2 * maxKeySet / 1024 {
				if _, err := packed.Write([]byte(strings.Repeat(" ", 1024))); err != nil {
					return
				}
			}
			_ = json.NewEncoder(packed).Encode(map[string]any{"keys": []any{edPair(t, "3").jwk(t)}})
		},
		"101 keys": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"keys":[` + strings.Repeat(`{},`, maxSetKeys) + `{}]}`))
		},
	}
	for why, answer := range tests {
		i.answers(answer)
		if err := set.refresh(t.Context(), 0); err == nil {
			t.Errorf("%s is taken", why)
		}
		if set.known("1", "EdDSA") == nil {
			t.Fatalf("%s: the key is forgotten", why)
		}
	}
	if elsewhere.asked.Load() != 0 {
		t.Error("a redirect was followed")
	}
}

func TestKeysThatAreForSomethingElseArePassedOver(t *testing.T) {
	good := ecPair(t, "good", elliptic.P256(), jwt.SigningMethodES256)
	change := func(p pair, changes map[string]any) map[string]any {
		m := p.jwk(t)
		for name, value := range changes {
			m[name] = value
		}
		return m
	}
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	rs, ed := rsaPair(t, "x"), edPair(t, "x")
	other := segment(make([]byte, 32))
	bad := map[string]map[string]any{
		"for encryption":             change(rs, map[string]any{"use": "enc"}),
		"for signing only":           change(rs, map[string]any{"key_ops": []string{"sign"}}),
		"for RS512":                  change(rs, map[string]any{"alg": "RS512"}),
		"an RSA key that says ES256": change(rs, map[string]any{"alg": "ES256"}),
		"an RSA key of 1024 bits":    pair{"x", jwt.SigningMethodRS256, weak}.jwk(t),
		"an exponent of 1":           change(rs, map[string]any{"e": "AQ"}),
		"an even exponent":           change(rs, map[string]any{"e": "AQAA"}),
		"an endless exponent":        change(rs, map[string]any{"e": segment(make([]byte, 300))}),
		"an RSA key of 16,384 bits":  change(rs, map[string]any{"n": segment(append([]byte{0x80}, make([]byte, 2047)...))}),
		"P-384":                      ecPair(t, "x", elliptic.P384(), jwt.SigningMethodES384).jwk(t),
		"no point of the curve":      change(good, map[string]any{"kid": "x", "y": other}),
		"a short coordinate":         change(good, map[string]any{"kid": "x", "y": "AQ"}),
		"Ed448":                      change(ed, map[string]any{"crv": "Ed448"}),
		"X25519":                     change(ed, map[string]any{"crv": "X25519"}),
		"31 bytes of Ed25519":        change(ed, map[string]any{"x": segment(make([]byte, 31))}),
		"a secret":                   {"kty": "oct", "kid": "x", "alg": "HS256", "k": segment(testSecret)},
		"base64 with padding":        change(ed, map[string]any{"x": ed.jwk(t)["x"].(string) + "="}),
	}
	for why, key := range bad {
		body, err := json.Marshal(map[string]any{"keys": []any{key, good.jwk(t), "no object"}})
		if err != nil {
			t.Fatal(err)
		}
		keys, err := parseKeySet(body)
		if err != nil || len(keys) != 1 || keys[0].id != "good" {
			t.Errorf("%s: got %d keys, %v; want the good one alone", why, len(keys), err)
		}
	}
}

func TestKeySetURLs(t *testing.T) {
	for _, good := range []string{"https://idp.example/keys", "http://localhost:3000/jwks", "http://127.0.0.1:1/jwks", "http://[::1]/jwks", "https://idp.example:8443/a?b=c"} {
		if err := CheckKeySetURL(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "idp.example", "http://idp.example/jwks", "ftp://127.0.0.1/", "https://u:p@idp.example/", "file:///etc/passwd", "https://", "http://127.0.0.1.evil.example/", "https://a/#b"} {
		if CheckKeySetURL(bad) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// FuzzKeySet: no answer panics, and what is taken is one of the three algorithms.
func FuzzKeySet(f *testing.F) {
	for _, p := range []pair{rsaPair(f, "1"), ecPair(f, "2", elliptic.P256(), jwt.SigningMethodES256), edPair(f, "3")} {
		body, err := json.Marshal(map[string]any{"keys": []any{p.jwk(f)}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"","y":""},null,1,{"kty":"RSA","n":"","e":""}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		keys, err := parseKeySet(body)
		if (err == nil) != (len(keys) > 0) {
			t.Fatalf("%d keys and %v", len(keys), err)
		}
		for _, k := range keys {
			if k.alg != "RS256" && k.alg != "ES256" && k.alg != "EdDSA" || k.key == nil {
				t.Fatalf("took %+v", k)
			}
		}
	})
}
