package auth

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

var (
	testSecret = []byte("0123456789abcdef0123456789abcdef")
	testNow    = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

func testTokens(t testing.TB, issuer, audience string) *Tokens {
	t.Helper()
	tokens, err := NewTokens(TokenOptions{
		Secret: testSecret, Issuer: issuer, Audience: audience, Now: func() time.Time { return testNow },
	})
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// with gives claims that are good but for the changes; a nil value removes one.
func with(changes jwt.MapClaims) jwt.MapClaims {
	claims := jwt.MapClaims{"sub": "alice", "exp": testNow.Add(time.Hour).Unix()}
	for name, value := range changes {
		if value == nil {
			delete(claims, name)
			continue
		}
		claims[name] = value
	}
	return claims
}

func sign(t testing.TB, claims jwt.Claims) string {
	t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(testSecret)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestVerifyGivesTheUserOfGoodTokens(t *testing.T) {
	expiry := testNow.Add(time.Hour)
	tests := []struct {
		name   string
		claims jwt.MapClaims
		want   User
	}{
		{"sub and exp are enough", with(nil), User{ID: "alice"}},
		{"name and roles", with(jwt.MapClaims{"name": "Alice", "roles": []string{"admin", "editor"}}), User{ID: "alice", Name: "Alice", Roles: []string{"admin", "editor"}}},
		{"sub of 128 characters, not bytes", with(jwt.MapClaims{"sub": strings.Repeat("é", 128)}), User{ID: UserID(strings.Repeat("é", 128))}},
		{"nbf and iat at this moment", with(jwt.MapClaims{"nbf": testNow.Unix(), "iat": testNow.Unix()}), User{ID: "alice"}},
		{"any iss and aud where none is configured", with(jwt.MapClaims{"iss": "idp", "aud": "other"}), User{ID: "alice"}},
		{"claims of another letter case are other claims", with(jwt.MapClaims{"SUB": "mallory", "Roles": "admin"}), User{ID: "alice"}},
		{"iss roomstream with any other subject", with(jwt.MapClaims{"iss": "roomstream"}), User{ID: "alice"}},
		{"no roles in the array", with(jwt.MapClaims{"roles": []string{}}), User{ID: "alice"}},
		{"roles in rooms", with(jwt.MapClaims{"rooms": map[string]any{"general": "member", "ops": "owner"}}),
			User{ID: "alice", Rooms: map[string]string{"general": "member", "ops": "owner"}}},
		{"no rooms in the object", with(jwt.MapClaims{"rooms": map[string]any{}}), User{ID: "alice"}},
		{"a room that cannot be and a role that is none", with(jwt.MapClaims{"rooms": map[string]any{"a b": "Owner", "c": ""}}),
			User{ID: "alice", Rooms: map[string]string{"a b": "Owner", "c": ""}}},
		{"as many rooms as may be", with(jwt.MapClaims{"rooms": manyRooms(100)}), User{ID: "alice", Rooms: manyRooms(100)}},
		{"rooms in another letter case are another claim", with(jwt.MapClaims{"Rooms": 1}), User{ID: "alice"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			session, err := testTokens(t, "", "").Verify(sign(t, tt.claims))
			if err != nil {
				t.Fatal(err)
			}
			got := session.User
			if (got.Rooms == nil) != (tt.want.Rooms == nil) || !maps.Equal(got.Rooms, tt.want.Rooms) {
				t.Errorf("the rooms are %v, want %v", got.Rooms, tt.want.Rooms)
			}
			if got.ID != tt.want.ID || got.Name != tt.want.Name || strings.Join(got.Roles, ",") != strings.Join(tt.want.Roles, ",") {
				t.Errorf("user is %+v, want %+v", got, tt.want)
			}
			if !session.ExpiresAt.Equal(expiry) {
				t.Errorf("expires at %v, want %v", session.ExpiresAt, expiry)
			}
		})
	}
}

// manyRooms is a claim of n rooms.
func manyRooms(n int) map[string]string {
	rooms := make(map[string]string, n)
	for i := range n {
		rooms["r"+strconv.Itoa(i)] = "member"
	}
	return rooms
}

func TestVerifyRefusesClaims(t *testing.T) {
	tests := []struct {
		name   string
		claims jwt.MapClaims
		want   error
	}{
		{"no sub", with(jwt.MapClaims{"sub": nil}), ErrUnauthenticated},
		{"empty sub", with(jwt.MapClaims{"sub": ""}), ErrUnauthenticated},
		{"sub of 129 characters", with(jwt.MapClaims{"sub": strings.Repeat("x", 129)}), ErrUnauthenticated},
		{"control character in sub", with(jwt.MapClaims{"sub": "ali\u0007ce"}), ErrUnauthenticated},
		{"C1 control character in sub", with(jwt.MapClaims{"sub": "ali\u0085ce"}), ErrUnauthenticated},
		{"sub that is a number", with(jwt.MapClaims{"sub": 7}), ErrUnauthenticated},
		{"sub that is an array", with(jwt.MapClaims{"sub": []string{"alice"}}), ErrUnauthenticated},
		{"no exp", with(jwt.MapClaims{"exp": nil}), ErrUnauthenticated},
		{"exp that is a string", with(jwt.MapClaims{"exp": "1893456000"}), ErrUnauthenticated},
		{"exp beyond every calendar", with(jwt.MapClaims{"exp": 1e300}), ErrUnauthenticated},
		{"negative exp", with(jwt.MapClaims{"exp": -1}), ErrUnauthenticated},
		{"exp a second ago", with(jwt.MapClaims{"exp": testNow.Add(-time.Second).Unix()}), ErrTokenExpired},
		{"exp at this moment: no leeway", with(jwt.MapClaims{"exp": testNow.Unix()}), ErrTokenExpired},
		{"nbf in a second: no leeway", with(jwt.MapClaims{"nbf": testNow.Add(time.Second).Unix()}), ErrUnauthenticated},
		{"nbf that is a string", with(jwt.MapClaims{"nbf": "0"}), ErrUnauthenticated},
		{"iat in a second: no leeway", with(jwt.MapClaims{"iat": testNow.Add(time.Second).Unix()}), ErrUnauthenticated},
		{"iat that is true", with(jwt.MapClaims{"iat": true}), ErrUnauthenticated},
		{"roles that are a string", with(jwt.MapClaims{"roles": "admin"}), ErrUnauthenticated},
		{"roles that are an object", with(jwt.MapClaims{"roles": map[string]any{"admin": true}}), ErrUnauthenticated},
		{"a number among the roles", with(jwt.MapClaims{"roles": []any{"a", 1}}), ErrUnauthenticated},
		{"null among the roles", with(jwt.MapClaims{"roles": []any{"a", nil}}), ErrUnauthenticated},
		{"rooms that are a string", with(jwt.MapClaims{"rooms": "general"}), ErrUnauthenticated},
		{"rooms that are an array", with(jwt.MapClaims{"rooms": []string{"general"}}), ErrUnauthenticated},
		{"a room whose role is a number", with(jwt.MapClaims{"rooms": map[string]any{"a": "member", "b": 1}}), ErrUnauthenticated},
		{"a room whose role is null", with(jwt.MapClaims{"rooms": map[string]any{"a": nil}}), ErrUnauthenticated},
		{"a room whose roles are an array", with(jwt.MapClaims{"rooms": map[string]any{"a": []string{"member"}}}), ErrUnauthenticated},
		{"101 rooms", with(jwt.MapClaims{"rooms": manyRooms(101)}), ErrUnauthenticated},
		{"name that is a number", with(jwt.MapClaims{"name": 1}), ErrUnauthenticated},
		{"name of 129 characters", with(jwt.MapClaims{"name": strings.Repeat("n", 129)}), ErrUnauthenticated},
		{"NUL in the name", with(jwt.MapClaims{"name": "Ali\x00ce"}), ErrUnauthenticated},
		{"iss that is an array", with(jwt.MapClaims{"iss": []string{"roomstream"}}), ErrUnauthenticated},
		{"account's subject without iss", with(jwt.MapClaims{"sub": "a:1"}), ErrUnauthenticated},
		{"account's subject by another issuer", with(jwt.MapClaims{"sub": "a:1", "iss": "idp"}), ErrUnauthenticated},
		{"guest's subject by another issuer", with(jwt.MapClaims{"sub": "g:1", "iss": "idp"}), ErrUnauthenticated},
		{"guest who is admin", with(jwt.MapClaims{"sub": "g:1", "iss": "roomstream", "roles": []string{"guest", "admin"}}), ErrUnauthenticated},
		{"expired and wrong in another way", with(jwt.MapClaims{"exp": 1, "roles": "admin"}), ErrUnauthenticated},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := testTokens(t, "", "").Verify(sign(t, tt.claims))
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestTheRefusalOfRoomsNamesTheClaim(t *testing.T) {
	for _, claim := range []any{7, manyRooms(101), map[string]any{"a": true}} {
		_, err := testTokens(t, "", "").Verify(sign(t, with(jwt.MapClaims{"rooms": claim})))
		if err == nil || !strings.Contains(err.Error(), "rooms: must") {
			t.Errorf("%v: got %v, want an error that names rooms", claim, err)
		}
	}
}

func TestVerifyRefusesNullClaims(t *testing.T) {
	for _, name := range []string{"sub", "exp", "nbf", "iat", "roles", "rooms", "name", "iss"} {
		claims := with(nil)
		claims[name] = nil
		if _, err := testTokens(t, "", "").Verify(sign(t, claims)); !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("%s: null: got %v, want %v", name, err, ErrUnauthenticated)
		}
	}
}

func TestVerifyHoldsTokensToTheConfiguredIssuerAndAudience(t *testing.T) {
	const issuer, audience = "https://idp.example", "chat"
	tests := []struct {
		name   string
		claims jwt.MapClaims
		ok     bool
	}{
		{"both right", jwt.MapClaims{"iss": issuer, "aud": audience}, true},
		{"aud is a list that holds it", jwt.MapClaims{"iss": issuer, "aud": []string{"mail", audience}}, true},
		{"wrong iss", jwt.MapClaims{"iss": "https://evil.example", "aud": audience}, false},
		{"no iss", jwt.MapClaims{"aud": audience}, false},
		{"wrong aud", jwt.MapClaims{"iss": issuer, "aud": "mail"}, false},
		{"no aud", jwt.MapClaims{"iss": issuer}, false},
		{"aud is a list without it", jwt.MapClaims{"iss": issuer, "aud": []any{"mail", 7}}, false},
		{"aud is an empty list: CVE-2020-26160", jwt.MapClaims{"iss": issuer, "aud": []any{}}, false},
		{"aud is a list of nothing", jwt.MapClaims{"iss": issuer, "aud": []any{""}}, false},
		{"aud is a list of null", jwt.MapClaims{"iss": issuer, "aud": []any{nil}}, false},
		{"aud is an object", jwt.MapClaims{"iss": issuer, "aud": map[string]any{audience: true}}, false},
		{"an account's own token", jwt.MapClaims{"sub": "a:1", "iss": "roomstream"}, true},
		{"a guest's own token", jwt.MapClaims{"sub": "g:1", "iss": "roomstream", "roles": []string{"guest"}}, true},
		{"iss roomstream with another subject", jwt.MapClaims{"iss": "roomstream", "aud": audience}, false},
		{"an account's subject by the configured issuer", jwt.MapClaims{"sub": "a:1", "iss": issuer, "aud": audience}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := testTokens(t, issuer, audience).Verify(sign(t, with(tt.claims)))
			if tt.ok && err != nil {
				t.Errorf("refused: %v", err)
			}
			if !tt.ok && !errors.Is(err, ErrUnauthenticated) {
				t.Errorf("got %v, want %v", err, ErrUnauthenticated)
			}
		})
	}
}

// CVE-2024-51744: whoever asks by ErrTokenExpired alone must not take for expired what nobody has signed.
func TestWhatNobodySignedIsNotSaidToBeExpired(t *testing.T) {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, with(jwt.MapClaims{"exp": 1})).SignedString([]byte(strings.Repeat("x", 32)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := testTokens(t, "", "").Verify(token); !errors.Is(err, ErrUnauthenticated) || errors.Is(err, ErrTokenExpired) {
		t.Errorf("got %v, want %v alone", err, ErrUnauthenticated)
	}
}

func TestVerifyAcceptsOneAlgorithmOnly(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		method jwt.SigningMethod
		key    any
	}{
		{"alg none", jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType},
		{"HS384 with the right secret", jwt.SigningMethodHS384, testSecret},
		{"HS512 with the right secret", jwt.SigningMethodHS512, testSecret},
		{"RS256", jwt.SigningMethodRS256, rsaKey},
		{"HS256 with another secret", jwt.SigningMethodHS256, []byte(strings.Repeat("x", 32))},
		{"HS256 with an empty secret", jwt.SigningMethodHS256, []byte{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			token, err := jwt.NewWithClaims(tt.method, with(nil)).SignedString(tt.key)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := testTokens(t, "", "").Verify(token); !errors.Is(err, ErrUnauthenticated) {
				t.Errorf("got %v, want %v", err, ErrUnauthenticated)
			}
		})
	}
}

func TestVerifyRefusesTokensThatAreNone(t *testing.T) {
	good := sign(t, with(nil))
	parts := strings.Split(good, ".")
	critical := jwt.NewWithClaims(jwt.SigningMethodHS256, with(nil))
	critical.Header["crit"] = []string{"b64"}
	criticalToken, err := critical.SignedString(testSecret)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		"empty":               "",
		"no dots":             "token",
		"two parts":           parts[0] + "." + parts[1],
		"four parts":          good + ".x",
		"no signature":        parts[0] + "." + parts[1] + ".",
		"changed claims":      parts[0] + "." + parts[1] + "x." + parts[2],
		"space before":        " " + good,
		"padding":             good + "=",
		"critical extension":  criticalToken,
		"claims are an array": jwtOf(t, `["alice"]`),
		"claims are null":     jwtOf(t, `null`),
	}
	for name, token := range tests {
		if _, err := testTokens(t, "", "").Verify(token); !errors.Is(err, ErrUnauthenticated) {
			t.Errorf("%s: got %v, want %v", name, err, ErrUnauthenticated)
		}
	}
}

// jwtOf signs any text as claims.
func jwtOf(t testing.TB, claims string) string {
	t.Helper()
	p := jwt.New(jwt.SigningMethodHS256)
	header := p.EncodeSegment([]byte(`{"alg":"HS256","typ":"JWT"}`))
	text := header + "." + p.EncodeSegment([]byte(claims))
	signature, err := jwt.SigningMethodHS256.Sign(text, testSecret)
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + p.EncodeSegment(signature)
}

func TestVerifyRefusesTokensOver4KiBThatAreGoodOtherwise(t *testing.T) {
	fill := func(n int) string { return sign(t, with(jwt.MapClaims{"fill": strings.Repeat("x", n)})) }
	n := maxTokenBytes * 3 / 4
	for len(fill(n)) > maxTokenBytes {
		n--
	}
	if _, err := testTokens(t, "", "").Verify(fill(n)); err != nil {
		t.Errorf("a token of %d bytes: %v", len(fill(n)), err)
	}
	over := fill(n + 2)
	if len(over) <= maxTokenBytes {
		t.Fatalf("the token has %d bytes only", len(over))
	}
	if _, err := testTokens(t, "", "").Verify(over); !errors.Is(err, ErrUnauthenticated) {
		t.Errorf("a token of %d bytes: got %v, want %v", len(over), err, ErrUnauthenticated)
	}
}

func TestVerifyHonoursFractionsOfASecond(t *testing.T) {
	session, err := testTokens(t, "", "").Verify(jwtOf(t, `{"sub":"alice","exp":1893456000.25}`))
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Unix(1893456000, 250_000_000); !session.ExpiresAt.Equal(want) {
		t.Errorf("expires at %v, want %v", session.ExpiresAt, want)
	}
}

func TestErrorsHoldNoToken(t *testing.T) {
	token := sign(t, with(jwt.MapClaims{"roles": "admin"}))
	_, err := testTokens(t, "", "").Verify(token)
	for _, part := range strings.Split(token, ".") {
		if strings.Contains(err.Error(), part) {
			t.Errorf("the error holds a part of the token: %v", err)
		}
	}
}

func TestIssuedTokensAreGood(t *testing.T) {
	tokens := testTokens(t, "https://idp.example", "chat")
	user := User{ID: "alice", Name: "Alice", Roles: []string{"editor"}}
	token, err := tokens.Issue(user, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	session, err := tokens.Verify(token)
	if err != nil {
		t.Fatal(err)
	}
	if session.User.ID != user.ID || session.User.Name != user.Name || !session.User.Has("editor") {
		t.Errorf("user is %+v, want %+v", session.User, user)
	}
	if want := testNow.Add(time.Hour); !session.ExpiresAt.Equal(want) {
		t.Errorf("expires at %v, want %v", session.ExpiresAt, want)
	}
}

func TestIssuedTokensGrantNoRolesInRooms(t *testing.T) {
	tokens := testTokens(t, "", "")
	token, err := tokens.IssueLocal(User{ID: "a:1", Rooms: map[string]string{"general": "owner"}}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if session, err := tokens.Verify(token); err != nil || session.User.Rooms != nil {
		t.Errorf("the user is %+v, %v", session.User, err)
	}
}

func TestIssueRefusesWhatVerifyWouldRefuse(t *testing.T) {
	tokens := testTokens(t, "", "")
	issues := map[string]func() (string, error){
		"a: by Issue":               func() (string, error) { return tokens.Issue(User{ID: "a:1"}, time.Hour) },
		"g: by Issue":               func() (string, error) { return tokens.Issue(User{ID: "g:1"}, time.Hour) },
		"another sub by IssueLocal": func() (string, error) { return tokens.IssueLocal(User{ID: "alice"}, time.Hour) },
		"an empty sub":              func() (string, error) { return tokens.Issue(User{}, time.Hour) },
		"a name too long":           func() (string, error) { return tokens.Issue(User{ID: "x", Name: strings.Repeat("n", 129)}, time.Hour) },
		"no time to live":           func() (string, error) { return tokens.Issue(User{ID: "x"}, 0) },
		"a guest who is admin": func() (string, error) {
			return tokens.IssueLocal(User{ID: "g:1", Roles: []string{RoleAdmin}}, time.Hour)
		},
		"more than 4 KiB of a token": func() (string, error) {
			return tokens.Issue(User{ID: "x", Roles: []string{strings.Repeat("r", 4096)}}, time.Hour)
		},
	}
	for name, issue := range issues {
		if token, err := issue(); err == nil {
			t.Errorf("%s: issued %q", name, token)
		}
	}
}

func TestSecretUnder32BytesIsRefusedByName(t *testing.T) {
	_, err := NewTokens(TokenOptions{Secret: testSecret[:31]})
	var field *FieldError
	if !errors.As(err, &field) || field.Field != "jwt-secret" {
		t.Fatalf("got %v, want an error that names jwt-secret", err)
	}
	if strings.Contains(err.Error(), string(testSecret[:31])) {
		t.Error("the error holds the secret")
	}
}

// FuzzVerify: no text panics, and only what is signed with the secret is accepted.
func FuzzVerify(f *testing.F) {
	tokens := testTokens(f, "", "")
	for _, claims := range []string{`{"sub":"alice","exp":1893456000}`, `{"sub":1}`, `{}`, `[]`, `null`, `{"exp":1e999}`, `{"roles":[[]]}`,
		`{"sub":"alice","exp":1893456000,"rooms":{"general":"member","x":"none"}}`, `{"rooms":{"a":{}}}`, `{"rooms":[]}`} {
		f.Add(claims, "")
	}
	f.Add("", "eyJhbGciOiJub25lIn0.e30.")
	for _, known := range []string{
		strings.Repeat(".", maxTokenBytes), strings.Repeat("a.", maxTokenBytes/2), // CVE-2025-30204: parts without end
		"eyJhbGciOiJIUzI1NiIsImNyaXQiOlsieCJdLCJ4IjoxfQ.e30.", // what must be understood and is not (RFC 7515, 4.1.11)
	} {
		f.Add("", known)
	}
	expired := jwtOf(f, `{"sub":"alice","exp":1}`)
	f.Add("", expired[:len(expired)-4]+"AAAA") // CVE-2024-51744: expired, and signed by nobody
	forChat := testTokens(f, "", "chat")
	for _, aud := range []string{`[]`, `[""]`, `[null]`, `null`, `""`, `{}`} { // CVE-2020-26160: for nobody
		f.Add(`{"sub":"alice","exp":9999999999,"aud":`+aud+`}`, "")
	}
	f.Fuzz(func(t *testing.T, claims, raw string) {
		if _, err := forChat.Verify(jwtOf(t, claims)); err == nil && !strings.Contains(claims, "chat") && !strings.Contains(claims, localIssuer) && !strings.Contains(claims, `\u`) {
			t.Fatalf("%q: accepted, for another audience", claims)
		}
		for i, token := range []string{jwtOf(t, claims), raw} {
			session, err := tokens.Verify(token)
			if err != nil {
				if i > 0 && errors.Is(err, ErrTokenExpired) {
					t.Fatalf("%q: signed by nobody, and told that it is expired", token)
				}
				if !errors.Is(err, ErrUnauthenticated) && !errors.Is(err, ErrTokenExpired) {
					t.Fatalf("%q: an error without a reason: %v", token, err)
				}
				continue
			}
			if CheckUserID(string(session.User.ID)) != nil || !session.ExpiresAt.After(testNow) || len(session.User.Rooms) > maxRoomsClaim {
				t.Fatalf("%q: accepted as %+v", token, session)
			}
		}
	})
}
