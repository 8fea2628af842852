package attacks

import (
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// injected is a header that no answer has of itself.
const injected = "X-Injected"

// breaks are ends of lines as somebody may write them.
var breaks = []string{"\r\n", "\n", "\r", "\u2028", "\u0085", "\v"}

// Line ends in what clients name: names of files in queries and forms, what a document is called, names and ids of rooms, addresses, users'
// agents, webhooks' URLs and events. None ends a header of an answer or of what is sent to others.
func TestHeaderInjection(t *testing.T) {
	s := onMongoDB(t)
	s.must(http.MethodPut, "/api/streams/posts/all", `{"access":{"public":true},"create":{"public":true}}`)
	clean := func(what, answer string) {
		t.Helper()
		for line := range strings.SplitSeq(head(answer), "\n") {
			if strings.HasPrefix(line, injected) || strings.HasPrefix(line, "\r") {
				t.Errorf("%s: %q", what, head(answer))
			}
		}
	}
	for _, end := range breaks {
		evilName := "a" + end + injected + ": 1" + end + end + `"; filename="evil.exe`
		query := s.upload(evilName+".txt", "a text")
		for _, id := range []string{query, s.uploadForm(evilName + ".txt")} {
			if id == "" {
				continue // the form is refused
			}
			answer := s.raw("/api/rooms/den/files/" + id)
			clean("a file's name", answer)
			s.wantOneName(answer)
		}
		written := write(evilName)
		for what, body := range map[string]string{"name": `{"name":` + written + `,"type":"public"}`, "topic": `{"name":"x","topic":` + written + `,"type":"public"}`, "id": `{"id":` + written + `,"name":"x","type":"public"}`} {
			clean("a room's "+what, s.rawJSON("POST /api/rooms", body, ""))
		}
		clean("a document's name", s.rawJSON("POST /posts", `{"_id":`+written+`}`, ""))
		clean("a webhook's URL", s.rawJSON("POST /api/webhooks", `{"url":`+write("https://example.com/"+end+injected+": 1")+`}`, ""))
		clean("a webhook's event", s.rawJSON("POST /api/webhooks", `{"url":"https://example.com","events":[`+written+`]}`, ""))
		for _, below := range []string{"/", "/rooms/", "/docs/api", "//evil.example/", "/api/rooms/", "/api/users/", "/api/streams/", "/posts/_streams/", "/api/rooms/den/files/", "/socket.io/?EIO=4&transport="} {
			answer := s.raw(below + url.PathEscape(evilName))
			clean(below, answer)
			if strings.Contains(head(answer), "\r\nLocation:") {
				t.Errorf("%s leads elsewhere: %q", below, head(answer))
			}
		}
	}
	if a := s.call(http.MethodPost, "/posts", s.ann, `{"_id":"a\r\n`+injected+`: 1"}`); a.status != http.StatusCreated || !strings.Contains(a.header.Get("Location"), "%0D%0A") {
		t.Errorf("a document is at %v", a.header)
	}
	for name, value := range map[string]string{"Origin": "https://a\x0b" + injected, "User-Agent": "a\x0b" + injected, "Accept": "text/html\x0b" + injected, "Authorization": "Bearer a\x0b" + injected} {
		clean(name, s.rawRequest("GET / HTTP/1.1\r\nHost: "+s.Addr+"\r\n"+name+": "+value+"\r\nConnection: close\r\n\r\n"))
	}
}

// rawJSON posts JSON as ann.
func (s *stage) rawJSON(line, body, more string) string {
	s.t.Helper()
	return s.rawRequest(line + " HTTP/1.1\r\nHost: " + s.Addr + "\r\nAuthorization: Bearer " + s.ann + "\r\nContent-Type: application/json\r\nConnection: close\r\n" + more +
		"Content-Length: " + write(len(body)) + "\r\n\r\n" + body)
}

// uploadForm sends a file in a form, its name as a browser would not write it. Empty: the form is refused.
func (s *stage) uploadForm(name string) string {
	s.t.Helper()
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "%0D", "\n", "%0A").Replace(name)
	body := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + quoted + "\"\r\n\r\na text\r\n--x--\r\n"
	a := s.call(http.MethodPost, "/api/rooms/den/files", s.ann, body, "Content-Type", "multipart/form-data; boundary=x")
	if a.status != http.StatusCreated && a.field() != "body" {
		s.t.Errorf("upload %q: %d %s", name, a.status, a.body)
	}
	return between(string(a.body), `"id":"`, `"`)
}

// wantOneName holds a download to the one name that a browser may save it under.
func (s *stage) wantOneName(answer string) {
	s.t.Helper()
	for line := range strings.SplitSeq(head(answer), "\r\n") {
		if value, ok := strings.CutPrefix(line, "Content-Disposition: "); ok {
			kind, params, err := mime.ParseMediaType(value)
			if err != nil || kind != "attachment" || len(params) != 1 || !strings.HasSuffix(params["filename"], ".txt") || strings.ContainsAny(params["filename"], "\r\n\"") {
				s.t.Errorf("it is saved by %q: %v, %v", value, params, err)
			}
			return
		}
	}
	s.t.Errorf("it has no name: %q", head(answer))
}

// What webhooks send out has the headers that it should, whatever the room, its author and the text are called.
func TestHeaderInjectionIntoWebhooks(t *testing.T) {
	got := make(chan http.Header, 10)
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		got <- r.Header
	}))
	defer target.Close()
	s := &stage{App: apptest.Start(t, apptest.Options{Configure: func(c *app.Config) { c.WebhookAllowPrivate = true }}), t: t}
	s.ann = s.Token("ann " + injected + ": 1")
	s.must(http.MethodPost, "/api/rooms", `{"id":"den","name":`+write("Den "+injected+": 1")+`,"type":"private"}`)
	s.must(http.MethodPost, "/api/rooms/den/webhooks", `{"url":`+write(target.URL+"/%0d%0a"+injected+":%201")+`,"events":["new_message"]}`)
	s.must(http.MethodPost, "/api/rooms/den/messages", `{"text":`+write("a\r\n"+injected+": 1")+`,"clientId":"a"}`)
	select {
	case headers := <-got:
		want := []string{"Content-Length", "Content-Type", "Roomstream-Delivery", "Roomstream-Signature", "Roomstream-Timestamp", "User-Agent"}
		for name := range headers {
			if !slices.Contains(want, name) {
				t.Errorf("a delivery has %s: %q", name, headers[name])
			}
		}
		if len(headers.Values("Roomstream-Signature")) != 1 {
			t.Errorf("a delivery has %v", headers)
		}
	case <-time.After(apptest.Patience):
		t.Fatal("nothing was delivered")
	}
}
