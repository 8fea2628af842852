package files_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"roomstream/auth"
)

// An upload goes on for as long as its client likes. One whose token is revoked is broken off, though its client says nothing, and leaves nothing.
func TestAnUploadEndsWithItsToken(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		root := &person{t, a, a.TokenFor(auth.User{ID: "root", Name: "root", Roles: []string{auth.RoleAdmin}}, time.Hour)}
		ann := as(t, a, "ann")
		ann.upload("general", "before.txt", []byte("this one is whole"))
		whole := a.left(t)
		body, client := io.Pipe()
		defer client.Close()
		answered := make(chan answer, 1)
		go func() {
			request, err := http.NewRequest(http.MethodPost, a.URL+"/api/rooms/general/files?name=a.txt", body)
			if err != nil {
				t.Error(err)
				return
			}
			request.Header.Set("Authorization", "Bearer "+ann.token)
			response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
			if err != nil {
				t.Logf("cut off without an answer: %v", err) // the connection may go before the answer is read
				close(answered)
				return
			}
			defer response.Body.Close()
			read, err := io.ReadAll(response.Body)
			if err != nil {
				t.Errorf("read the answer: %v", err)
			}
			answered <- answer{response, read}
		}()
		// More than the server reads before it begins to store.
		if _, err := io.WriteString(client, strings.Repeat("a text\n", 80_000)); err != nil {
			t.Fatal(err)
		}
		root.do(http.MethodPost, "/api/users/ann/revoke", "", nil).want(t, http.StatusOK)
		select {
		case got, ok := <-answered:
			if ok {
				got.refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
			}
		case <-time.After(patience):
			t.Fatal("the upload goes on")
		}
		for end := time.Now().Add(patience); a.left(t) != whole; {
			if time.Now().After(end) {
				t.Fatalf("%d are left, want %d", a.left(t), whole)
			}
			<-time.After(10 * time.Millisecond)
		}
	})
}
