package previews

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long anything may take on a slow machine.
const patience = time.Minute

// stage is a site, and Previews that may call it.
type stage struct {
	t        *testing.T
	site     *httptest.Server
	mux      *http.ServeMux
	previews *Previews
	asked    atomic.Int64
}

func newStage(t *testing.T, change func(*Options)) *stage {
	t.Helper()
	s := &stage{t: t, mux: http.NewServeMux()}
	s.site = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		s.mux.ServeHTTP(w, r)
	}))
	o := Options{AllowPrivate: true, Timeout: patience}
	if change != nil {
		change(&o)
	}
	s.previews = New(o)
	return s
}

// run starts them, until the test ends.
func (s *stage) run() {
	ctx, end := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.previews.Run(ctx) }()
	s.t.Cleanup(func() {
		end()
		<-ended
		s.site.Close()
	})
}

// page is what a path answers, as HTML in UTF-8 unless a header says otherwise.
func (s *stage) page(path, body string, header ...string) string {
	s.mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		io.WriteString(w, body)
	})
	return s.site.URL + path
}

func (s *stage) leads(path, to string) string {
	s.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
	return s.site.URL + path
}

// look waits until a link is known.
func (s *stage) look(link string) Preview {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	found := s.previews.Look(ctx, []string{link})
	if len(found) != 1 || found[0].Pending {
		s.t.Fatalf("%s: found %v", link, found)
	}
	return found[0].Preview
}

func TestWhatAPageSaysOfItself(t *testing.T) {
	s := newStage(t, nil)
	s.run()
	for i, c := range []struct {
		body, contentType  string
		title, description string
	}{
		{`<title>A &amp; B</title>`, "", "A & B", ""},
		{`<head><title>Plain</title><meta property="og:title" content="Open"><meta name=description content=" two
			lines ">`, "", "Open", "two lines"},
		{`<meta name="twitter:title" content="Bird"><meta property="og:description" content="said"><meta name="description" content="other">`, "", "Bird", "said"},
		{`<title>first</title><title>second</title>`, "", "first", ""},
		{`<title></title><meta property="og:title" content=" ">`, "", "", ""},
		{`<body><title>too late</title>`, "", "", ""},
		{`<head></head><title>too late</title>`, "", "", ""},
		{`<title><script>alert(1)</script></title>`, "", "<script>alert(1)</script>", ""},
		{`<meta property="og:title" content="&quot;&gt;&lt;img src=x onerror=alert(1)&gt;">`, "", `"><img src=x onerror=alert(1)>`, ""},
		{"<title>a\u202eb\u0000c\u200fd\ufeff</title>", "", "abcd", ""},
		{"<title>gr\xfc\xdfe</title>", "text/html; charset=iso-8859-1", "grüße", ""},
		{"<title>" + strings.Repeat("\u200b", 20_000) + "</title>", "text/html; charset=utf-8", "", ""},
		{`<title>seen</title><meta property="og:title" content="` + strings.Repeat("\u200b", 20_000) + `">`, "text/html; charset=utf-8", "seen", ""},
		{"<meta charset=windows-1251><title>\xcf\xf0\xe8\xe2\xe5\xf2</title>", "text/html", "Привет", ""},
		{"<title>\x93\xfa\x96\x7b</title>", "text/html; charset=shift_jis", "日本", ""},
		{"<title>\xff\xfe broken</title>", "text/html; charset=utf-8", "broken", ""},
		{"<title>made up</title>", "text/html; charset=no-such", "made up", ""},
		{`{"title":"no page"}`, "application/json", "", ""},
		{`<title>a picture</title>`, "image/svg+xml", "", ""},
		{`<title>` + strings.Repeat("é", 1000) + `</title>`, "", strings.Repeat("é", 199) + "…", ""},
		{`<title>x</title><meta name="description" content="` + strings.Repeat("y", 1000) + `">`, "", "x", strings.Repeat("y", 399) + "…"},
	} {
		header := []string{}
		if c.contentType != "" {
			header = append(header, "Content-Type", c.contentType)
		}
		got := s.look(s.page(fmt.Sprintf("/%d", i), c.body, header...))
		if got.Title != c.title || got.Description != c.description {
			t.Errorf("%s\ngives %q, %q", c.body, got.Title, got.Description)
		}
	}
}

func TestOnlyTheBeginningOfAPageIsRead(t *testing.T) {
	s := newStage(t, nil)
	s.run()
	left := make(chan struct{})
	s.mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		defer close(left)
		w.Header().Set("Content-Type", "text/html")
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat("<!-- more -->", 1000)); err != nil {
				return
			}
		}
	})
	if got := s.look(s.site.URL + "/endless"); got != (Preview{}) {
		t.Errorf("a page without an end is called %q", got.Title)
	}
	<-left
	huge := s.page("/huge", "<title>before</title>"+strings.Repeat("<p>much</p>", maxPage))
	if got := s.look(huge); got.Title != "before" {
		t.Errorf("a huge page is called %q", got.Title)
	}
	if got := s.look(s.page("/tag", "<meta content='"+strings.Repeat("x", 2*maxToken)+"'><title>behind</title>")); got != (Preview{}) {
		t.Errorf("a page with a huge tag is called %q", got.Title)
	}
	if got := s.look(s.page("/packed", "<title>packed</title>", "Content-Encoding", "gzip")); got != (Preview{}) {
		t.Errorf("a packed page is called %q", got.Title)
	}
}

