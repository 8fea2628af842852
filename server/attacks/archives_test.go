package attacks

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/json"
	"hash/crc32"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"roomstream/rooms"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

const (
	zipType  = "application/zip"
	gzipType = "application/gzip"
	docxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
)

// entry is what an archive holds under a name.
type entry struct {
	method uint16
	packed []byte
	crc    uint32
	size   uint64 // bytes that it says to be when it is unpacked
}

// stored is an entry that is not packed.
func stored(content string) entry {
	return entry{zip.Store, []byte(content), crc32.ChecksumIEEE([]byte(content)), uint64(len(content))}
}

// zeroes is an entry of 16 KiB that unpacks to 16 MiB.
func zeroes(t *testing.T) entry {
	t.Helper()
	var b bytes.Buffer
	plain := make([]byte, 16<<20)
	w, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return entry{zip.Deflate, b.Bytes(), crc32.ChecksumIEEE(plain), uint64(len(plain))}
}

// archive holds the entry under each name, behind those that stand first.
func archive(t *testing.T, e entry, names []string, first ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	put := func(name string, e entry) {
		part, err := w.CreateRaw(&zip.FileHeader{Name: name, Method: e.method, CRC32: e.crc, CompressedSize64: uint64(len(e.packed)), UncompressedSize64: e.size})
		if err == nil {
			_, err = part.Write(e.packed)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range first {
		put(name, stored("<xml/>"))
	}
	for _, name := range names {
		put(name, e)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// unpacksTo holds an archive to be the bomb that it is meant to be.
func unpacksTo(t *testing.T, content string, want int64) {
	t.Helper()
	r, err := zip.NewReader(strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var sum int64
	for _, f := range r.File {
		plain, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, plain)
		if err != nil {
			t.Fatal(err)
		}
		plain.Close()
		sum += n
	}
	if sum != want {
		t.Fatalf("the archive unpacks to %d bytes, want %d", sum, want)
	}
}

// gzipped packs a content; it unpacks to it.
func gzipped(t *testing.T, content []byte) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Name = "../../canary"
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Archives are kept as they came: of their entries nobody reads more than the names at the beginning, by which the type is told. So none is unpacked, whatever it
// would become, no name in it becomes a file's, and one that cannot be unpacked is as good as any.
func TestArchiveBombs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := &stage{t: t, App: apptest.Start(t, apptest.Options{Dir: dir, Configure: func(c *app.Config) {
		c.FileTypes = append(rooms.DefaultFileTypes(), docxType)
	}})}
	s.ann = s.Token("ann")
	s.must(http.MethodPost, "/api/rooms", `{"id":"den","name":"Den","type":"private"}`)

	bomb := zeroes(t)
	leadingOut := []string{"../../canary", "/canary", `..\..\canary`, "a/../../../canary"}
	flat := archive(t, bomb, leadingOut)
	unpacksTo(t, flat, int64(len(leadingOut))*16<<20)
	claims, damaged := bomb, bomb
	claims.size = 1 << 40
	damaged.packed = bytes.Repeat([]byte{0xff}, 1000)
	packedTwice := gzipped(t, []byte(gzipped(t, make([]byte, 16<<20))))

	before := tree(t, filepath.Dir(dir))
	for _, c := range []struct{ name, content, kind string }{
		{"a.zip", flat, zipType},
		{"nested.zip", archive(t, stored(archive(t, stored(flat), leadingOut)), leadingOut), zipType},
		{"a.docx", archive(t, bomb, append([]string{"word/document.xml"}, leadingOut...), "[Content_Types].xml"), docxType},
		{"claims.zip", archive(t, claims, leadingOut), zipType},
		{"damaged.zip", archive(t, damaged, leadingOut), zipType},
		{"damaged.docx", archive(t, damaged, []string{"word/document.xml"}, "[Content_Types].xml"), docxType},
		{"endless.zip", flat[:len(flat)/2], zipType}, // without the list of its entries
		{"a.gz", gzipped(t, make([]byte, 16<<20)), gzipType},
		{"twice.gz", packedTwice, gzipType},
		{"damaged.gz", packedTwice[:len(packedTwice)/2], gzipType},
		{"a.gz", flat, zipType},
		{"a.png", flat, zipType},
	} {
		before = append(before, "data/files/"+s.comesAndGoes(dir, c.name, c.content, c.kind))
	}
	slices.Sort(before)
	if after := tree(t, filepath.Dir(dir)); !slices.Equal(after, before) {
		t.Errorf("there are now %q, want %q", after, before)
	}
}

// comesAndGoes uploads a file and reads it again: it is stored and given out byte for byte, and not as something that a client would unpack. It returns
// the file's id.
func (s *stage) comesAndGoes(dir, name, content, kind string) string {
	s.t.Helper()
	file := s.uploaded(name, content)
	if file.Type != kind || file.Size != int64(len(content)) {
		s.t.Errorf("%s of %d bytes: it is %+v, want %s", name, len(content), file, kind)
	}
	if kept, err := os.Stat(filepath.Join(dir, "files", file.ID)); err != nil || kept.Size() != int64(len(content)) {
		s.t.Errorf("%s of %d bytes: stored is %+v, %v", name, len(content), kept, err)
	}
	// Asked for by name, so that the transport does not unpack the answer unseen.
	a := s.call(http.MethodGet, "/api/rooms/den/files/"+file.ID, s.ann, "", "Accept-Encoding", "gzip, deflate, br")
	if a.status != http.StatusOK || string(a.body) != content {
		s.t.Errorf("%s of %d bytes: %d, %d bytes came back", name, len(content), a.status, len(a.body))
	}
	coding, coded := a.header["Content-Encoding"]
	saved := a.header.Get("Content-Disposition")
	if coded || a.header.Get("Content-Type") != kind || a.header.Get("Content-Length") != strconv.Itoa(len(content)) || !strings.HasPrefix(saved, "attachment") {
		s.t.Errorf("%s comes as %s, coded %q, %s bytes, %s", name, a.header.Get("Content-Type"), coding, a.header.Get("Content-Length"), saved)
	}
	if a := s.call(http.MethodGet, "/api/rooms/den/files/"+file.ID+"/thumbnail", s.ann, ""); a.status != http.StatusNotFound {
		s.t.Errorf("%s has a thumbnail: %d", name, a.status)
	}
	return file.ID
}

// uploadedFile is a file as the answer to its upload tells of it.
type uploadedFile struct {
	ID, Name, Type string
	Size           int64
	Width, Height  int
	Thumbnail      bool
}

// uploaded stores a file in den, with headers in pairs, and gives what the answer says of it.
func (s *stage) uploaded(name, content string, header ...string) uploadedFile {
	s.t.Helper()
	a := s.call(http.MethodPost, "/api/rooms/den/files?name="+url.QueryEscape(name), s.ann, content, append([]string{"Content-Type", "application/octet-stream"}, header...)...)
	return s.fileOf(a, name)
}

// fileOf is the file that an upload was answered with.
func (s *stage) fileOf(a answer, name string) uploadedFile {
	s.t.Helper()
	var made struct{ File uploadedFile }
	if err := json.Unmarshal(a.body, &made); err != nil || a.status != http.StatusCreated || made.File.ID == "" {
		s.t.Fatalf("upload %q: %d %s", name, a.status, a.body)
	}
	return made.File
}

// filesAreNotUnpacked: what an upload says of its coding changes nothing. It is a file of those bytes, which are the ones given out.
func (s *stage) filesAreNotUnpacked(bomb, coding string) {
	s.t.Helper()
	form := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"form.txt\"\r\nContent-Encoding: " + coding + "\r\n\r\n" + bomb + "\r\n--x--\r\n"
	for name, file := range map[string]uploadedFile{
		"a body": s.uploaded("a.txt", bomb, "Content-Type", "text/plain", "Content-Encoding", coding),
		"a form": s.uploaded("", form, "Content-Type", "multipart/form-data; boundary=x", "Content-Encoding", coding),
	} {
		if file.Size != int64(len(bomb)) || file.Type != gzipType {
			s.t.Errorf("%s of %d bytes, packed as %s, is kept as %+v", name, len(bomb), coding, file)
		}
		a := s.call(http.MethodGet, "/api/rooms/den/files/"+file.ID, s.ann, "", "Accept-Encoding", "gzip")
		if coding, coded := a.header["Content-Encoding"]; coded || string(a.body) != bomb {
			s.t.Errorf("%s comes back as %d bytes, coded %q", name, len(a.body), coding)
		}
	}
}
