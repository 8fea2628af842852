package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"roomstream/rooms"
)

const (
	// folderMode and contentMode let nobody in but who runs the command.
	folderMode = 0o700
	// partSuffix ends the name of a content that is being written.
	partSuffix = ".part"
)

// errNoContent says that a file's content is not where it should be.
var errNoContent = errors.New("the file has no content")

// contentName is a content's name in the folder.
func contentName(b rooms.Blob) string {
	if b.Thumbnail {
		return string(b.ID) + ".thumbnail"
	}
	return string(b.ID)
}

// blobsOf are a file's contents: the thumbnail first, so that whoever finds the file's own
// finds both.
func blobsOf(f rooms.File) []rooms.Blob {
	own := rooms.Blob{ID: f.ID}
	if f.Thumbnail {
		return []rooms.Blob{{ID: f.ID, Thumbnail: true}, own}
	}
	return []rooms.Blob{own}
}

// copyOut writes a file's contents to a folder, unless they are there: a content never changes.
func copyOut(ctx context.Context, blobs rooms.Blobs, f rooms.File, folder string) (wrote bool, err error) {
	if err := os.MkdirAll(folder, folderMode); err != nil {
		return false, fmt.Errorf("-files %s: %w", folder, err)
	}
	if info, err := os.Lstat(filepath.Join(folder, string(f.ID))); err == nil && info.Mode().IsRegular() && info.Size() == f.Size {
		return false, nil
	}
	for _, b := range blobsOf(f) {
		if err := copyBlob(ctx, blobs, b, folder); err != nil {
			return false, err
		}
	}
	return true, nil
}

func copyBlob(ctx context.Context, blobs rooms.Blobs, b rooms.Blob, folder string) error {
	content, err := blobs.OpenBlob(ctx, b)
	if err != nil && rooms.AsError(err).Code == rooms.CodeNotFound {
		return errNoContent
	}
	if err != nil {
		return err
	}
	defer content.Close()
	name := filepath.Join(folder, contentName(b))
	file, err := os.CreateTemp(folder, contentName(b)+".*"+partSuffix) // made for its owner alone
	if err != nil {
		return fmt.Errorf("-files %s: %w", folder, err)
	}
	defer os.Remove(file.Name())
	_, err = io.Copy(file, content)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("-files %s: %w", name, err)
	}
	return nil
}

// hasContent says whether the store has a file's content.
func hasContent(ctx context.Context, blobs rooms.Blobs, f rooms.File) (bool, error) {
	for _, b := range blobsOf(f) {
		content, err := blobs.OpenBlob(ctx, b)
		if err != nil && rooms.AsError(err).Code == rooms.CodeNotFound {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if err := content.Close(); err != nil {
			return false, err
		}
	}
	return true, nil
}

// checkContents says what is wrong with a file's contents in a folder. A link is refused: in a
// folder that came from elsewhere it would bring what is this machine's into the chat, and what
// is no plain file may have no end.
func checkContents(f rooms.File, folder string) error {
	for _, b := range blobsOf(f) {
		name := filepath.Join(folder, contentName(b))
		info, err := os.Lstat(name)
		switch {
		case err != nil:
			return fmt.Errorf("file.id: its content is not there: %w", err)
		case !info.Mode().IsRegular():
			return fmt.Errorf("file.id: its content %s is no plain file", name)
		case !b.Thumbnail && info.Size() != f.Size:
			return fmt.Errorf("file.size: is %d, %s has %d bytes", f.Size, name, info.Size())
		}
	}
	return nil
}

// copyIn stores a file's contents from a folder. What an import that was broken off has left
// of them goes first.
func copyIn(ctx context.Context, blobs rooms.Blobs, f rooms.File, folder string) error {
	for _, b := range blobsOf(f) {
		if err := blobs.RemoveBlob(ctx, b); err != nil {
			return err
		}
		if err := storeBlob(ctx, blobs, b, filepath.Join(folder, contentName(b))); err != nil {
			return err
		}
	}
	return nil
}

func storeBlob(ctx context.Context, blobs rooms.Blobs, b rooms.Blob, name string) error {
	content, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("-files: %w", err)
	}
	defer content.Close()
	_, err = blobs.WriteBlob(ctx, b, content)
	return err
}
