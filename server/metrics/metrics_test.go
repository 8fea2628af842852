package metrics

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.uber.org/goleak"

	"roomstream/rooms"
	"roomstream/rooms/hooks"
	"roomstream/rooms/postgres"
	"roomstream/rooms/push"
	"roomstream/rooms/streams"
	"roomstream/rooms/tally"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// everything has a figure for every row.
func everything() Sources {
	h := tally.NewTimes()
	h.Took(3 * time.Millisecond)
	h.Took(time.Minute)
	by := map[string]int64{"one": 1, "two": 2}
	return Sources{
		Build: Build{Version: "v1.2.3", Go: "go1.26"},
		Chat: func() rooms.Figures {
			return rooms.Figures{
				Sends: by, Answers: h.Read(), Appends: h.Read(), Batches: h.Read(), Retries: by, Transit: h.Read(), Emitted: 7, Deliveries: 70, Reopenings: by,
				Malformed: 1, BadSeqs: 2, QueuedEvents: 3, QueuedBytes: 4, Lag: 1500 * time.Millisecond, Ready: true, Instances: 2, Rooms: 5,
			}
		},
		Sockets:  func() Sockets { return Sockets{Connections: by, Handshakes: by, Refused: by, Upgrades: 1, Slow: 2} },
		Feeds:    func() Feeds { return Feeds{Open: 1, Slow: 2} },
		Streams:  func() streams.Figures { return streams.Figures{Cursors: 1, Most: 50, Reopenings: 2} },
		Webhooks: func() hooks.Figures { return hooks.Figures{Deliveries: by, Hooks: 3, Failed: 1} },
		Push:     func() push.Figures { return push.Figures{Deliveries: by} },
		Postgres: func() postgres.Counts { return postgres.Counts{Told: 1, Failures: 2} },
		MongoDB:  func() MongoDB { return MongoDB{ChangeStreams: 4} },
		Embedded: func() Embedded { return Embedded{Size: 4096, Commits: h.Read()} },
		Refusals: func() map[string]map[string]int64 { return map[string]map[string]int64{"rest": by} },
		Limits:   func() map[string]int64 { return by },

		CertificateExpires: func() time.Time { return time.Unix(1_800_000_000, 0) },
	}
}

// serve runs a Server until the test ends and returns its address.
func serve(t *testing.T, s Sources) string {
	t.Helper()
	server, err := New("127.0.0.1:0", s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return "http://" + server.Addr().String()
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// scrape reads /metrics as Prometheus does.
func scrape(t *testing.T, s Sources) map[string]*dto.MetricFamily {
	t.Helper()
	status, body := get(t, serve(t, s)+"/metrics")
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.New(strings.NewReader(body)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "roomstream_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	return families
}

func TestEveryRowIsServedByItsKindAndName(t *testing.T) {
	families := scrape(t, everything())
	seen := map[string]bool{}
	for _, r := range Table() {
		f := families[r.Name]
		switch {
		case seen[r.Name]:
			t.Errorf("%s is there twice", r.Name)
		case f == nil:
			t.Errorf("%s is not served", r.Name)
		case strings.ToLower(f.GetType().String()) != string(r.Kind):
			t.Errorf("%s is a %s, not a %s", r.Name, f.GetType(), r.Kind)
		case strings.HasSuffix(r.Name, "_total") != (r.Kind == Counter):
			t.Errorf("%s: counters end in _total, and nothing else", r.Name)
		case strings.Contains(r.Name, "_seconds") != (r.Unit == "seconds"), strings.Contains(r.Name, "_bytes") != (r.Unit == "bytes"):
			t.Errorf("%s is in %s", r.Name, r.Unit)
		case r.Meaning == "" || strings.HasSuffix(r.Meaning, "."):
			t.Errorf("%s means %q", r.Name, r.Meaning)
		}
		seen[r.Name] = true
	}
	for name := range families {
		if strings.HasPrefix(name, "roomstream_") && !seen[name] {
			t.Errorf("%s has no row", name)
		}
	}
	for _, name := range []string{"go_goroutines", "go_memstats_heap_alloc_bytes", "process_resident_memory_bytes", "process_open_fds"} {
		if families[name] == nil {
			t.Errorf("%s is not served", name)
		}
	}
}

func TestTimesAreShownInSeconds(t *testing.T) {
	families := scrape(t, everything())
	h := families["roomstream_delivery_seconds"].GetMetric()[0].GetHistogram()
	if h.GetSampleCount() != 2 || h.GetSampleSum() != 60.003 {
		t.Errorf("%d values, together %v", h.GetSampleCount(), h.GetSampleSum())
	}
	for _, b := range h.GetBucket() {
		want := uint64(0)
		switch {
		case b.GetUpperBound() > 30: // +Inf
			want = 2
		case b.GetUpperBound() >= 0.005:
			want = 1
		}
		if b.GetCumulativeCount() != want {
			t.Errorf("%d values up to %v, want %d", b.GetCumulativeCount(), b.GetUpperBound(), want)
		}
	}
	if lag := families["roomstream_stream_lag_seconds"].GetMetric()[0].GetGauge().GetValue(); lag != 1.5 {
		t.Errorf("the lag is %v", lag)
	}
}

func TestWhatThereIsNotHasNoMetrics(t *testing.T) {
	families := scrape(t, Sources{Build: Build{Version: "v1", Go: "go1"}})
	for name := range families {
		if strings.HasPrefix(name, "roomstream_") && name != "roomstream_build_info" {
			t.Errorf("%s is served", name)
		}
	}
}

func TestTheAddressServesProfilesAndNothingThatHoldsSecrets(t *testing.T) {
	base := serve(t, everything())
	for path, want := range map[string]int{
		"/debug/pprof/": http.StatusOK, "/debug/pprof/goroutine?debug=1": http.StatusOK, "/debug/pprof/heap": http.StatusOK,
		"/debug/pprof/cmdline": http.StatusNotFound, "/": http.StatusNotFound, "/api/rooms": http.StatusNotFound, "/debug/vars": http.StatusNotFound,
	} {
		if status, _ := get(t, base+path); status != want {
			t.Errorf("GET %s answers %d, want %d", path, status, want)
		}
	}
}

func TestAnAddressThatIsTakenIsNamed(t *testing.T) {
	taken := strings.TrimPrefix(serve(t, Sources{}), "http://")
	_, err := New(taken, Sources{}, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "-metrics-addr") || !strings.Contains(err.Error(), taken) {
		t.Errorf("the error is %v", err)
	}
}

// TestTheDocumentationHasEveryMetric holds the table of operations.md to this package's.
func TestTheDocumentationHasEveryMetric(t *testing.T) {
	page, err := os.ReadFile("../../web/docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented, served []string
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "| `roomstream_") {
			documented = append(documented, strings.TrimSpace(line))
		}
	}
	for _, r := range Table() {
		served = append(served, "| `"+r.Name+"` | "+string(r.Kind)+" | "+r.Unit+" | "+strings.Join(r.Labels, ", ")+" | "+r.Meaning+" |")
	}
	if strings.Join(documented, "\n") != strings.Join(served, "\n") {
		t.Errorf("the table of operations.md is to be\n%s", strings.Join(served, "\n"))
	}
}
