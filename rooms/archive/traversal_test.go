package archive_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"roomstream/rooms"
	"roomstream/rooms/archive"
)

// An archive that came from elsewhere names files that lie beside the folder of contents, and leads there by links. Nothing of it is read.
func TestAnArchiveLeadsNowhere(t *testing.T) {
	source := newEmbedded(t)
	everything().put(t, source)
	top := t.TempDir()
	folder := filepath.Join(top, "contents")
	exported := exportWith(t, source, archive.ExportOptions{Files: folder})
	secret := []byte("eleven long") // as long as the file that it would stand for
	for _, name := range []string{"secret", strings.Repeat("A", 26)} {
		if err := os.WriteFile(filepath.Join(top, name), secret, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := newEmbedded(t)
	for _, id := range []string{"../secret", "../" + strings.Repeat("A", 26), "/etc/passwd", `..\\secret`, "../../roomstream.db", ".", "..", "", "A/../../" + fileTwo, fileTwo + "/..", fileTwo + ".thumbnail", fileTwo + `\u0000`} {
		changed := strings.ReplaceAll(exported, `"id":"`+fileTwo+`"`, `"id":"`+id+`"`)
		if changed == exported {
			t.Fatalf("the export has no %s in\n%s", fileTwo, exported)
		}
		n, err := read(s, signed(changed), archive.ImportOptions{Files: folder})
		if err == nil || !strings.Contains(err.Error(), "must be a file's id") || n != (archive.Counts{}) {
			t.Errorf("%q: %+v, %v", id, n, err)
		}
	}
	for _, blob := range []rooms.Blob{{ID: "../secret"}, {ID: "../secret", Thumbnail: true}, {ID: "../roomstream.db"}, {ID: ""}, {ID: ".."}} {
		if content, err := s.Rooms.Blobs.OpenBlob(t.Context(), blob); err == nil {
			content.Close()
			t.Errorf("the store opens %q", blob.ID)
		}
		if _, err := s.Rooms.Blobs.WriteBlob(t.Context(), blob, strings.NewReader("x")); err == nil {
			t.Errorf("the store writes %q", blob.ID)
		}
	}
}
