package files_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

func TestWhatIsNoFileIsRefused(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		ann := as(t, a, "ann")
		ann.send("general", "a.txt", "text/plain", nil).refused(t, http.StatusBadRequest, "BAD_REQUEST", "file")
		kind, body := form(t, "a.txt", nil)
		ann.do(http.MethodPost, "/api/rooms/general/files", kind, bytes.NewReader(body)).refused(t, http.StatusBadRequest, "BAD_REQUEST", "file")
		ann.do(http.MethodPost, "/api/rooms/general/files", "text/plain", strings.NewReader("x")).refused(t, http.StatusBadRequest, "BAD_REQUEST", "name")
		ann.do(http.MethodPost, "/api/rooms/general/files", "multipart/form-data", strings.NewReader("x")).refused(t, http.StatusBadRequest, "BAD_REQUEST", "Content-Type")
		ann.do(http.MethodPost, "/api/rooms/general/files", kind, strings.NewReader("no form")).refused(t, http.StatusBadRequest, "BAD_REQUEST", "file")
		boundary := strings.TrimPrefix(kind, "multipart/form-data; boundary=")
		ann.do(http.MethodPost, "/api/rooms/general/files", kind, strings.NewReader("--"+boundary+"--\r\n")).refused(t, http.StatusBadRequest, "BAD_REQUEST", "file")
		ann.do(http.MethodPost, "/api/rooms/no%20room/files?name=a", "text/plain", strings.NewReader("x")).refused(t, http.StatusBadRequest, "BAD_REQUEST", "roomId")
		ann.do(http.MethodPut, "/api/rooms/general/files", "text/plain", strings.NewReader("x")).refused(t, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "")
		nobody := &person{t: t, app: a}
		nobody.send("general", "a.txt", "text/plain", []byte("x")).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		a.wantNothingLeft(t)
	})
}

func TestOneByteTooLargeIsRefused(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		ann := as(t, a, "ann")
		if f := ann.upload("other", "exact.txt", text(small)); f.Size != small {
			t.Errorf("size is %d", f.Size)
		}
		ann.send("general", "a.txt", "text/plain", text(small+1)).refused(t, http.StatusRequestEntityTooLarge, "TOO_LARGE", "file")
		for _, size := range []int{small + 1, 2 * small} {
			kind, body := form(t, "a.txt", text(size))
			ann.do(http.MethodPost, "/api/rooms/general/files", kind, bytes.NewReader(body)).refused(t, http.StatusRequestEntityTooLarge, "TOO_LARGE", "file")
		}
		// Without a Content-Length nobody knows before.
		unknown := struct{ io.Reader }{bytes.NewReader(text(small + 1))}
		ann.do(http.MethodPost, "/api/rooms/general/files?name=a.txt", "text/plain", unknown).refused(t, http.StatusRequestEntityTooLarge, "TOO_LARGE", "file")
	})
}

