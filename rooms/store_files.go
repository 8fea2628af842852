package rooms

import (
	"context"
	"errors"
	"io"
	"time"

	"roomstream/auth"
)

// FileID names a file for ever: 26 characters of A-Z and 2-7, 130 bits that nobody can
// guess.
type FileID string

// fileIDLength is that of crypto/rand.Text.
const fileIDLength = 26

// ParseFileID says whether text is a file's id.
func ParseFileID(text string) (FileID, bool) {
	if len(text) != fileIDLength {
		return "", false
	}
	for i := range len(text) {
		if c := text[i]; (c < 'A' || c > 'Z') && (c < '2' || c > '7') {
			return "", false
		}
	}
	return FileID(text), true
}

// File is what is known of an uploaded file. Times are UTC, to the millisecond.
type File struct {
	ID        FileID
	RoomID    RoomID
	Author    auth.UserID
	Name      string
	Size      int64 // bytes
	Type      string
	Width     int  // of an image, as it is shown, in pixels; 0: not known
	Height    int  // as Width
	Thumbnail bool // there is one
	CreatedAt time.Time

	// Stored says that the content is there. Before it, it is being written; a file that is
	// to be removed is not Stored any more.
	Stored bool
	// Use names the one message that may show the file: see useOf. Empty: none does.
	Use    string
	UsedAt time.Time // when Use was given, or given again
	Seq    int64     // of that message; 0: it was not seen in the log yet

	Rev int64 // counts the writes of this record, from 1
}

// Blob names one stored content: a file's, or its thumbnail's.
type Blob struct {
	ID        FileID
	Thumbnail bool
}

// ErrFileChanged says that a file's record is not as it was read: it was written since, it
// is there already, or it is gone.
var ErrFileChanged = errors.New("the file has changed meanwhile")

// FileQuery selects files.
type FileQuery struct {
	IDs    []FileID    // these, whatever else is set, in any order; nil: by what follows
	Author auth.UserID // this user's; empty: everybody's
	Unsent bool        // only those whose Seq is 0, of Author
	After  FileID      // those with a greater id, ascending
	Limit  int         // at least 1
}

// Files keeps the records of files; Blobs has their contents. Which belongs to which, and in
// what order they come and go, is the Service's. All methods are safe for concurrent
// use; what is written is durable on return.
type Files interface {
	// PutFile writes a record. f.Rev is that of the record it replaces, 0 where it is new, and
	// one more is stored. ErrFileChanged: the record is another one by now; nothing is written.
	PutFile(ctx context.Context, f File) error

	// RemoveFile takes the record away whose Rev is still f's. ErrFileChanged as of PutFile.
	RemoveFile(ctx context.Context, f File) error

	// Files reads records.
	Files(ctx context.Context, q FileQuery) ([]File, error)
}

// Blobs keeps the contents of files. As Files is, its methods are safe for concurrent use and
// durable on return.
type Blobs interface {
	// WriteBlob stores all of content, and returns how many bytes that was. It never holds
	// much of it in memory. When reading fails, its error comes back as the cause and nothing
	// is left but what a crash would leave, which RemoveBlob takes away. One name is written
	// once.
	WriteBlob(ctx context.Context, b Blob, content io.Reader) (int64, error)

	// OpenBlob gives a content to its reader, who closes it; ctx ends his reading, too.
	// CodeNotFound when there is none.
	OpenBlob(ctx context.Context, b Blob) (io.ReadSeekCloser, error)

	// RemoveBlob removes a content, and what a WriteBlob that failed has left of it. That
	// there is none is no error.
	RemoveBlob(ctx context.Context, b Blob) error
}
