package rooms

import (
	"fmt"
	"mime"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// DefaultFileTypes are the types that files may have where nothing else is set.
func DefaultFileTypes() []string {
	return []string{
		"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif",
		"video/mp4", "video/webm", "video/quicktime",
		"audio/mpeg", "audio/ogg", "audio/wav", "audio/mp4", "audio/x-m4a", "audio/flac", "audio/aac", "audio/webm",
		"application/ogg", "video/ogg", "application/pdf", "application/zip", "application/gzip", "text/plain",
	}
}

// inlineTypes are those that a browser shows without running anything of the file's. All
// others are saved.
var inlineTypes = map[string]bool{
	"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "image/avif": true,
	"video/mp4": true, "video/webm": true, "video/ogg": true,
	"audio/mpeg": true, "audio/ogg": true, "audio/wav": true, "audio/mp4": true, "audio/x-m4a": true, "audio/flac": true, "audio/webm": true,
	"application/pdf": true,
}

// Inline says whether a browser may show the file in its place.
func (f *File) Inline() bool { return inlineTypes[f.Type] }

// activeTypes are never taken, as whatever they are declared: a browser runs what stands in
// them.
var activeTypes = map[string]bool{
	"text/html": true, "application/xhtml+xml": true, "image/svg+xml": true, "text/xml": true, "application/xml": true,
}

// sniffBytes is how much of a file's beginning tells its type.
const sniffBytes = 3072

// fileTypes are the types that files may have. It is never changed.
type fileTypes struct{ allowed []string }

// newFileTypes takes types as ParseFileTypes gives them; none: the default ones.
func newFileTypes(allowed []string) fileTypes {
	if len(allowed) == 0 {
		allowed = DefaultFileTypes()
	}
	return fileTypes{allowed}
}

// CheckFileType says why a type cannot be allowed, or nil.
func CheckFileType(t string) error {
	media, params, err := mime.ParseMediaType(t)
	switch {
	case err != nil || len(params) > 0 || media != t || !strings.Contains(t, "/") || strings.ContainsAny(t, "*"):
		return fmt.Errorf("%q is no type: write it like image/png", t)
	case activeTypes[t]:
		return fmt.Errorf("%s cannot be allowed: a browser would run what is in it", t)
	}
	return nil
}

// of gives the type that the beginning of a file shows, or the nearest that is allowed among
// those it is a kind of (a .docx is a zip), and false where none is.
func (f fileTypes) of(head []byte) (string, bool) {
	seen := mimetype.Detect(head)
	for t := seen; t != nil; t = t.Parent() {
		if activeTypes[plainType(t)] {
			return plainType(t), false
		}
	}
	for t := seen; t != nil; t = t.Parent() {
		if at := slices.IndexFunc(f.allowed, t.Is); at >= 0 {
			return f.allowed[at], true
		}
	}
	return plainType(seen), false
}

// plainType is a type without its parameters.
func plainType(t *mimetype.MIME) string {
	plain, _, _ := strings.Cut(t.String(), ";")
	return plain
}