func TestTheContentSaysWhatItIs(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		ann := as(t, a, "ann")
		f := ann.send("general", "innocent.txt", "text/plain", asPNG(t, picture(2, 2, false))).file(t)
		if f.Type != "image/png" || f.Name != "innocent.txt" {
			t.Errorf("a picture that says it is text is %+v", f)
		}
		f = ann.send("general", "photo.png", "image/png", []byte("just a text")).file(t)
		if f.Type != "text/plain" || f.Thumbnail {
			t.Errorf("a text that says it is a picture is %+v", f)
		}
		got := ann.get(filePath("general", f))
		if got.Header.Get("Content-Type") != "text/plain; charset=utf-8" || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("it is given out as %v", got.Header)
		}
		for name, content := range map[string]string{
			"page": "<!DOCTYPE html><html><script>alert(1)</script>", "bare page": "  <script>alert(1)</script>", "frame": "<iframe src=x>",
			"svg": `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "declared svg": `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`,
			"xml": `<?xml version="1.0"?><a/>`, "xhtml": `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>`,
			"program": "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + strings.Repeat("\x00", 100), "elf": "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 60), "bytes": "\x00\x01\x02\x03",
		} {
			a := ann.send("general", name+".png", "image/png", []byte(content))
			a.refused(t, http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA", "file")
		}
		broken := ann.upload("general", "broken.png", asPNG(t, picture(64, 64, false))[:60])
		if broken.Type != "image/png" || broken.Thumbnail || broken.Width != 64 {
			t.Errorf("half a picture is %+v", broken)
		}
	})
}

// bomb is a PNG whose header says how large it is and whose content is not.
func bomb(w, h uint32) []byte {
	header := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	header = append(binary.BigEndian.AppendUint32(header, h), 8, 2, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	b = append(b, header...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(header))
}

func TestAPictureTooLargeToDecodeHasNoThumbnail(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		ann := as(t, a, "ann")
		for _, side := range []uint32{6400, 65_535, 1 << 30} {
			f := ann.upload("general", "bomb.png", bomb(side, side))
			if f.Thumbnail || f.Type != "image/png" || f.Width != 0 && f.Width != int(side) {
				t.Errorf("%d pixels a side: %+v", side, f)
			}
			ann.get(filePath("general", f)+"/thumbnail").refused(t, http.StatusNotFound, "NOT_FOUND", "")
		}
	})
}

func TestNames(t *testing.T) {
	a := startEmbedded(t, nil)
	ann := as(t, a, "ann")
	long := strings.Repeat("é", 200) + ".tar"
	for sent, want := range map[string]string{
		"notes.txt": "notes.txt", "../../etc/passwd": "passwd", `C:\dir\a.txt`: "a.txt", "a\x00b\r\nc.txt": "abc.txt",
		"photo\u202egnp.exe": "photognp.exe", "\u2066x\u2069.txt": "x.txt", " . name.txt . ": "name.txt", `a<b>:"|?*.txt`: "a_b______.txt",
		"\U0001F600 e\u0301.txt": "\U0001F600 e\u0301.txt", "a\xff\xfeb.txt": "ab.txt", "tab\there": "tabhere", "no\u00a0break\u2028.txt": "no break.txt",
	} {
		if f := ann.upload("general", sent, []byte("x")); f.Name != want {
			t.Errorf("%q is named %q, want %q", sent, f.Name, want)
		}
	}
	for _, sent := range []string{long, strings.Repeat("\U0001F600", 100), strings.Repeat("e\u0301", 300), strings.Repeat("a", 256), strings.Repeat("a.", 300) + strings.Repeat("b", 99)} {
		f := ann.upload("general", sent, []byte("x"))
		if len(f.Name) > 255 || len(f.Name) < 240 || !utf8.ValidString(f.Name) {
			t.Errorf("%q is named %q", sent, f.Name)
		}
	}
	if f := ann.upload("general", long, []byte("x")); !strings.HasSuffix(f.Name, "é.tar") {
		t.Errorf("the ending of %q is gone", f.Name)
	}
	for _, sent := range []string{"/", "..", "\x00", "\u202e", "a/", " . "} {
		ann.send("general", sent, "text/plain", []byte("x")).refused(t, http.StatusBadRequest, "BAD_REQUEST", "name")
	}
	f := ann.upload("general", `größe "1".txt`, []byte("x"))
	if got := ann.get(filePath("general", f)).Header.Get("Content-Disposition"); got != `attachment; filename*=utf-8''gr%C3%B6%C3%9Fe%20_1_.txt` {
		t.Errorf("Content-Disposition is %q", got)
	}
}

// An upload whose connection ends leaves nothing, wherever it ends.
func TestCutOffLeavesNothing(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		ann := as(t, a, "ann")
		for _, n := range []int{0, 100, 5000, 600_000} {
			conn, err := net.Dial("tcp", a.Addr)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(conn, "POST /api/rooms/general/files?name=a.txt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 900000\r\n\r\n", ann.token)
			if _, err := conn.Write(text(n)); err != nil {
				t.Fatal(err)
			}
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil { // cut off, but still listening
				t.Fatal(err)
			}
			said, err := io.ReadAll(conn)
			conn.Close()
			if err != nil || n > 0 && !bytes.Contains(said, []byte(`"field":"file"`)) {
				t.Errorf("after %d bytes: %s, %v", n, said, err)
			}
			a.wantNothingLeft(t)
		}
	})
}

