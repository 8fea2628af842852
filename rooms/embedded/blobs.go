package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"roomstream/rooms"
)

const (
	// filesDir is the folder of contents in the data dir.
	filesDir = "files"
	// draftSuffix ends the name of a content that is being written.
	draftSuffix = ".part"
	// copySize is how much of a content is held in memory while it is written, in bytes.
	copySize = 64 << 10
)

// Blobs are the contents of files, each a file in a folder of the data dir. A content has
// another name until all of it is on the disk.
type Blobs struct {
	file *file
	dir  string
}

var _ rooms.Blobs = (*Blobs)(nil)

// path gives a content's name. Only what ParseFileID takes is one: nothing leads out of the
// folder.
func (b *Blobs) path(blob rooms.Blob) (string, error) {
	if _, ok := rooms.ParseFileID(string(blob.ID)); !ok {
		return "", rooms.E(rooms.CodeNotFound, "no such file")
	}
	name := string(blob.ID)
	if blob.Thumbnail {
		name += ".thumbnail"
	}
	return filepath.Join(b.dir, name), nil
}

// WriteBlob writes a draft, has the disk take it, gives it its name, and has the disk take
// that.
func (b *Blobs) WriteBlob(ctx context.Context, blob rooms.Blob, content io.Reader) (int64, error) {
	if err := b.file.refusal(); err != nil {
		return 0, err
	}
	path, err := b.path(blob)
	if err != nil {
		return 0, err
	}
	size, err := writeDraft(ctx, path+draftSuffix, content)
	if err == nil {
		err = os.Rename(path+draftSuffix, path)
	}
	if err == nil {
		err = syncDir(b.dir)
	}
	if err != nil {
		return 0, errors.Join(err, removeAll(path+draftSuffix, path))
	}
	return size, nil
}

func writeDraft(ctx context.Context, path string, content io.Reader) (int64, error) {
	draft, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fileMode)
	if err != nil {
		return 0, fmt.Errorf("write a file: %w", err)
	}
	size, err := io.CopyBuffer(onlyWriter{draft}, onlyReader{content}, make([]byte, copySize))
	if err == nil {
		err = ctx.Err()
	}
	return size, errors.Join(err, draft.Sync(), draft.Close())
}

// onlyWriter and onlyReader keep io.CopyBuffer to its buffer.
type (
	onlyWriter struct{ io.Writer }
	onlyReader struct{ io.Reader }
)

// OpenBlob opens the file. Its reader may read on when it has been removed meanwhile.
func (b *Blobs) OpenBlob(ctx context.Context, blob rooms.Blob) (io.ReadSeekCloser, error) {
	if err := errors.Join(ctx.Err(), b.file.refusal()); err != nil {
		return nil, err
	}
	path, err := b.path(blob)
	if err != nil {
		return nil, err
	}
	opened, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, rooms.E(rooms.CodeNotFound, "no such file")
	case err != nil:
		return nil, fmt.Errorf("open a file: %w", err)
	}
	return opened, nil
}

// RemoveBlob removes the file and its draft.
func (b *Blobs) RemoveBlob(ctx context.Context, blob rooms.Blob) error {
	if err := errors.Join(ctx.Err(), b.file.refusal()); err != nil {
		return err
	}
	path, err := b.path(blob)
	if err != nil {
		return err
	}
	if err := removeAll(path, path+draftSuffix); err != nil {
		return fmt.Errorf("remove a file: %w", err)
	}
	return syncDir(b.dir)
}

// removeAll removes what is there of the files.
func removeAll(paths ...string) error {
	var failed error
	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}
