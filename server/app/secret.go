package app

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"roomstream/auth"
)

const (
	secretFile = "jwt-secret"
	secretMode = 0o600 // who can read it can be anybody in the chat
	dirMode    = 0o700
)

// secret is what tokens are signed with: the one that was given; with the embedded
// store else the one in the data dir, which is made when it is not there. Several
// instances on MongoDB must share one, so there it has to be given.
func secret(c Config) ([]byte, error) {
	if c.JWTSecret != "" {
		return []byte(c.JWTSecret), nil
	}
	if !c.Embedded() {
		return nil, errors.New("-jwt-secret (ROOMSTREAM_JWT_SECRET): must be set with MongoDB, the same for every instance: " +
			"export ROOMSTREAM_JWT_SECRET=$(openssl rand -hex 32)")
	}
	path := filepath.Join(c.DataDir, secretFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = makeSecret(c.DataDir, path)
	}
	if err != nil {
		return nil, fmt.Errorf("-data-dir (ROOMSTREAM_DATA_DIR): the secret for tokens: %w", err)
	}
	kept := strings.TrimSpace(string(text))
	if len(kept) < auth.MinSecretBytes {
		return nil, fmt.Errorf("%s: holds less than %d bytes: remove the file, and a new secret is made (all are signed out then)", path, auth.MinSecretBytes)
	}
	return []byte(kept), nil
}

// makeSecret keeps 32 random bytes, as text that fits -jwt-secret. The file appears
// whole or not at all, and never replaces one that another process made meanwhile.
func makeSecret(dir, path string) ([]byte, error) {
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return nil, err
	}
	random := make([]byte, auth.MinSecretBytes)
	rand.Read(random) // never fails: crypto/rand ends the process first
	draft, err := os.CreateTemp(dir, secretFile+".*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(draft.Name())
	_, writeErr := draft.WriteString(hex.EncodeToString(random) + "\n")
	if err := errors.Join(draft.Chmod(secretMode), writeErr, draft.Sync(), draft.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(path)
}
