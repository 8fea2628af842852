package files_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// wantFull is what is said to somebody who has too many files that no message shows.
func (p *person) wantFull(t *testing.T, got answer) {
	t.Helper()
	got.refused(t, http.StatusConflict, "CONFLICT", "file")
	if !strings.Contains(string(got.body), `"reason":"unsent"`) {
		t.Errorf("the reason is not there: %s", got.body)
	}
}

// TestFilesThatNoMessageShowsAreBoundedInSize uploads files of the largest size, many at once.
func TestFilesThatNoMessageShowsAreBoundedInSize(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		const most, tries = 40, 48
		ann, bob := as(t, a, "ann"), as(t, a, "bob")
		large := text(small)
		var files []string
		for i := range most {
			files = append(files, ann.upload("general", fmt.Sprint(i, ".txt"), large).ID)
		}
		held := a.left(t)
		var all sync.WaitGroup
		for range tries - most {
			all.Go(func() { ann.wantFull(t, ann.send("general", "more.txt", "text/plain", large)) })
		}
		all.Wait()
		ann.wantFull(t, ann.send("general", "tiny.txt", "text/plain", []byte("x")))
		if left := a.left(t); left != held {
			t.Errorf("of what was refused %d pieces are left", left-held)
		}
		bob.upload("general", "his.txt", large) // his are counted apart

		ann.say("general", "", files[:10]).want(t, http.StatusCreated)
		for range 10 { // in place of those that were sent
			ann.upload("general", "next.txt", large)
		}
		ann.wantFull(t, ann.send("general", "more.txt", "text/plain", large))
	})
}

// TestFilesThatNoMessageShowsAreBoundedInNumber has many small ones come at once.
func TestFilesThatNoMessageShowsAreBoundedInNumber(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		const most, atOnce = 200, 8
		ann := as(t, a, "ann")
		begun := make(chan int)
		var mu sync.Mutex
		var files []string
		var all sync.WaitGroup
		for range atOnce {
			all.Go(func() {
				for range begun {
					got := ann.send("general", "a.txt", "text/plain", []byte("a"))
					if got.StatusCode != http.StatusCreated {
						ann.wantFull(t, got)
						continue
					}
					mu.Lock()
					files = append(files, got.file(t).ID)
					mu.Unlock()
				}
			})
		}
		for i := range most + 2*atOnce {
			begun <- i
		}
		close(begun)
		all.Wait()
		// Of those that come at once when few are left all may be refused.
		if n := len(files); n > most || n < most-atOnce {
			t.Errorf("%d were taken, want %d", n, most)
		}
		for len(files) < most {
			files = append(files, ann.upload("general", "a.txt", []byte("a")).ID)
		}
		ann.wantFull(t, ann.send("general", "a.txt", "text/plain", []byte("a")))
		ann.say("general", "", files[:1]).want(t, http.StatusCreated)
		ann.upload("general", "a.txt", []byte("a"))
	})
}
