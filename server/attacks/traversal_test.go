package attacks

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"roomstream/server/app/apptest"
)

// climbs are ways to write a path that leads up.
func climbs(to string) []string {
	return []string{
		"../" + to, "../../" + to, "..%2f" + to, "%2e%2e/" + to, "%2e%2e%2f%2e%2e%2f" + to, "..%5c" + to, "..\\" + to, "....//" + to, "%252e%252e%252f" + to,
		"..%5c..%5c..%5c" + to, "%5c..%5c" + to, "%2e%2e%5C" + to, // CVE-2022-21221
		"./../" + to, ".%00./" + to, "%c0%ae%c0%ae/" + to, "/" + to, "%2f" + to, to + "%00",
	}
}

// Paths that lead elsewhere: in addresses of the page, of files and of rooms, and in the names of uploaded files. What lies beside the files
// is never answered, and nothing is written but a content under an id that the server made.
func TestPathTraversal(t *testing.T) {
	const secret = "canary-of-the-machine"
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{dir, filepath.Dir(dir)} {
		if err := os.WriteFile(filepath.Join(place, "canary"), []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := newStage(t, apptest.Options{Dir: dir})
	id := s.upload("good.txt", "a text")
	for _, below := range []string{
		"/", "/assets/", "/client/", "/docs/", "/rooms/", "/rooms/den/", "/admin/", "/api/rooms/", "/api/rooms/den/files/", "/api/rooms/den/files/" + id + "/", "/api/rooms/den/files/" + id + "/../",
		"/api/users/", "/api/streams/", "/posts/_streams/", "/_streams/", "/healthz/", "/socket.io/",
	} {
		for _, target := range []string{"canary", "data/canary", "etc/passwd", "roomstream.db", "files/" + id, ".packages.json", "site/.packages.json", ".files.json"} {
			for _, climb := range climbs(target) {
				a := s.raw(below + climb)
				if strings.Contains(a, secret) || strings.Contains(a, "root:") || strings.Contains(a, "\r\n\r\na text") || strings.Contains(a, `"license"`) {
					t.Errorf("%s%s: %.200s", below, climb, a)
				}
			}
		}
	}

	before := tree(t, filepath.Dir(dir))
	for _, name := range climbs("canary") {
		plain, err := url.PathUnescape(name)
		if err != nil {
			plain = name
		}
		id := s.upload(plain, "another text")
		before = append(before, "data/files/"+id)
	}
	slices.Sort(before)
	if after := tree(t, filepath.Dir(dir)); !slices.Equal(after, before) {
		t.Errorf("there are now %q, want %q", after, before)
	}
	for _, room := range []string{"..", ".", "...", "..:..", "-.."} { // good ids of rooms, all of them
		s.must(http.MethodPost, "/api/rooms", `{"id":"`+room+`","name":"x","type":"private"}`)
		if a := s.call(http.MethodGet, "/api/rooms/"+room, s.ann, ""); a.status != http.StatusOK || !strings.Contains(string(a.body), `"id":"`+room+`"`) {
			t.Errorf("room %s: %d %s", room, a.status, a.body)
		}
	}
	for _, room := range []string{"../x", `..\\x`, "a/../b", "/etc", "a\\u0000b", "%2e%2e/"} {
		if a := s.call(http.MethodPost, "/api/rooms", s.ann, `{"id":"`+room+`","name":"x","type":"private"}`); a.status != http.StatusBadRequest || a.field() != "id" {
			t.Errorf("room %s: %d %s", room, a.status, a.body)
		}
	}
	if after := tree(t, filepath.Dir(dir)); !slices.Equal(after, before) {
		t.Errorf("rooms made %q of %q", after, before)
	}
}

// upload stores a file in den under a name, and gives its id.
func (s *stage) upload(name, content string) string {
	s.t.Helper()
	var made struct{ File struct{ ID, Name string } }
	a := s.call(http.MethodPost, "/api/rooms/den/files?name="+url.QueryEscape(name), s.ann, content, "Content-Type", "text/plain")
	if err := json.Unmarshal(a.body, &made); err != nil || made.File.ID == "" {
		s.t.Fatalf("upload %q: %d %s", name, a.status, a.body)
	}
	if strings.ContainsAny(made.File.Name, `/\`) || strings.Contains(made.File.Name, "..") {
		s.t.Errorf("%q is named %q", name, made.File.Name)
	}
	return made.File.ID
}

// tree lists the files below a folder.
func tree(t *testing.T, folder string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		below, err := filepath.Rel(folder, name)
		if !strings.HasPrefix(below, "data/search") { // the index writes when it likes
			files = append(files, filepath.ToSlash(below))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
