package rooms

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"

	"roomstream/auth"
)

// DefaultMaxFileSize is how large a file may be where nothing else is set, in bytes.
const DefaultMaxFileSize = 25 << 20

// files keeps what users upload: it is written whole or not at all, shown by one message at
// most, and removed with it.
//
// A file's life is in its record, so that a crash between any two steps leaves something that
// the next sweep understands:
//
//	record written, not Stored     a crash here: removed unusedLife later
//	content written
//	record Stored                  as an upload is answered; never used: removed as above
//	record has Use                 written BEFORE the message is appended. It names the one
//	                               event that may show the file: by its id, or by its
//	                               clientId, which repeats of that send share. Nobody else's
//	                               message takes the file from then on
//	event appended                 it names the file: the log is what says that it does
//	record has Seq                 noted by whoever next looks for the event
//	record not Stored              the message is trimmed, deleted or erased, or there is none
//	contents removed               unusedLife after Use: nobody reads it any more
//	record removed
//
// So no message names a file that is removed, but where its append is still tried unusedLife
// after its Use; and no file stays that no message names.
//
// Concurrency: safe for concurrent use; each record is written by whoever read it last (Rev).
// Lifecycle: it has no goroutine of its own: the keeper sweeps.
type files struct {
	store   Store
	types   fileTypes
	most    int64 // bytes of a file
	images  *imaging
	owns    func(RoomID) bool
	now     func() time.Time
	logger  *slog.Logger
	every   time.Duration // between two sweeps; the keeper's goroutine only, as sweptAt
	sweptAt time.Time
}

// UploadInput is a file that a client sends. RoomID and Name are as received.
type UploadInput struct {
	RoomID  string
	Name    string
	Content io.Reader
}

// Upload stores a file for a message that the user may send in the room. Content is read once
// it is known that he may, and no further than to the limit. Errors: BAD_REQUEST, NOT_FOUND,
// FORBIDDEN, TOO_LARGE, UNSUPPORTED_MEDIA, UNAVAILABLE; what Content's Read returns comes back
// as BAD_REQUEST. Then nothing is left of it.
func (s *Service) Upload(ctx context.Context, user auth.User, in UploadInput) (File, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	// An upload takes as long as its client does: an erasure does not wait for that, but for the end of it.
	defer s.underway.begin(user.ID, stop)()
	at, err := s.enterToPost(ctx, user, in.RoomID)
	if err == nil {
		err = at.mayWrite()
	}
	if err != nil {
		return File{}, notStored(err)
	}
	name := fileName(in.Name)
	if name == "" {
		return File{}, BadField("name", "must hold a visible character")
	}
	content := &uploading{from: in.Content, most: s.files.most, stopped: ctx}
	f, err := s.files.create(ctx, File{RoomID: at.room.ID, Author: user.ID, Name: name}, content)
	switch {
	case err == nil:
		return f, nil
	case content.err != nil:
		return File{}, content.err
	case ctx.Err() != nil:
		return File{}, Wrap(CodeUnavailable, err, "the upload was broken off")
	}
	return File{}, notStored(err)
}

// uploading reads a content up to a limit, and keeps why it cannot be read on.
type uploading struct {
	from io.Reader
	most int64
	read int64
	err  *Error

	stopped context.Context // done: nothing more is wanted; a read that waits for the client is not broken off
}

func (u *uploading) Read(p []byte) (int, error) {
	if u.err != nil {
		return 0, u.err
	}
	if err := u.stopped.Err(); err != nil {
		return 0, err
	}
	n, err := u.from.Read(p)
	u.read += int64(n)
	switch {
	case u.read > u.most:
		u.err = tooLargeFile(u.most)
		return 0, u.err
	case err == nil, errors.Is(err, io.EOF):
		return n, err
	}
	u.err = BadField("file", "did not arrive whole") // not the cause, which may pass for an end
	return n, u.err
}

func tooLargeFile(most int64) *Error {
	e := E(CodeTooLarge, "file: must be at most %d bytes", most)
	e.Field = "file"
	return e
}

