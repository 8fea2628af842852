package attacks

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// engineTime is what a request here may take. Each takes milliseconds, and under the race detector, on a machine with a hundred other things to do, some
// seconds. An engine that goes back takes 2^100 steps for a hundred letters, and 8,000^3 for as many marks: minutes at least, on any machine. The bound lies far
// from both, so it is not the machine that decides the test.
const engineTime = 30 * time.Second

// evilPatterns take an engine that goes back time without end on a long text of one letter.
var evilPatterns = []string{`(a+)+$`, `(a|aa)+$`, `(a|a?)+$`, `^(([a-z])+.)+[A-Z]([a-z])+$`, `(.*a){25}`, `.*`, `[`, `(?=a)`, `\`, `a{1,1000}{1,1000}`}

// Regular expressions, and what may be taken for one: in what is searched, in lists, in names behind an @, in links, and in declared streams.
// What users write is a text; those that this program has of its own are of Go's engine, whose time grows with the text; the database's, which goes
// back, are written by admins alone. Each request is answered within engineTime. The page's own: markdown/hostile.test.ts.
func TestReDoS(t *testing.T) {
	s := onMongoDB(t)
	long := strings.Repeat("a", 100) + "!"
	s.mustInTime(http.MethodPatch, "/api/rooms/den", `{"name":`+write(long)+`}`)
	for n, pattern := range evilPatterns {
		s.must(http.MethodPost, "/api/rooms", fmt.Sprintf(`{"id":"own-%d","name":%s,"type":"private"}`, n, write(pattern)))
	}
	for n, pattern := range evilPatterns {
		list := string(s.mustInTime(http.MethodGet, "/api/rooms?query="+url.QueryEscape(pattern), "").body)
		if strings.Contains(list, `"id":"den"`) || !strings.Contains(list, fmt.Sprintf(`"id":"own-%d"`, n)) {
			t.Errorf("rooms by %q: %s", pattern, list)
		}
		for _, route := range []string{"/api/users?query=", "/api/search?query="} {
			s.inTime(http.MethodGet, route+url.QueryEscape(pattern), "")
		}
	}
	for _, unit := range []string{"@", "@a ", "a@", "http://a", "`", "``` ", "<https://", "&#", "**", "(", "[](", strings.Repeat("\u0301", 9), "\u200d👩"} {
		s.mustInTime(http.MethodPost, "/api/rooms/den/messages", `{"text":`+write(strings.Repeat(unit, 8000/len([]rune(unit))))+`}`)
	}
	s.mustInTime(http.MethodGet, "/api/rooms/den/previews?seqs=3,4,5,6,7,8", "")
	s.patternsOfStreams()
}

// inTime is a call of ann's that is answered within engineTime, though perhaps refused.
func (s *stage) inTime(method, target, body string) answer {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), engineTime)
	defer cancel()
	a := s.callUntil(ctx, method, target, s.ann, body)
	if a.status >= 500 {
		s.t.Errorf("%s %s: %d %s", method, target, a.status, a.body)
	}
	return a
}

// mustInTime is one that succeeds.
func (s *stage) mustInTime(method, target, body string) answer {
	s.t.Helper()
	a := s.inTime(method, target, body)
	if a.status > 299 {
		s.t.Fatalf("%s %s: %d %s", method, target, a.status, a.body)
	}
	return a
}

// patternsOfStreams: neither who opens a stream nor who writes documents gives the database a pattern.
func (s *stage) patternsOfStreams() {
	s.t.Helper()
	for stage, taken := range map[string]bool{
		`{"$match":{"fullDocument.t":{"$regex":"^a"}}}`:                                                                     true,
		`{"$match":{"fullDocument.t":{"$regex":{"$var":"p"}}}}`:                                                             false,
		`{"$match":{"fullDocument.t":{"$not":{"$regex":{"$var":"p"}}}}}`:                                                    false,
		`{"$match":{"$expr":{"$regexMatch":{"input":"$fullDocument.t","regex":"^a"}}}}`:                                     true,
		`{"$match":{"$expr":{"$regexMatch":{"input":"$fullDocument.t","regex":{"$var":"p"}}}}}`:                             false,
		`{"$match":{"$expr":{"$regexMatch":{"input":"$fullDocument.t","regex":"$fullDocument.p"}}}}`:                        false,
		`{"$match":{"$expr":{"$let":{"vars":{"p":{"$var":"p"}},"in":{"$regexMatch":{"input":"a","regex":"$$p"}}}}}}`:        false,
		`{"$match":{"$jsonSchema":{"properties":{"fullDocument":{"properties":{"t":{"pattern":{"$var":"p"}}}}}}}}`:          false,
		`{"$match":{"$expr":{"$gte":[{"$indexOfCP":["$fullDocument.t",{"$var":"p"}]},0]}}}`:                                 true,
		`{"$set":{"fullDocument.t":{"$regexFind":{"input":"$fullDocument.t","regex":{"$concat":["^",{"$var":"p"}]}}}}}`:     false,
		`{"$set":{"fullDocument.t":{"$regexFindAll":{"input":"$fullDocument.t","regex":"a","options":"$fullDocument.o"}}}}`: false,
	} {
		a := s.call(http.MethodPut, "/api/streams/posts/patterns", s.ann, `{"access":{"public":true},"stages":[`+stage+`]}`)
		if (a.status < 300) != taken || !taken && !strings.HasPrefix(a.field(), "stages[0].") {
			s.t.Errorf("%s: %d %s", stage, a.status, a.body)
		}
	}
}

// No other engine of regular expressions is built in: Go's takes linear time.
func TestNoEngineGoesBack(t *testing.T) {
	modules, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`(?i)\S*(regexp2|pcre|oniguruma|hyperscan)\S*`).FindString(string(modules)); found != "" {
		t.Errorf("%s is built in", found)
	}
}
