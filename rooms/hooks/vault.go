package hooks

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// vaultKeyBytes makes it AES-256.
const vaultKeyBytes = 32

// vaultInfo keeps this key apart from all others that are derived from the same secret.
const vaultInfo = "roomstream outgoing webhooks"

// vault keeps the secrets that deliveries are signed with. They must be had in clear to sign, so a hash will not do: they
// are stored sealed, with a key derived from the secret that tokens are signed with. Who has the database alone has none of
// them; who changes that secret must make the hooks anew.
type vault struct{ sealer cipher.AEAD }

func newVault(secret []byte) (vault, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, vaultInfo, vaultKeyBytes)
	if err != nil {
		return vault{}, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return vault{}, err
	}
	sealer, err := cipher.NewGCMWithRandomNonce(block)
	return vault{sealer}, err
}

// seal binds a secret to its hook: a sealed one is of no use in another.
func (v vault) seal(hook, secret string) []byte {
	return v.sealer.Seal(nil, nil, []byte(secret), []byte(hook))
}

var errSealed = errors.New("its secret was sealed with another -jwt-secret: make the hook anew")

func (v vault) open(h *Hook) (string, error) {
	secret, err := v.sealer.Open(nil, nil, h.Sealed, []byte(h.ID))
	if err != nil {
		return "", errSealed
	}
	return string(secret), nil
}

func newSecret() string { return "rsw_" + rand.Text() }

// sign gives the header Roomstream-Signature: t is the time of this attempt in seconds, so that what is recorded on its way
// cannot be sent again later.
func sign(secret string, at time.Time, body []byte) (timestamp, signature string) {
	timestamp = strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	return timestamp, fmt.Sprintf("t=%s,v1=%s", timestamp, hex.EncodeToString(mac.Sum(nil)))
}
