package rooms

import (
	"context"
	"errors"
	"time"

	"roomstream/auth"
)

const (
	// unusedLife is how long a file stays that no message shows.
	unusedLife = 24 * time.Hour
	// filesEvery is how often all files are looked over. It only frees space: what is not to be
	// seen any more is not shown from that moment on.
	filesEvery = 10 * time.Minute
	// filesAtOnce is how many records are read at once.
	filesAtOnce = 500
	// filesOwner is the name by which one instance is chosen to look files over. No room has
	// it.
	filesOwner = RoomID("files of all rooms")
)

// sweep removes the files that no message shows any more, when it is time to, on the one
// instance that owns them.
func (f *files) sweep(ctx context.Context) {
	if f.now().Sub(f.sweptAt) < f.every || !f.owns(filesOwner) {
		return
	}
	f.sweptAt = f.now()
	begun := time.Now()
	err := f.each(ctx, "", func(page []File) error { return f.sweepSome(ctx, page) })
	if err != nil && ctx.Err() == nil {
		f.logger.Warn("looking over the files failed", "error", err)
	}
	f.every = max(filesEvery, sweepShare*time.Since(begun))
}

// each reads all records of a user, or of everybody, some at a time.
func (f *files) each(ctx context.Context, author auth.UserID, do func([]File) error) error {
	for after := FileID(""); ; {
		op, cancel := context.WithTimeout(ctx, opTimeout)
		page, err := f.store.Files.Files(op, FileQuery{Author: author, After: after, Limit: filesAtOnce})
		cancel()
		if err != nil {
			return err
		}
		if err := do(page); err != nil || len(page) < filesAtOnce {
			return err
		}
		after = page[len(page)-1].ID
	}
}

// sweepSome removes those of some files that are to be removed.
func (f *files) sweepSome(ctx context.Context, page []File) error {
	shown := map[RoomID][]File{}
	for i := range page {
		file := &page[i]
		seq := int64(0)
		if file.Stored {
			var err error
			if seq, err = f.messageOf(ctx, file); err != nil {
				return err
			}
		}
		if seq > 0 {
			shown[file.RoomID] = append(shown[file.RoomID], *file)
			continue
		}
		since := file.CreatedAt
		if file.UsedAt.After(since) {
			since = file.UsedAt
		}
		if f.now().Sub(since) >= unusedLife {
			f.removeLogged(ctx, *file)
		}
	}
	for room, list := range shown {
		if err := f.sweepShown(ctx, room, list); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// sweepShown removes those of a room's files whose message is trimmed or deleted.
func (f *files) sweepShown(ctx context.Context, id RoomID, list []File) error {
	op, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	room, err := f.store.Catalog.Room(op, id)
	if err != nil {
		return err
	}
	var seqs []int64
	for i := range list {
		seqs = append(seqs, list[i].Seq)
	}
	gone, err := f.gone(op, room, seqs)
	if err != nil {
		return err
	}
	for _, file := range list {
		if gone[file.Seq] {
			f.removeLogged(ctx, file)
		}
	}
	return nil
}

// removeLogged removes a file; one that fails does not keep others.
func (f *files) removeLogged(ctx context.Context, file File) {
	err := f.remove(ctx, file)
	if err != nil && ctx.Err() == nil && !errors.Is(err, ErrFileChanged) {
		f.logger.Warn("removing a file failed", "file", file.ID, "error", err)
	}
}

// erase removes all that a user uploaded. What is still being written only at the end: without its record nothing would know
// of a content whose writer dies.
func (f *files) erase(ctx context.Context, user auth.UserID, all bool) error {
	return f.each(ctx, user, func(page []File) error {
		for _, file := range page {
			if !all && !file.Stored {
				continue
			}
			if err := f.remove(ctx, file); err != nil && !errors.Is(err, ErrFileChanged) {
				return err
			}
		}
		return nil
	})
}
