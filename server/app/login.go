package app

import (
	"fmt"
	"strconv"
)

// maxLoginFailures is far above what people mistype; more is none.
const maxLoginFailures = 10_000

func parseLoginFailures(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > maxLoginFailures {
		return 0, fmt.Errorf("%q is no number from 0 to %d", text, maxLoginFailures)
	}
	return n, nil
}
