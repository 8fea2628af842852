package rooms

import (
	"context"
	"errors"
	"time"
)

// fillVoids appends a void for every number from first to last that is not taken.
// Several instances may do so at once: the unique index decides.
func fillVoids(ctx context.Context, log Log, ids *ids, room RoomID, first, last int64, now time.Time) error {
	now = now.UTC().Truncate(time.Millisecond)
	for first <= last {
		voids := make([]*Event, 0, min(last-first+1, batchEvents))
		for seq := first; seq <= last && len(voids) < batchEvents; seq++ {
			voids = append(voids, &Event{ID: ids.next(now), RoomID: room, Seq: seq, Type: TypeVoid, Timestamp: now})
		}
		err := log.Append(ctx, voids)
		var taken *DuplicateError
		switch {
		case err == nil:
			first += int64(len(voids))
		case errors.As(err, &taken):
			first = voids[taken.At].Seq + 1
		default:
			return err
		}
	}
	return nil
}
