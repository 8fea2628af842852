package auth

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// maxNameClaim is the longest `name` in characters. In UTF-8 it fits the 512 bytes
	// that a message keeps of its author's name.
	maxNameClaim = 128

	// maxNumericDate is the last second of the year 9999, which RFC 3339 can still
	// write; what is above would overflow on its way to a clock.
	maxNumericDate = 253402300799

	// maxRoomsClaim is the most rooms a token may name: each is looked at whenever its user
	// comes, and the protocol promises the number.
	maxRoomsClaim = 100
)

// checkClaims holds the claims of a token, whose signature is right, to the rules
// of web/docs/protocol.md. Names of claims are matched exactly, unlike the fields
// of a struct by encoding/json: "SUB" is not "sub". own: it is signed with the server's secret.
func (t *Tokens) checkClaims(claims jwt.MapClaims, own bool) (Session, error) {
	user, err := claimedUser(claims)
	if err != nil {
		return Session{}, err
	}
	if err := t.checkIssuer(claims, user, own); err != nil {
		return Session{}, err
	}
	expiresAt, err := t.checkTimes(claims)
	if err != nil {
		return Session{}, err
	}
	if user.Token, err = claimedToken(claims, own); err != nil {
		return Session{}, err
	}
	return Session{User: user, ExpiresAt: expiresAt}, nil
}

func claimedUser(claims jwt.MapClaims) (User, error) {
	sub, ok := claims["sub"].(string)
	if !ok {
		return User{}, refuse("sub: must be a string")
	}
	if err := CheckUserID(sub); err != nil {
		return User{}, refuse("%v", err)
	}
	name, err := claimedName(claims)
	if err != nil {
		return User{}, err
	}
	roles, err := claimedRoles(claims)
	if err != nil {
		return User{}, err
	}
	inRooms, err := claimedRooms(claims)
	if err != nil {
		return User{}, err
	}
	user := User{ID: UserID(sub), Name: name, Roles: roles, Rooms: inRooms}
	if strings.HasPrefix(sub, guestPrefix) && user.Has(RoleAdmin) {
		return User{}, refuse("roles: a guest cannot be %s", RoleAdmin)
	}
	return user, nil
}

func claimedName(claims jwt.MapClaims) (string, error) {
	claim, present := claims["name"]
	if !present {
		return "", nil
	}
	name, ok := claim.(string)
	if !ok || utf8.RuneCountInString(name) > maxNameClaim || strings.IndexByte(name, 0) >= 0 {
		return "", refuse("name: must be a string of at most %d characters without NUL", maxNameClaim)
	}
	return name, nil
}

// claimedRoles insists on an array of strings: "admin" alone, or ["admin", null],
// shows that who made the token means something else by it.
func claimedRoles(claims jwt.MapClaims) ([]string, error) {
	claim, present := claims["roles"]
	if !present {
		return nil, nil
	}
	list, ok := claim.([]any)
	if !ok {
		return nil, refuse("roles: must be an array of strings")
	}
	roles := make([]string, 0, len(list))
	for _, element := range list {
		role, ok := element.(string)
		if !ok {
			return nil, refuse("roles: must be an array of strings")
		}
		roles = append(roles, role)
	}
	return roles, nil
}

// claimedRooms reads the roles that a token grants in rooms. A role that is none, or a
// room that cannot be, is kept: it grants nothing, and what is not known yet to this
// version must not keep anybody out.
func claimedRooms(claims jwt.MapClaims) (map[string]string, error) {
	claim, present := claims["rooms"]
	if !present {
		return nil, nil
	}
	members, ok := claim.(map[string]any)
	if !ok {
		return nil, refuse("rooms: must be an object from room ids to roles")
	}
	if len(members) > maxRoomsClaim {
		return nil, refuse("rooms: must name at most %d rooms, but names %d", maxRoomsClaim, len(members))
	}
	if len(members) == 0 {
		return nil, nil
	}
	inRooms := make(map[string]string, len(members))
	for room, claimed := range members {
		role, ok := claimed.(string)
		if !ok {
			return nil, refuse("rooms: must be an object from room ids to roles, each a string")
		}
		inRooms[room] = role
	}
	return inRooms, nil
}

