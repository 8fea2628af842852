package rooms

import (
	"context"

	"roomstream/auth"
)

const (
	// maxUnsent is how many files of one user no message shows: twenty messages' full of them,
	// and twice what somebody drops into the page at once.
	maxUnsent = 200
	// maxUnsentWhole is how many of the largest size they may be together: 1,000 MiB where
	// nothing else is set, a day's worth of what one user may leave there.
	maxUnsentWhole = 40
	// maxUnsentRead is how many records may be looked at: those that others are still
	// writing are among them, too.
	maxUnsentRead = 2 * maxUnsent
)

// fits says whether a user may have one more file that no message shows, whose record is there
// already: of several that come at once each sees the others, and all may be refused that would
// be too many together. What waits for a message stays a day and nobody sees it, so that without
// a bound one user could fill the disk. Errors: CONFLICT, those of the store.
func (f *files) fits(ctx context.Context, author auth.UserID) error {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	for {
		list, err := f.store.Files.Files(ctx, FileQuery{Author: author, Unsent: true, Limit: maxUnsentRead})
		if err != nil {
			return err
		}
		if f.withinBounds(list) {
			return nil
		}
		// Nobody notes with a message that it shows its files: it is looked for now.
		sent := false
		for i := range list {
			seq, err := f.messageOf(ctx, &list[i])
			if err != nil {
				return err
			}
			sent = sent || seq > 0
		}
		if !sent {
			return tooManyUnsent(f.most)
		}
	}
}

func (f *files) withinBounds(list []File) bool {
	size := int64(0)
	for i := range list {
		size += list[i].Size
	}
	return len(list) <= maxUnsent && size <= maxUnsentWhole*f.most
}

func tooManyUnsent(most int64) error {
	e := E(CodeConflict, "file: you have as many files that no message shows as one may have, %d of %d bytes in all: send some, or wait until they are removed, a day after they were uploaded",
		maxUnsent, maxUnsentWhole*most)
	e.Field, e.Reason = "file", "unsent"
	return e
}