func TestAHundredAtOnce(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		const many = 100
		ann := as(t, a, "ann")
		content := text(300_000)
		var mu sync.Mutex
		ids := map[string]bool{}
		var wg sync.WaitGroup
		for i := range many {
			wg.Go(func() {
				got := ann.send("general", fmt.Sprintf("%d.txt", i), "text/plain", content)
				if got.StatusCode != http.StatusCreated {
					t.Errorf("%d: %d %s", i, got.StatusCode, got.body)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				ids[got.file(t).ID] = true
			})
		}
		wg.Wait()
		if len(ids) != many {
			t.Errorf("%d files", len(ids))
		}
	})
}

func TestOnlyOwnUnusedFilesOfTheRoomAreSent(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		ann, bob := as(t, a, "ann"), as(t, a, "bob")
		mine, elsewhere, his := ann.upload("general", "a.txt", []byte("a")), ann.upload("other", "b.txt", []byte("b")), bob.upload("general", "c.txt", []byte("c"))
		unknown := strings.Repeat("A", 26)
		for name, ids := range map[string][]string{
			"of another room": {mine.ID, elsewhere.ID}, "of another user": {mine.ID, his.ID}, "unknown": {unknown}, "twice": {mine.ID, mine.ID},
			"no id": {"../" + mine.ID}, "empty": {""}, "eleven": strings.Split(strings.Repeat(mine.ID+",", 10)+mine.ID, ","),
		} {
			t.Run(name, func(t *testing.T) {
				ann.say("general", "x", ids).refused(t, http.StatusBadRequest, "BAD_REQUEST", "attachments")
			})
		}
		ann.do(http.MethodPost, "/api/rooms/general/messages", "application/json", strings.NewReader(`{"text":"x","attachments":[null]}`)).refused(t, http.StatusBadRequest, "BAD_REQUEST", "attachments")
		ann.say("general", "", []string{}).refused(t, http.StatusBadRequest, "BAD_REQUEST", "text")
		ann.say("general", "with it", []string{mine.ID}).want(t, http.StatusCreated) // what was refused let it go
		ann.say("general", "again", []string{mine.ID}).refused(t, http.StatusBadRequest, "BAD_REQUEST", "attachments")
		ann.say("general", "again", []string{mine.ID}, "clientId", "k").refused(t, http.StatusBadRequest, "BAD_REQUEST", "attachments")
	})
}

// Of many messages that would send one file at once, one does.
func TestAFileIsSentOnce(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		ann := as(t, a, "ann")
		f := ann.upload("general", "a.txt", []byte("a"))
		const many = 16
		done := make(chan int, many)
		for range many {
			go func() { done <- ann.say("general", "x", []string{f.ID}).StatusCode }()
		}
		sent := 0
		for range many {
			if <-done == http.StatusCreated {
				sent++
			}
		}
		if sent != 1 {
			t.Errorf("%d messages have it", sent)
		}
	})
}

func TestLinks(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		ann, bob, nobody := as(t, a, "ann"), as(t, a, "bob"), &person{t: t, app: a}
		f := ann.upload("general", "p.png", asPNG(t, picture(20, 20, false)))
		other := ann.upload("general", "q.png", asPNG(t, picture(20, 20, false)))
		link, thumbnail := linkTo(t, ann, f)
		nobody.get(link).want(t, http.StatusOK)
		nobody.get(thumbnail).want(t, http.StatusOK)
		_, query, _ := strings.Cut(link, "?")
		nobody.get(filePath("general", other)+"?"+query).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		nobody.get(filePath("other", f)+"?"+query).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		nobody.get(filePath("general", f)).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		for _, bad := range []string{"", ".", "x", ann.token, strings.TrimPrefix(query, "token=") + "A", forged(query)} {
			nobody.get(filePath("general", f)+"?token="+url.QueryEscape(bad)).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		}
		if strings.Contains(link, ann.token) {
			t.Error("the link holds the user's token")
		}
		bob.get(filePath("general", f)+"/url").refused(t, http.StatusNotFound, "NOT_FOUND", "")
		ann.say("general", "", []string{f.ID}).want(t, http.StatusCreated)
		his, _ := linkTo(t, bob, f)
		nobody.get(his).want(t, http.StatusOK)
		ann.do(http.MethodPut, "/api/rooms/general/files", "", nil).want(t, http.StatusMethodNotAllowed)
	})
}

