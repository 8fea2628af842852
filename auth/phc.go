package auth

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Bounds on a stored hash: RFC 9106, 3.1, and enough above for other programs'.
const (
	minSaltBytes = 8
	minKeyBytes  = 16
	maxKeyBytes  = 128
)

// errBadHash is for the log: the account was changed by hand, or by a newer version.
var errBadHash = errors.New("the account's password hash is not argon2id in PHC format within bounds")

var phcBase64 = base64.RawStdEncoding.Strict()

// formatPHC writes a hash in the PHC string format, as argon2's own tools do.
func formatPHC(cost argonCost, salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, cost.Memory, cost.Time, cost.Threads,
		phcBase64.EncodeToString(salt), phcBase64.EncodeToString(key))
}

// parsePHC reads what formatPHC wrote, or an argon2id hash of another program.
func parsePHC(phc string) (cost argonCost, salt, key []byte, err error) {
	fields := strings.Split(phc, "$")
	if len(fields) != 6 || fields[0] != "" || fields[1] != "argon2id" || fields[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return cost, nil, nil, errBadHash
	}
	if cost, err = parseCost(fields[3]); err != nil {
		return cost, nil, nil, err
	}
	salt, saltErr := phcBase64.DecodeString(fields[4])
	key, keyErr := phcBase64.DecodeString(fields[5])
	if saltErr != nil || keyErr != nil || len(salt) < minSaltBytes || len(key) < minKeyBytes || len(key) > maxKeyBytes {
		return cost, nil, nil, errBadHash
	}
	return cost, salt, key, nil
}

// parseCost reads "m=19456,t=2,p=1".
func parseCost(field string) (argonCost, error) {
	parts := strings.Split(field, ",")
	if len(parts) != 3 {
		return argonCost{}, errBadHash
	}
	memory, memoryOK := parseParameter(parts[0], "m=", maxCost.Memory)
	passes, passesOK := parseParameter(parts[1], "t=", maxCost.Time)
	threads, threadsOK := parseParameter(parts[2], "p=", uint32(maxCost.Threads))
	if !memoryOK || !passesOK || !threadsOK {
		return argonCost{}, errBadHash
	}
	return argonCost{Memory: memory, Time: passes, Threads: uint8(threads)}, nil
}

func parseParameter(part, name string, limit uint32) (uint32, bool) {
	digits, ok := strings.CutPrefix(part, name)
	n, err := strconv.ParseUint(digits, 10, 32)
	return uint32(n), ok && err == nil && n > 0 && uint32(n) <= limit
}
