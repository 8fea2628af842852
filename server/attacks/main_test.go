package attacks

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"roomstream/auth"
	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(mongotest.Main(m)) }

// stage is the program with all that takes something in switched on, and a room den that ann owns. ann is an admin too, so
// that no attack fails for want of rights.
type stage struct {
	*apptest.App
	t   *testing.T
	ann string // her token
}

// onMongoDB has declared streams and routes of collections.
func onMongoDB(t *testing.T) *stage {
	t.Helper()
	server := mongotest.Shared(t)
	return newStage(t, apptest.Options{MongoDBURI: server.URI, Database: server.Database(t)})
}

func newStage(t *testing.T, o apptest.Options) *stage {
	t.Helper()
	o.Configure = func(c *app.Config) { c.PushSubject, c.LinkPreviews = "mailto:ops@example.com", true }
	s := &stage{App: apptest.Start(t, o), t: t}
	s.ann = s.TokenFor(auth.User{ID: "ann", Name: "ann", Roles: []string{auth.RoleAdmin}}, time.Hour)
	s.must(http.MethodPost, "/api/rooms", `{"id":"den","name":"Den","type":"private"}`)
	return s
}

// run runs a part of a test.
func (s *stage) run(name string, part func(s *stage)) {
	s.t.Run(name, func(t *testing.T) { part(&stage{s.App, t, s.ann}) })
}

// answer is what came back, read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// field is what an error says is at fault; empty: it does not say.
func (a answer) field() string { return fieldOf(a.body) }

func fieldOf(body []byte) string {
	var failure struct {
		Error struct {
			Details struct{ Field string }
		}
	}
	_ = json.Unmarshal(body, &failure) // what is no error names no field
	return failure.Error.Details.Field
}

// call sends a request as it is; headers come in pairs. Redirects are answers.
func (s *stage) call(method, target, token, body string, header ...string) answer {
	s.t.Helper()
	return s.callUntil(s.t.Context(), method, target, token, body, header...)
}

// callUntil is a call that fails the test where ctx ends before it is answered.
func (s *stage) callUntil(ctx context.Context, method, target, token, body string, header ...string) answer {
	s.t.Helper()
	request, err := http.NewRequestWithContext(ctx, method, s.URL+target, bytes.NewReader([]byte(body)))
	if err != nil {
		s.t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, target, err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, target, err)
	}
	return answer{response.StatusCode, response.Header, read}
}

// must is a call of ann's that succeeds.
func (s *stage) must(method, target, body string) answer {
	s.t.Helper()
	a := s.call(method, target, s.ann, body)
	if a.status > 299 {
		s.t.Fatalf("%s %s: %d %s", method, target, a.status, a.body)
	}
	return a
}