// A link is worth no more than the token that it was made with.
func TestALinkEndsWithTheTokenItWasMadeWith(t *testing.T) {
	a := startEmbedded(t, nil)
	one, other, nobody := as(t, a, "ann"), as(t, a, "ann"), &person{t: t, app: a}
	f := one.upload("general", "p.png", asPNG(t, picture(20, 20, false)))
	links := map[*person][]string{}
	for _, p := range []*person{one, other} {
		link, thumbnail := linkTo(t, p, f)
		links[p] = []string{link, thumbnail}
	}
	opened := func(p *person) {
		t.Helper()
		for _, link := range links[p] {
			nobody.get(link).want(t, http.StatusOK)
		}
	}
	refused := func(p *person) {
		t.Helper()
		for _, link := range links[p] {
			nobody.get(link).refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		}
	}
	opened(one)
	opened(other)

	tokens, err := auth.NewTokens(auth.TokenOptions{Secret: []byte(apptest.Secret)})
	if err != nil {
		t.Fatal(err)
	}
	session, err := tokens.Verify(one.token)
	if err != nil {
		t.Fatal(err)
	}
	admin := auth.User{ID: "root", Roles: []string{auth.RoleAdmin}}
	if _, err := a.Service().RevokeToken(t.Context(), admin, session.User.Token.ID, session.ExpiresAt); err != nil {
		t.Fatal(err)
	}
	refused(one)
	opened(other)
	if _, err := a.Service().RevokeTokens(t.Context(), admin, "ann"); err != nil {
		t.Fatal(err)
	}
	refused(other)
}

// forged says that another user was meant.
func forged(query string) string {
	payload, sum, _ := strings.Cut(strings.TrimPrefix(query, "token="), ".")
	plain, _ := base64.RawURLEncoding.DecodeString(payload)
	return base64.RawURLEncoding.EncodeToString(bytes.Replace(plain, []byte(`"ann"`), []byte(`"bob"`), 1)) + "." + sum
}

// Who is taken out of a room sees its files no more, by a link he had neither.
func TestAccessIsAskedAtEveryRequest(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		ann, bob, nobody := as(t, a, "ann"), as(t, a, "bob"), &person{t: t, app: a}
		made := ann.do(http.MethodPost, "/api/rooms", "application/json", strings.NewReader(`{"id":"secret","name":"Secret","type":"private"}`))
		made.want(t, http.StatusCreated)
		bob.send("secret", "a.txt", "text/plain", []byte("x")).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		member := func(method, body string) {
			ann.do(method, "/api/rooms/secret/members/bob", "application/json", strings.NewReader(body)).want(t, http.StatusOK)
		}
		member(http.MethodPut, `{"role":"reader"}`)
		bob.send("secret", "a.txt", "text/plain", []byte("x")).refused(t, http.StatusForbidden, "FORBIDDEN", "")
		f := ann.upload("secret", "a.txt", []byte("x"))
		ann.say("secret", "", []string{f.ID}).want(t, http.StatusCreated)
		bob.get(filePath("secret", f)).want(t, http.StatusOK)
		link, _ := linkTo(t, bob, f)
		nobody.get(link).want(t, http.StatusOK)
		member(http.MethodDelete, "")
		end := time.Now().Add(patience)
		for bob.get(filePath("secret", f)).StatusCode != http.StatusNotFound { // until the stream has told this instance
			if time.Now().After(end) {
				t.Fatal("who was taken out still reads the file")
			}
		}
		nobody.get(link).refused(t, http.StatusNotFound, "NOT_FOUND", "")
		as(t, a, "cid").get(filePath("general", f)).refused(t, http.StatusNotFound, "NOT_FOUND", "") // general is not there, and not its room
	})
}

func TestOperatorsChooseTypes(t *testing.T) {
	a := startEmbedded(t, func(c *app.Config) { c.FileTypes = []string{"application/octet-stream"} })
	ann := as(t, a, "ann")
	if f := ann.upload("general", "a.bin", []byte("\x00\x01")); f.Type != "application/octet-stream" {
		t.Errorf("it is %+v", f)
	}
	ann.send("general", "a.html", "text/html", []byte("<html>")).refused(t, http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA", "file")
	for _, bad := range []string{"text/html", "image/svg+xml", "image/*", "png", "", "text/plain; charset=utf-8", "TEXT/plain"} {
		if rooms.CheckFileType(bad) == nil {
			t.Errorf("%q may be allowed", bad)
		}
	}
}
