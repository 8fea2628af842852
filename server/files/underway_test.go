package files

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"roomstream/auth"
)

// An upload may end while those that are to be broken off are looked through: what its handler had is not touched any more. Over HTTP/2 that
// would end the program.
func TestAnUploadThatHasEndedIsLeftAlone(t *testing.T) {
	s := &Server{underway: newUnderway()}
	finish, coming := make(chan struct{}), make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, done := s.underway.begin(r.Context(), auth.User{ID: "ann"}, http.NewResponseController(w))
		defer done()
		close(coming)
		<-finish
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	answered := make(chan error, 1)
	go func() {
		answer, err := server.Client().Get(server.URL)
		if err == nil {
			err = answer.Body.Close()
		}
		answered <- err
	}()
	<-coming
	if here := slices.Collect(s.All()); len(here) != 1 || here[0].ID != "ann" {
		t.Errorf("here are %+v", here)
	}
	s.End(func(auth.User) bool {
		close(finish)
		if err := <-answered; err != nil {
			t.Error(err)
		}
		server.Close() // waits for the handler
		return true
	})
}
