package files_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// listed is a page of a room's files.
type listed struct {
	Files []struct {
		file
		Seq                int64
		Author, AuthorName string
		Timestamp          string
	}
	More bool
	Next int64
}

func (p *person) list(query string) listed {
	p.t.Helper()
	answer := p.get("/api/rooms/general/files" + query)
	answer.want(p.t, http.StatusOK)
	var page listed
	if err := json.Unmarshal(answer.body, &page); err != nil || page.More != (page.Next > 0) {
		p.t.Fatalf("%s: %v", answer.body, err)
	}
	return page
}

func (l listed) names() []string {
	names := []string{}
	for _, f := range l.Files {
		names = append(names, f.Name)
	}
	return names
}

func TestTheFilesOfARoomAreListed(t *testing.T) {
	onBothStores(t, func(t *testing.T, a *stage) {
		ann, bob := as(t, a, "ann"), as(t, a, "bob")
		seqs := map[string]int64{}
		share := func(p *person, names ...string) {
			t.Helper()
			var ids []string
			for _, name := range names {
				ids = append(ids, p.upload("general", name, []byte("the content of "+name)).ID)
			}
			sent := p.say("general", "", ids)
			sent.want(t, http.StatusCreated)
			var told struct{ Seq int64 }
			if err := json.Unmarshal(sent.body, &told); err != nil {
				t.Fatal(err)
			}
			seqs[names[0]] = told.Seq
		}
		share(ann, "one.txt")
		share(bob, "two.txt", "three.txt")
		ann.say("general", "no file at all", []string{}).want(t, http.StatusCreated)
		share(ann, "four.txt")
		bob.upload("general", "unsent.txt", []byte("nobody was shown this"))

		all := bob.list("")
		if got := all.names(); !slices.Equal(got, []string{"four.txt", "two.txt", "three.txt", "one.txt"}) || all.More {
			t.Fatalf("listed are %v, more %t", got, all.More)
		}
		if f := all.Files[1]; f.Seq != seqs["two.txt"] || f.Author != "bob" || f.Size == 0 || f.Type != "text/plain; charset=utf-8" && f.Type != "text/plain" || f.Timestamp == "" {
			t.Errorf("the file is %+v", f)
		}
		// Pages part no message's files.
		var paged []string
		for query, pages := "?limit=1", 0; query != ""; pages++ {
			if pages > 4 {
				t.Fatal("the pages do not end")
			}
			page := bob.list(query)
			paged = append(paged, page.names()...)
			if query = ""; page.More {
				query = fmt.Sprintf("?limit=1&before=%d", page.Next)
			}
		}
		if !slices.Equal(paged, all.names()) {
			t.Errorf("by pages they are %v", paged)
		}
		ann.do(http.MethodDelete, fmt.Sprintf("/api/rooms/general/messages/%d", seqs["four.txt"]), "", nil).want(t, http.StatusOK)
		if got := ann.list("").names(); !slices.Equal(got, []string{"two.txt", "three.txt", "one.txt"}) {
			t.Errorf("with one deleted they are %v", got)
		}
		for query, field := range map[string]string{"?limit=0": "limit", "?limit=101": "limit", "?before=x": "before", "?before=-1": "before"} {
			ann.get("/api/rooms/general/files"+query).refused(t, http.StatusBadRequest, "BAD_REQUEST", field)
		}
		ann.get("/api/rooms/nowhere/files").refused(t, http.StatusNotFound, "NOT_FOUND", "")
		(&person{t, a, ""}).get("/api/rooms/general/files").refused(t, http.StatusUnauthorized, "UNAUTHENTICATED", "")
		made := ann.do(http.MethodPost, "/api/rooms", "application/json", strings.NewReader(`{"id":"secret","name":"Secret","type":"private"}`))
		made.want(t, http.StatusCreated)
		bob.get("/api/rooms/secret/files").refused(t, http.StatusNotFound, "NOT_FOUND", "")
	})
}
