package app

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"roomstream/auth"
)

// newTokens makes what verifies tokens, by all whose signatures the settings let count. set: nil is none, as for commands,
// which verify nobody.
func newTokens(c Config, set *auth.KeySet) (*auth.Tokens, error) {
	key, err := secret(c)
	if err != nil {
		return nil, err
	}
	previous, err := previousSecret(c)
	if err != nil {
		return nil, err
	}
	keys, err := publicKeys(c.JWTPublicKeyFile)
	if err != nil {
		return nil, err
	}
	return auth.NewTokens(auth.TokenOptions{
		Secret: key, Previous: previous, PublicKeys: keys, KeySet: set, Issuer: c.JWTIssuer, Audience: c.JWTAudience,
	})
}

// newKeySet gives nil where no URL is set.
func newKeySet(c Config, logger *slog.Logger) (*auth.KeySet, error) {
	if c.JWTKeySetURL == "" {
		return nil, nil
	}
	if c.JWTIssuer == "" || c.JWTAudience == "" {
		logger.Warn("tokens that the provider of -jwt-jwks-url makes for other programs are taken here, too: set -jwt-issuer and -jwt-audience")
	}
	set, err := auth.NewKeySet(auth.KeySetOptions{URL: c.JWTKeySetURL, Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("-jwt-jwks-url (ROOMSTREAM_JWT_JWKS_URL): %w", err)
	}
	return set, nil
}

// previousSecret wants both settings or neither: a secret without an end would be good for ever.
func previousSecret(c Config) (auth.PreviousSecret, error) {
	switch {
	case c.JWTPreviousSecret == "" && c.JWTPreviousSecretUntil.IsZero():
		return auth.PreviousSecret{}, nil
	case c.JWTPreviousSecret == "":
		return auth.PreviousSecret{}, errors.New("-jwt-previous-secret-until (ROOMSTREAM_JWT_PREVIOUS_SECRET_UNTIL): needs -jwt-previous-secret")
	case c.JWTPreviousSecretUntil.IsZero():
		return auth.PreviousSecret{}, errors.New("-jwt-previous-secret (ROOMSTREAM_JWT_PREVIOUS_SECRET): needs -jwt-previous-secret-until, which ends it: a day from now is enough for the tokens of accounts")
	}
	return auth.PreviousSecret{Secret: []byte(c.JWTPreviousSecret), Until: c.JWTPreviousSecretUntil}, nil
}

func publicKeys(path string) ([]auth.PublicKey, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("-jwt-public-key-file (ROOMSTREAM_JWT_PUBLIC_KEY_FILE): %w", err)
	}
	keys, err := auth.ParsePublicKeys(text)
	if err != nil {
		return nil, fmt.Errorf("-jwt-public-key-file (ROOMSTREAM_JWT_PUBLIC_KEY_FILE) %s: %w", path, err)
	}
	return keys, nil
}
