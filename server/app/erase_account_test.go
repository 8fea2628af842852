package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"roomstream/server/app/apptest"
)

// Where an account was signed in, and how often that was tried, goes with it.
func TestAnErasureForgetsSessionsAndAttempts(t *testing.T) {
	dir := t.TempDir()
	a := apptest.Start(t, apptest.Options{Dir: dir})
	post := func(route, name, password string, want int) (id string) {
		t.Helper()
		response, err := http.Post(a.URL+route, "application/json", strings.NewReader(fmt.Sprintf(`{"name":%q,"password":%q}`, name, password)))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var in struct{ User struct{ ID string } }
		if response.StatusCode != want || json.NewDecoder(response.Body).Decode(&in) != nil {
			t.Fatalf("answered %d, want %d", response.StatusCode, want)
		}
		return in.User.ID
	}
	ann := post("/api/auth/register", "Ann", "correct horse", http.StatusCreated)
	ben := post("/api/auth/register", "Ben", "correct horse", http.StatusCreated)
	for _, name := range []string{"Ann", "Ben"} {
		post("/api/auth/login", name, "correct horse", http.StatusOK)
		post("/api/auth/login", name, "wrong password", http.StatusUnauthorized)
	}
	a.Stop()
	if out := run(t, map[string]string{"ROOMSTREAM_DATA_DIR": dir, "ROOMSTREAM_JWT_SECRET": apptest.Secret}, "erase", "-user", ann); out.err != nil {
		t.Fatal(out.err)
	}
	db, err := bolt.Open(filepath.Join(dir, "roomstream.db"), 0o600, &bolt.Options{ReadOnly: true, Timeout: apptest.Patience})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	left := map[string][]string{}
	err = db.View(func(tx *bolt.Tx) error {
		for _, bucket := range []string{"sessions", "loginAttempts"} {
			err := tx.Bucket([]byte(bucket)).ForEach(func(key, _ []byte) error {
				left[bucket] = append(left[bucket], string(key))
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(left["sessions"]) != 2 || !strings.HasPrefix(left["sessions"][0], ben) || !strings.HasPrefix(left["sessions"][1], ben) {
		t.Errorf("of sessions there are %q, %v", left["sessions"], err)
	}
	if hash := left["loginAttempts"]; len(hash) < 2 || len(hash) > 3 || !strings.HasPrefix(hash[0], "i:") || !strings.HasPrefix(hash[len(hash)-1], "n:") {
		t.Errorf("of attempts there are %q", left["loginAttempts"])
	}
}
