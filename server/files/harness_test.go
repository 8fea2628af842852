package files_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// small is the limit of the servers under test, in bytes: chunks of GridFS are smaller.
const small = 1 << 20

// stage is a running program, and a look at what its store holds of files.
type stage struct {
	*apptest.App
	left func(t testing.TB) int // contents, pieces of them and, on MongoDB, records
}

// onBothStores runs a test on the embedded store and on MongoDB.
func onBothStores(t *testing.T, test func(t *testing.T, a *stage)) {
	configure := func(c *app.Config) { c.MaxFileSize = small }
	t.Run("embedded", func(t *testing.T) { test(t, startEmbedded(t, configure)) })
	t.Run("mongodb", func(t *testing.T) {
		server := mongotest.Shared(t)
		name := server.Database(t)
		a := apptest.Start(t, apptest.Options{MongoDBURI: server.URI, Database: name, Configure: configure})
		test(t, &stage{a, func(t testing.TB) int { return documents(t, server.URI, name) }})
	})
}

func startEmbedded(t testing.TB, configure func(*app.Config)) *stage {
	a := apptest.Start(t, apptest.Options{Configure: configure})
	return &stage{a, func(t testing.TB) int {
		entries, err := os.ReadDir(filepath.Join(a.Dir, "files"))
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}}
}

// documents counts what a database has of files.
func documents(t testing.TB, uri, name string) int {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Disconnect(context.Background())
	total := 0
	for _, collection := range []string{"attachments", "files.files", "files.chunks"} {
		n, err := client.Database(name).Collection(collection).CountDocuments(context.Background(), bson.D{})
		if err != nil {
			t.Fatal(err)
		}
		total += int(n)
	}
	return total
}

// wantNothingLeft waits until the store holds nothing: what was cut off is removed when the
// server notices.
func (s *stage) wantNothingLeft(t testing.TB) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); s.left(t) > 0; <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("%d are left", s.left(t))
		}
	}
}

// patience is how long a test waits for what must happen; it only bounds a failure.
const patience = 30 * time.Second

// person is somebody with a token.
type person struct {
	t     testing.TB
	app   *stage
	token string
}

func as(t testing.TB, a *stage, name string) *person {
	return &person{t, a, a.Token(name)}
}

// answer is what came back, read whole.
type answer struct {
	*http.Response
	body []byte
}

func (p *person) do(method, path, contentType string, body io.Reader, headers ...string) answer {
	p.t.Helper()
	request, err := http.NewRequest(method, p.app.URL+path, body)
	if err != nil {
		p.t.Fatal(err)
	}
	if p.token != "" {
		request.Header.Set("Authorization", "Bearer "+p.token)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{response, read}
}

func (p *person) get(path string, headers ...string) answer {
	p.t.Helper()
	return p.do(http.MethodGet, path, "", nil, headers...)
}

// file is one in an answer.
type file struct {
	ID        string
	Name      string
	Size      int64
	Type      string
	Width     int
	Height    int
	Thumbnail bool
}

// send uploads a body as it is.
func (p *person) send(room, name, contentType string, content []byte) answer {
	p.t.Helper()
	return p.do(http.MethodPost, "/api/rooms/"+url.PathEscape(room)+"/files?name="+url.QueryEscape(name), contentType, bytes.NewReader(content))
}

// upload is send that must succeed.
func (p *person) upload(room, name string, content []byte) file {
	p.t.Helper()
	a := p.send(room, name, "application/octet-stream", content)
	a.want(p.t, http.StatusCreated)
	return a.file(p.t)
}

func (a answer) file(t testing.TB) file {
	t.Helper()
	var got struct{ File file }
	if err := json.Unmarshal(a.body, &got); err != nil || got.File.ID == "" {
		t.Fatalf("%s: %v", a.body, err)
	}
	return got.File
}

func (a answer) want(t testing.TB, status int) {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("%s %s: %d %s, want %d", a.Request.Method, a.Request.URL.Path, a.StatusCode, a.body, status)
	}
}

// refused checks an error, and the field it names.
func (a answer) refused(t testing.TB, status int, code, field string) {
	t.Helper()
	var got struct {
		Error struct {
			Code, Message string
			Details       struct{ Field string }
		}
	}
	_ = json.Unmarshal(a.body, &got)
	if a.StatusCode != status || got.Error.Code != code || got.Error.Details.Field != field || got.Error.Message == "" {
		t.Fatalf("%s %s: %d %s, want %d %s of %q", a.Request.Method, a.Request.URL.Path, a.StatusCode, a.body, status, code, field)
	}
}

// say posts a message with files, and returns the answer.
func (p *person) say(room, text string, ids []string, more ...string) answer {
	p.t.Helper()
	body := map[string]any{"text": text, "attachments": ids}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i]] = more[i+1]
	}
	raw, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.do(http.MethodPost, "/api/rooms/"+room+"/messages", "application/json", bytes.NewReader(raw))
}

// filePath is the address of a file.
func filePath(room string, f file) string { return "/api/rooms/" + room + "/files/" + f.ID }

// form makes a form with fields and one file.
func form(t testing.TB, name string, content []byte) (string, []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("comment", "a field that is passed over"); err != nil {
		t.Fatal(err)
	}
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.Bytes()
}

// picture makes an image, with a hole where it is to shine through.
func picture(w, h int, hole bool) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, color.NRGBA{uint8(x), uint8(y), 128, 255})
		}
	}
	if hole {
		m.SetNRGBA(0, 0, color.NRGBA{})
	}
	return m
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// text makes a text of so many bytes, none of whose parts are alike.
func text(n int) []byte {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString("line ")
		b.WriteString(strings.Repeat("x", i%60))
		b.WriteByte('\n')
	}
	return slices.Clone([]byte(b.String())[:n])
}
