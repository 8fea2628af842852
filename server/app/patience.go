package app

import (
	"context"
	"log/slog"
	"time"

	"roomstream/rooms"
)

// startPause is how long a start waits before it asks again what the database could not do.
const startPause = 250 * time.Millisecond

// untilAvailable tries again what a start needs of the store, while it fails with UNAVAILABLE and ctx lasts: whoever
// starts an instance just when a primary steps down need not start it twice. It returns the last error.
func untilAvailable(ctx context.Context, logger *slog.Logger, try func() error) error {
	for {
		err := try()
		if err == nil || rooms.AsError(err).Code != rooms.CodeUnavailable || ctx.Err() != nil {
			return err
		}
		logger.Warn("the database is not available: the start tries again", "error", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(startPause):
		}
	}
}
