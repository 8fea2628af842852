package attacks

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// packed is a body that is some thousand times as long when it is unpacked.
func packed(t *testing.T, begin string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	for _, part := range []string{begin, strings.Repeat(" ", 8<<20), "}"} {
		if _, err := io.WriteString(w, part); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What is small and would be large when it is unpacked is not unpacked: bodies of every route, polling, documents, uploads, frames and pictures.
// Archives: TestArchiveBombs. Answers of sites and webhooks' targets: TestDecompressionBombsInAnswers. Keys of issuers:
// TestAnswersThatAreNoKeySetLeaveTheLastOne.
func TestDecompressionBombs(t *testing.T) {
	s := onMongoDB(t)
	bomb := packed(t, `{"text":"x"`)
	hook := s.hook()
	for _, coding := range []string{"gzip", "deflate", "br", "zstd", "gzip, gzip", "x-gzip"} {
		for _, o := range s.routes().operations() {
			target := o.target(given())
			if strings.HasPrefix(o.path, "/api/hooks/") {
				target = hook
			}
			if o.body == nil {
				continue
			}
			if a := s.call(o.method, target, s.ann, bomb, "Content-Encoding", coding); a.status != http.StatusUnsupportedMediaType {
				t.Errorf("%s %s packed as %s: %d %s", o.method, target, coding, a.status, a.body)
			}
		}
		for target, method := range map[string]string{"/posts": http.MethodPost, "/acl": http.MethodPost} {
			if a := s.call(method, target, s.ann, bomb, "Content-Encoding", coding); a.status != http.StatusUnsupportedMediaType {
				t.Errorf("%s %s packed as %s: %d %s", method, target, coding, a.status, a.body)
			}
		}
		opened := s.call(http.MethodGet, "/socket.io/?EIO=4&transport=polling", "", "")
		sid := between(string(opened.body), `"sid":"`, `"`)
		if a := s.call(http.MethodPost, "/socket.io/?EIO=4&transport=polling&sid="+sid, "", bomb, "Content-Encoding", coding, "Content-Type", "text/plain"); sid == "" || a.status < 400 {
			t.Errorf("polling packed as %s: %d %s", coding, a.status, a.body)
		}
		s.filesAreNotUnpacked(bomb, coding)
	}
	s.framesAreNotPacked()
	s.picturesAreCounted()
}

// framesAreNotPacked offers permessage-deflate, which no way in takes, and sends a frame that says it is packed all the same.
func (s *stage) framesAreNotPacked() {
	s.t.Helper()
	for _, path := range []string{"/socket.io/?EIO=4&transport=websocket", "/_streams/room-den"} {
		deflated := "\xc1\x84\x00\x00\x00\x00\x4a\x04\x02\x00" // final, RSV1, a text
		answer := s.rawRequest("GET " + path + " HTTP/1.1\r\nHost: " + s.Addr + "\r\nAuthorization: Bearer " + s.ann + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n" + deflated)
		if !strings.Contains(head(answer), " 101 ") || strings.Contains(head(answer), "Sec-Websocket-Extensions") || strings.Contains(head(answer), "Sec-WebSocket-Extensions") || !strings.Contains(answer, "\x88") {
			s.t.Errorf("%s: %q", path, answer)
		}
	}
}

// Sites and webhooks' targets answer with what unpacks without end, though nobody asked for anything packed.
func TestDecompressionBombsInAnswers(t *testing.T) {
	left := make(chan string, 2)
	bomb := packed(t, "<title>x</title>")
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if accepted := r.Header.Get("Accept-Encoding"); accepted != "" {
			t.Errorf("%s asks for %s", r.URL.Path, accepted)
		}
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Encoding", "gzip")
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, bomb); err != nil {
				break
			}
		}
		left <- r.URL.Path
	}))
	defer site.Close()
	s := &stage{t: t, App: apptest.Start(t, apptest.Options{Configure: func(c *app.Config) {
		c.WebhookAllowPrivate, c.LinkPreviews, c.LinkPreviewsAllowPrivate = true, true, true
	}})}
	s.ann = s.Token("ann")
	s.must(http.MethodPost, "/api/rooms", `{"id":"den","name":"Den","type":"private"}`)
	s.must(http.MethodPost, "/api/rooms/den/webhooks", fmt.Sprintf(`{"url":"%s/hook","events":["new_message"]}`, site.URL))
	s.must(http.MethodPost, "/api/rooms/den/messages", fmt.Sprintf(`{"text":"%s/page"}`, site.URL))
	s.previewsAreEmpty()
	for range 2 {
		select {
		case <-left:
		case <-time.After(apptest.Patience):
			t.Fatal("an answer without an end is still read")
		}
	}
}
