package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"roomstream/server/app"
	"roomstream/server/app/apptest"
	"roomstream/server/metrics"
)

// measured makes a program serve its metrics, too.
func measured(o apptest.Options) apptest.Options {
	o.Configure = func(c *app.Config) { c.MetricsAddr = "127.0.0.1:0" }
	return o
}

// scraped is what /metrics told once.
type scraped map[string]*dto.MetricFamily

func scrape(t *testing.T, running *apptest.App) scraped {
	t.Helper()
	answer, err := http.Get("http://" + running.MetricsAddr + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%d %s %v", answer.StatusCode, body, err)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// value is that of a metric with these label values, in any order; of a histogram, how many values it has. 0: there is none.
func (s scraped) value(name string, labels ...string) float64 {
	for _, m := range s[name].GetMetric() {
		has := map[string]bool{}
		for _, l := range m.GetLabel() {
			has[l.GetValue()] = true
		}
		all := len(has) == len(labels)
		for _, l := range labels {
			all = all && has[l]
		}
		if all {
			return m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return 0
}

// eventually scrapes until it holds: what is counted behind a delivery comes a moment after it.
func eventually(t *testing.T, running *apptest.App, what string, holds func(scraped) bool) {
	t.Helper()
	const pause = 20 * time.Millisecond
	deadline, tick := time.After(apptest.Patience), time.NewTicker(pause)
	defer tick.Stop()
	for !holds(scrape(t, running)) {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("within %s it did not come to this: %s", apptest.Patience, what)
		}
	}
}

// call asks, and fails unless the answer is good.
func call(t *testing.T, c *apptest.Client, event, payload string) {
	t.Helper()
	if ack, err := c.Call(event, payload); err != nil || !strings.HasPrefix(string(ack), `{"ok":true`) {
		t.Fatalf("%s %s is acked with %s, %v", event, payload, ack, err)
	}
}

func TestMetricsCountWhatHappens(t *testing.T) {
	stores(t, func(t *testing.T, o apptest.Options) {
		running := apptest.Start(t, measured(o))
		alice, bob := apptest.Dial(t, running.URL, running.Token("alice")), apptest.Dial(t, running.URL, running.Token("bob"))
		call(t, alice, "join_room", `{"roomId":"general"}`)
		call(t, bob, "join_room", `{"roomId":"general"}`)
		const sends = 5
		for range sends {
			call(t, alice, "send_message", `{"roomId":"general","text":"hello"}`)
		}
		call(t, alice, "send_message", `{"roomId":"general","text":"once","clientId":"c1"}`)
		call(t, alice, "send_message", `{"roomId":"general","text":"once","clientId":"c1"}`)
		wantCode(t, alice, "send_message", `{"roomId":"general","text":"other","clientId":"c1"}`, "CONFLICT")
		wantCode(t, alice, "send_message", `{"roomId":"general","text":""}`, "BAD_REQUEST")
		polling := running.URL + "/socket.io/?EIO=4&transport=polling"
		status, body := request(t, "GET", polling, "", "")
		var open struct{ SID string }
		if err := json.Unmarshal([]byte(strings.TrimPrefix(body, "0")), &open); err != nil || status != http.StatusOK {
			t.Fatalf("a poll: %d %s", status, body)
		}
		if status, body := request(t, "GET", running.URL+"/api/rooms/none", "", ""); status != http.StatusUnauthorized {
			t.Fatalf("%d %s", status, body)
		}

		s := scrape(t, running)
		for _, want := range []struct {
			value  float64
			name   string
			labels []string
		}{
			{sends + 1, "roomstream_sends_total", []string{"stored"}},
			{1, "roomstream_sends_total", []string{"duplicate"}},
			{1, "roomstream_sends_total", []string{"CONFLICT"}},
			{1, "roomstream_sends_total", []string{"BAD_REQUEST"}},
			{1, "roomstream_refusals_total", []string{"socket", "CONFLICT"}},
			{1, "roomstream_refusals_total", []string{"socket", "BAD_REQUEST"}},
			{1, "roomstream_refusals_total", []string{"rest", "UNAUTHENTICATED"}},
			{2, "roomstream_connections", []string{"websocket"}},
			{1, "roomstream_connections", []string{"polling"}},
			{2, "roomstream_handshakes_total", []string{"websocket"}},
			{1, "roomstream_handshakes_total", []string{"polling"}},
			{1, "roomstream_instances", nil},
			{sends + 2, "roomstream_send_seconds", nil}, // the duplicate is told that it is stored, too
		} {
			if got := s.value(want.name, want.labels...); got != want.value {
				t.Errorf("%s%v is %v, want %v", want.name, want.labels, got, want.value)
			}
		}
		bye, err := http.Post(polling+"&sid="+open.SID, "text/plain", strings.NewReader("1"))
		if err != nil {
			t.Fatal(err)
		}
		bye.Body.Close()
		eventually(t, running, "the client that polls has gone", func(s scraped) bool { return s.value("roomstream_connections", "polling") == 0 })
		if s.value("roomstream_append_seconds") == 0 || s.value("roomstream_append_batch_events") == 0 {
			t.Error("no append was counted")
		}
		eventually(t, running, "6 messages were given to 2 sockets, and measured", func(s scraped) bool {
			return s.value("roomstream_events_emitted_total") >= sends+1 && s.value("roomstream_deliveries_total") >= 2*(sends+1) &&
				s.value("roomstream_delivery_seconds") >= sends+1
		})
		eventually(t, running, "a heartbeat came back", func(s scraped) bool {
			return s.value("roomstream_ready") == 1 && s.value("roomstream_stream_lag_seconds") > 0
		})
	})
}

// TestEveryMetricIsServed asks a program on each store: what one has not the other has, but for what needs PostgreSQL, Web Push or
// a certificate, which TestCertificatesAreRenewed has.
func TestEveryMetricIsServed(t *testing.T) {
	missing := map[string]bool{}
	for _, r := range metrics.Table() {
		missing[r.Name] = !strings.HasPrefix(r.Name, "roomstream_postgres_") && !strings.HasPrefix(r.Name, "roomstream_certificate_")
	}
	stores(t, func(t *testing.T, o apptest.Options) {
		o = measured(o)
		measure := o.Configure
		o.Configure = func(c *app.Config) {
			measure(c)
			c.PushSubject = "mailto:admin@example.com"
		}
		s := scrape(t, apptest.Start(t, o))
		for name := range s {
			delete(missing, name)
		}
		if o.MongoDBURI != "" {
			// The chat's, those of signals and declarations, and of notifications: the last may still be opening.
			if got := s.value("roomstream_change_streams"); got < 1 || got > 4 {
				t.Errorf("%v change streams are open", got)
			}
		} else if s.value("roomstream_embedded_file_bytes") == 0 || s.value("roomstream_embedded_commit_seconds") == 0 {
			t.Error("the embedded store's file has no size, or no transaction was counted")
		}
	})
	for name, is := range missing {
		if is {
			t.Errorf("%s is served nowhere", name)
		}
	}
}

func TestThereAreNoMetricsUnlessAskedFor(t *testing.T) {
	running := apptest.Start(t, apptest.Options{})
	if running.MetricsAddr != "" {
		t.Errorf("they are served on %s", running.MetricsAddr)
	}
	for _, path := range []string{"/metrics", "/debug/pprof/"} {
		answer, err := http.Get(running.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if strings.Contains(string(body), "roomstream_") || strings.Contains(string(body), "goroutine") {
			t.Errorf("%s on the chat's address answers %.200s", path, body)
		}
	}
}