// create writes a file in the order that files documents.
func (f *files) create(ctx context.Context, file File, content io.Reader) (File, error) {
	head := make([]byte, sniffBytes)
	n, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return File{}, err
	}
	if n == 0 {
		return File{}, BadField("file", "must not be empty")
	}
	var allowed bool
	if file.Type, allowed = f.types.of(head[:n]); !allowed {
		return File{}, &Error{Code: CodeUnsupportedMedia, Message: "file: " + file.Type + " is not among the types that are taken here", Field: "file"}
	}
	file.ID, file.CreatedAt = FileID(rand.Text()), f.now().UTC().Truncate(time.Millisecond)
	if err := f.put(ctx, &file); err != nil {
		return File{}, err
	}
	if err := f.fits(ctx, file.Author); err != nil {
		f.discard(ctx, file)
		return File{}, err
	}
	stored, err := f.write(ctx, file, io.MultiReader(bytes.NewReader(head[:n]), content))
	if err != nil {
		f.discard(ctx, file)
		return File{}, err
	}
	// When the outcome of this is unknown, the sweep finds out.
	if err := f.put(ctx, &stored); errors.Is(err, ErrFileChanged) {
		f.discard(ctx, file) // its record was removed meanwhile: nothing else knows of the content
		return stored, err
	} else if err != nil {
		return stored, err
	}
	if err := f.fits(ctx, file.Author); err != nil { // by its size, which nobody knew before
		f.discard(ctx, stored)
		return File{}, err
	}
	return stored, nil
}

// put writes a record and raises its Rev. It is not given up with the upload: a write that is under way would be done
// after an erasure had looked for the last time.
func (f *files) put(ctx context.Context, file *File) error {
	op, cancel := context.WithTimeout(context.WithoutCancel(ctx), opTimeout)
	defer cancel()
	if err := f.store.Files.PutFile(op, *file); err != nil {
		return err
	}
	file.Rev++
	return nil
}

// write stores the content, and a thumbnail where it is an image.
func (f *files) write(ctx context.Context, file File, content io.Reader) (File, error) {
	var err error
	if file.Size, err = f.store.Blobs.WriteBlob(ctx, Blob{ID: file.ID}, content); err != nil {
		return file, err
	}
	file.Stored = true
	if !strings.HasPrefix(file.Type, "image/") {
		return file, nil
	}
	whole, err := f.store.Blobs.OpenBlob(ctx, Blob{ID: file.ID})
	if err != nil {
		return file, err
	}
	defer whole.Close()
	p, err := f.images.preview(ctx, whole)
	if err != nil {
		return file, err
	}
	file.Width, file.Height, file.Thumbnail = p.width, p.height, len(p.thumbnail) > 0
	if !file.Thumbnail {
		return file, nil
	}
	_, err = f.store.Blobs.WriteBlob(ctx, Blob{ID: file.ID, Thumbnail: true}, bytes.NewReader(p.thumbnail))
	return file, err
}

// discard removes what was not stored whole; what it cannot remove now the sweep will.
func (f *files) discard(ctx context.Context, file File) {
	if err := f.remove(context.WithoutCancel(ctx), file); err != nil && !errors.Is(err, ErrFileChanged) {
		f.logger.Warn("removing a file that did not arrive whole failed", "file", file.ID, "error", err)
	}
}

// remove takes a file away that is still as it was read; ErrFileChanged: it is not.
func (f *files) remove(ctx context.Context, file File) error {
	ctx, cancel := context.WithTimeout(ctx, removeTimeout)
	defer cancel()
	if file.Stored {
		file.Stored = false
		if err := f.put(ctx, &file); err != nil {
			return err
		}
	}
	for _, thumbnail := range []bool{true, false} {
		if err := f.store.Blobs.RemoveBlob(ctx, Blob{ID: file.ID, Thumbnail: thumbnail}); err != nil {
			return err
		}
	}
	return f.store.Files.RemoveFile(ctx, file)
}

// removeTimeout bounds the four writes that remove a file.
const removeTimeout = 3 * opTimeout

// one reads a record. CodeNotFound: there is none of this room whose content is there.
func (f *files) one(ctx context.Context, room RoomID, text string) (File, error) {
	id, ok := ParseFileID(text)
	if !ok {
		return File{}, noSuchFile()
	}
	found, err := f.store.Files.Files(ctx, FileQuery{IDs: []FileID{id}})
	if err != nil {
		return File{}, err
	}
	if len(found) == 0 || found[0].RoomID != room || !found[0].Stored {
		return File{}, noSuchFile()
	}
	return found[0], nil
}

func noSuchFile() error { return E(CodeNotFound, "no such file") }
