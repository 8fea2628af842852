package attacks

import (
	"io"
	"net"
	"strings"
	"time"

	"roomstream/server/app/apptest"
)

// raw asks for a path that no client would send as it stands, as ann, and gives the whole answer.
func (s *stage) raw(path string) string {
	s.t.Helper()
	return s.rawRequest("GET " + strings.NewReplacer("\r", "%0d", "\n", "%0a", " ", "%20", "\x00", "%00").Replace(path) + " HTTP/1.1\r\nHost: " + s.Addr +
		"\r\nAuthorization: Bearer " + s.ann + "\r\nConnection: close\r\n\r\n")
}

// rawRequest sends bytes and gives all that is answered.
func (s *stage) rawRequest(request string) string {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(apptest.Patience)); err != nil {
		s.t.Fatal(err)
	}
	if _, err := io.WriteString(conn, request); err != nil {
		s.t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if len(answer) == 0 {
		s.t.Fatalf("%.80q is answered with nothing: %v", request, err)
	}
	return string(answer)
}

// head is an answer's status line and headers.
func head(answer string) string {
	head, _, _ := strings.Cut(answer, "\r\n\r\n")
	return head
}
