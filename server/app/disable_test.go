package app_test

import (
	"net/http"
	"strings"
	"testing"

	"roomstream/server/app/apptest"
)

func TestTheCommandDisablesAndEnables(t *testing.T) {
	dir := t.TempDir()
	env := map[string]string{"ROOMSTREAM_DATA_DIR": dir, "ROOMSTREAM_JWT_SECRET": apptest.Secret}
	var token string
	asked := func(want int) {
		t.Helper()
		a := apptest.Start(t, apptest.Options{Dir: dir})
		defer a.Stop()
		if token == "" {
			token = a.Token("bob")
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.URL+"/api/rooms", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if response.Body.Close(); response.StatusCode != want {
			t.Errorf("he is answered %d, want %d", response.StatusCode, want)
		}
	}
	told := func(verb, want string) {
		t.Helper()
		if out := run(t, env, "account", verb, "-user", "bob"); out.err != nil || !strings.Contains(out.stdout, want) {
			t.Errorf("account %s prints %q, %v, want %q", verb, out.stdout, out.err, want)
		}
	}
	asked(http.StatusOK)
	told("disable", "bob is disabled since ")
	asked(http.StatusUnauthorized)
	told("enable", "bob may sign in again")
	told("enable", "was not disabled")
	token = ""
	asked(http.StatusOK)
	run(t, env, "account", "disable").fails(t, "-user")
}