func TestRedirects(t *testing.T) {
	s := newStage(t, nil)
	s.run()
	end := s.page("/end", "<title>the end</title>")
	if got := s.look(s.leads("/one", "/end")); got.Title != "the end" {
		t.Errorf("behind a redirect is %q", got.Title)
	}
	far := end
	for i := range maxRedirects + 1 {
		far = s.leads(fmt.Sprintf("/far/%d", i), far)
	}
	for _, link := range []string{
		far, s.leads("/round", "/round"), s.leads("/file", "file:///etc/passwd"), s.leads("/ftp", "ftp://127.0.0.1/"), s.leads("/nowhere", ""),
		s.leads("/password", strings.Replace(end, "http://", "http://user:word@", 1)), s.leads("/script", "javascript:alert(1)"),
	} {
		if got := s.look(link); got != (Preview{}) {
			t.Errorf("%s gives %q", link, got.Title)
		}
	}
}

// A page of the public internet leads to a private address: what the client dials there is judged as the first was.
func TestPrivateAddressesAreNotCalled(t *testing.T) {
	s := newStage(t, func(o *Options) { o.AllowPrivate = false })
	secret := newStage(t, nil)
	defer secret.site.Close()
	inside := secret.page("/", "<title>secret</title>")
	guarded := s.previews.client.Transport.(*http.Transport)
	dial := guarded.DialContext
	guarded.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == "site.example:80" { // the one public address there is here
			var d net.Dialer
			return d.DialContext(ctx, network, s.site.Listener.Addr().String())
		}
		return dial(ctx, network, address)
	}
	s.run()
	s.page("/", "<title>public</title>")
	if got := s.look("http://site.example/"); got.Title != "public" {
		t.Fatalf("the public page is called %q", got.Title)
	}
	at, err := url.Parse(inside)
	if err != nil {
		t.Fatal(err)
	}
	for i, to := range []string{inside, "http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://site.example:" + at.Port() + "/"} {
		s.leads(fmt.Sprintf("/to/%d", i), to)
		for _, link := range []string{to, fmt.Sprintf("http://site.example/to/%d", i)} {
			if got := s.look(link); got != (Preview{}) {
				t.Errorf("%s, which leads to %s, is called %q", link, to, got.Title)
			}
		}
	}
	if n := secret.asked.Load(); n != 0 {
		t.Errorf("what is private was asked %d times", n)
	}
}

func TestASlowPageIsPendingAndThenThere(t *testing.T) {
	s := newStage(t, nil)
	s.run()
	open := make(chan struct{})
	s.mux.HandleFunc("/slow", func(w http.ResponseWriter, _ *http.Request) {
		<-open
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<title>at last</title>")
	})
	link := s.site.URL + "/slow"
	over, cancel := context.WithCancel(context.Background())
	cancel()
	for range 100 { // all these are one request
		if found := s.previews.Look(over, []string{link}); !found[0].Pending {
			t.Fatalf("found %v", found)
		}
	}
	close(open)
	if got := s.look(link); got.Title != "at last" || s.asked.Load() != 1 {
		t.Errorf("%q after %d requests", got.Title, s.asked.Load())
	}
}

func TestAPageThatNeverAnswersIsGivenUp(t *testing.T) {
	s := newStage(t, func(o *Options) { o.Timeout = time.Millisecond })
	s.run()
	s.mux.HandleFunc("/never", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	if got := s.look(s.site.URL + "/never"); got != (Preview{}) {
		t.Errorf("it is called %q", got.Title)
	}
}

func TestWhatWasFoundIsKeptForAWhile(t *testing.T) {
	var passed atomic.Int64
	begin := time.Now()
	s := newStage(t, func(o *Options) { o.Now = func() time.Time { return begin.Add(time.Duration(passed.Load())) } })
	s.run()
	good, bad := s.page("/good", "<title>good</title>"), s.page("/bad", "no title")
	for _, c := range []struct {
		passed time.Duration
		asked  int64
	}{{0, 2}, {keepNone - 1, 2}, {keepNone, 3}, {keepFound - 1, 4}, {keepFound, 5}} {
		passed.Store(int64(c.passed))
		if got := s.look(good); got.Title != "good" {
			t.Errorf("after %v it is called %q", c.passed, got.Title)
		}
		s.look(bad)
		if n := s.asked.Load(); n != c.asked {
			t.Errorf("after %v: asked %d times, want %d", c.passed, n, c.asked)
		}
	}
}

func TestMoreThanAFewAreForgottenAndMoreThanAQueueNotTaken(t *testing.T) {
	s := newStage(t, nil)
	defer s.site.Close()
	over, cancel := context.WithCancel(context.Background())
	cancel()
	links := make([]string, 2*maxQueue)
	for i := range links {
		links[i] = s.page(fmt.Sprintf("/%d", i), "<title>x</title>")
	}
	s.previews.Look(over, links) // nobody fetches yet
	if n := len(s.previews.entries); n != maxQueue {
		t.Errorf("%d are taken, want %d", n, maxQueue)
	}
	s.run()
	for _, link := range links[:maxQueue] {
		s.look(link)
	}
	for i := range maxKept + 10 {
		s.look(fmt.Sprintf("%s/none/%d", s.site.URL, i))
	}
	if n, m := len(s.previews.entries), s.previews.recent.Len(); n != maxKept || m != maxKept {
		t.Errorf("%d and %d are kept, want %d", n, m, maxKept)
	}
}
