package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

const (
	minPassword = 8   // characters
	maxPassword = 256 // characters: more is no safer and only costs

	// maxHashes is how many passwords are hashed at once: with 19 MiB each, sign-ins
	// cannot take the machine's memory or both of its cores from the chat for long.
	maxHashes = 2

	// maxWaiting bounds those who wait for their turn; at 40 ms a hash on two cores,
	// the last of them is served well within hashWait.
	maxWaiting = 64

	// hashWait is how long a sign-in waits for its turn before it is ErrBusy.
	hashWait = 3 * time.Second

	saltBytes = 16 // RFC 9106, 3.1
	keyBytes  = 32
)

// argonCost is what a hash costs.
type argonCost struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8
}

// currentCost is the second of OWASP's equivalent argon2id settings: the others
// trade memory for time. Hashes of another cost stay valid; they carry their own.
var currentCost = argonCost{Memory: 19 << 10, Time: 2, Threads: 1}

// maxCost bounds what a stored hash may ask for, so that a tampered account cannot
// stop the process.
var maxCost = argonCost{Memory: 256 << 10, Time: 16, Threads: 8}

// deriveFunc is argon2.IDKey; tests count its calls.
type deriveFunc func(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte

// passwords hashes and compares passwords, a few at once. Safe for concurrent use.
type passwords struct {
	derive  deriveFunc
	wait    time.Duration
	running chan struct{}
	waiting chan struct{}
}

func newPasswords() *passwords {
	return &passwords{
		derive: argon2.IDKey, wait: hashWait,
		running: make(chan struct{}, maxHashes), waiting: make(chan struct{}, maxWaiting),
	}
}

// hash returns the password's hash as a PHC string, or ErrBusy.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails: crypto/rand ends the process first
	key, err := p.key(ctx, password, salt, currentCost, keyBytes)
	if err != nil {
		return "", err
	}
	return formatPHC(currentCost, salt, key), nil
}

// matches compares a password with a PHC string. With an empty one it does the same
// work and says no, so that time does not tell which names have accounts.
func (p *passwords) matches(ctx context.Context, password, phc string) (bool, error) {
	cost, salt, want := currentCost, make([]byte, saltBytes), make([]byte, keyBytes)
	if phc != "" {
		var err error
		if cost, salt, want, err = parsePHC(phc); err != nil {
			return false, err
		}
	}
	got, err := p.key(ctx, password, salt, cost, uint32(len(want)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && phc != "", nil
}

// key waits for its turn and hashes. The hash itself cannot be interrupted.
func (p *passwords) key(ctx context.Context, password string, salt []byte, cost argonCost, length uint32) ([]byte, error) {
	select {
	case p.waiting <- struct{}{}:
		defer func() { <-p.waiting }()
	default:
		return nil, ErrBusy
	}
	timer := time.NewTimer(p.wait)
	defer timer.Stop()
	select {
	case p.running <- struct{}{}:
		defer func() { <-p.running }()
	case <-timer.C:
		return nil, ErrBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return p.derive(passwordBytes(password), salt, cost.Time, cost.Memory, cost.Threads, length), nil
}

// passwordBytes composes the password (NFC), as RFC 8265 asks: the same keys give
// the same password on a phone and on a laptop.
func passwordBytes(password string) []byte { return []byte(norm.NFC.String(password)) }

// checkPassword returns a *FieldError for a password that no account may have.
func checkPassword(password string) error {
	n := utf8.RuneCountInString(password)
	if n < minPassword || n > maxPassword || !utf8.ValidString(password) {
		return &FieldError{Field: "password", Message: fmt.Sprintf("must be %d to %d characters", minPassword, maxPassword)}
	}
	return nil
}