// checkIssuer keeps this program's own subjects to its own tokens, so that nobody
// can be made another's user by an identity provider, nor register his way into
// one of the provider's: they are signed with the server's secret, which a provider with keys of its own has not. The configured issuer and audience are about others.
func (t *Tokens) checkIssuer(claims jwt.MapClaims, user User, own bool) error {
	issuer, present := claims["iss"].(string)
	if _, there := claims["iss"]; there && !present {
		return refuse("iss: must be a string")
	}
	if localSubject(user.ID) {
		if issuer != localIssuer || !own {
			return refuse("sub: a: and g: are for this server's own accounts and guests")
		}
		return nil
	}
	if IsBot(user.ID) {
		return refuse("sub: b: is for bots, which show a key")
	}
	if t.issuer != "" && issuer != t.issuer {
		return refuse("iss: is not the configured issuer")
	}
	if t.audience != "" && !slices.Contains(audiences(claims["aud"]), t.audience) {
		return refuse("aud: does not hold the configured audience")
	}
	return nil
}

// claimedToken reads what the token says of itself. In the server's own tokens a claim has the part of iat below a second:
// who signs in anew in the second of a revocation must not be taken for one who came before it.
func claimedToken(claims jwt.MapClaims, own bool) (*Token, error) {
	issuedAt, _, err := numericDate(claims, "iat")
	if err != nil {
		return nil, err
	}
	id, _ := claims["jti"].(string) // one that is no string names nothing
	part, _ := claims[claimMillis].(json.Number)
	if millis, err := part.Int64(); own && err == nil && millis > 0 && millis < 1000 && !issuedAt.IsZero() {
		issuedAt = issuedAt.Add(time.Duration(millis) * time.Millisecond)
	}
	return &Token{ID: id, IssuedAt: issuedAt}, nil
}

// claimMillis is the claim of the server's own tokens that iat has no room for: milliseconds.
const claimMillis = "iat_ms"

// audiences reads `aud`: a string, or an array of them (RFC 7519, 4.1.3).
func audiences(claim any) []string {
	switch aud := claim.(type) {
	case string:
		return []string{aud}
	case []any:
		var list []string
		for _, element := range aud {
			if s, ok := element.(string); ok {
				list = append(list, s)
			}
		}
		return list
	}
	return nil
}

// checkTimes allows no leeway. It comes last, so that a token is called expired
// only when it would be good otherwise.
func (t *Tokens) checkTimes(claims jwt.MapClaims) (expiresAt time.Time, err error) {
	now := t.now()
	for _, name := range []string{"nbf", "iat"} {
		at, present, err := numericDate(claims, name)
		if err != nil {
			return time.Time{}, err
		}
		if present && now.Before(at) {
			return time.Time{}, refuse("%s: lies in the future", name)
		}
	}
	expiresAt, present, err := numericDate(claims, "exp")
	switch {
	case err != nil:
		return time.Time{}, err
	case !present:
		return time.Time{}, refuse("exp: is required")
	case !now.Before(expiresAt):
		return time.Time{}, ErrTokenExpired
	}
	return expiresAt, nil
}

// numericDate reads seconds since 1970, which may have a fraction (RFC 7519, 2).
func numericDate(claims jwt.MapClaims, name string) (at time.Time, present bool, err error) {
	claim, present := claims[name]
	if !present {
		return time.Time{}, false, nil
	}
	number, ok := claim.(json.Number)
	if !ok {
		return time.Time{}, true, refuse("%s: must be a number of seconds", name)
	}
	seconds, err := number.Float64()
	if err != nil || seconds < 0 || seconds > maxNumericDate {
		return time.Time{}, true, refuse("%s: must be a number of seconds before the year 10000", name)
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*float64(time.Second))).UTC(), true, nil
}
