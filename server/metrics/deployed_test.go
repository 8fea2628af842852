package metrics

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v2"
)

// alerts is what Prometheus reads of alerts.yml. Unknown fields are mistakes.
type alerts struct {
	Groups []struct {
		Name  string
		Rules []struct {
			Alert, Expr, For    string
			Labels, Annotations map[string]string
		}
	}
}

// dashboard is what this test reads of dashboard.json.
type dashboard struct {
	Panels []struct {
		ID      int
		Title   string
		GridPos struct{ X, Y, W, H int }
		Targets []struct{ Expr string }
	}
	Templating struct {
		List []struct {
			Query json.RawMessage
		}
	}
}

// named is a metric in an expression, with what stands in its braces.
var named = regexp.MustCompile(`\b((?:roomstream|go|process)_[a-z_]+)\b(?:\{([^}]*)\})?`)

var (
	matched = regexp.MustCompile(`([a-z_]+)\s*=~?"`)
	grouped = regexp.MustCompile(`\bby \(([^)]*)\)`)
)

// held fails where an expression names what is not served.
func held(t *testing.T, where, expr string, served map[string][]string) {
	t.Helper()
	names := named.FindAllStringSubmatch(expr, -1)
	if len(names) == 0 {
		t.Errorf("%s names no metric: %s", where, expr)
	}
	if strings.Count(expr, "(") != strings.Count(expr, ")") || strings.Count(expr, "{") != strings.Count(expr, "}") {
		t.Errorf("%s has an open parenthesis: %s", where, expr)
	}
	known := []string{"instance", "job"} // of Prometheus itself
	for _, name := range names {
		labels, there := served[name[1]]
		if !there {
			t.Errorf("%s names %s, which is not served", where, name[1])
		}
		known = append(known, labels...)
		for _, label := range matched.FindAllStringSubmatch(name[2], -1) {
			if !slices.Contains(labels, label[1]) && label[1] != "instance" {
				t.Errorf("%s: %s has no label %s", where, name[1], label[1])
			}
		}
	}
	for _, by := range grouped.FindAllStringSubmatch(expr, -1) {
		for label := range strings.SplitSeq(by[1], ",") {
			if !slices.Contains(known, strings.TrimSpace(label)) {
				t.Errorf("%s groups by %s, a label of none of its metrics: %s", where, label, expr)
			}
		}
	}
}

// servedLabels gives all names that can be asked for, with their labels.
func servedLabels(t *testing.T) map[string][]string {
	t.Helper()
	served := map[string][]string{}
	for name := range scrape(t, everything()) {
		served[name] = nil
	}
	for _, r := range Table() {
		served[r.Name] = r.Labels
		if r.Kind == Histogram {
			delete(served, r.Name)
			served[r.Name+"_bucket"], served[r.Name+"_sum"], served[r.Name+"_count"] = []string{"le"}, nil, nil
		}
	}
	return served
}

func TestAlertsNameWhatIsServed(t *testing.T) {
	text, err := os.ReadFile("alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file alerts
	if err := yaml.UnmarshalStrict(text, &file); err != nil {
		t.Fatal(err)
	}
	served, exprs := servedLabels(t), map[string]string{}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			held(t, rule.Alert, rule.Expr, served)
			if exprs[rule.Alert] != "" || !slices.Contains([]string{"page", "ticket"}, rule.Labels["severity"]) || rule.Annotations["summary"] == "" || rule.Annotations["do"] == "" {
				t.Errorf("%s is there twice, or says not how urgent it is, what is wrong and what to do: %+v", rule.Alert, rule)
			}
			exprs[rule.Alert] = rule.Expr
		}
	}
	for alert, metric := range map[string]string{"RoomstreamLimitsAreHit": "roomstream_limits_hit_total", "RoomstreamIsOverloaded": "roomstream_refusals_total"} {
		if !strings.Contains(exprs[alert], metric+"{") && !strings.Contains(exprs[alert], metric+"[") {
			t.Errorf("%s does not go by %s: %q", alert, metric, exprs[alert])
		}
	}
	const least = 10 // fewer means that the file was not read as it is meant
	if len(exprs) < least {
		t.Errorf("only %d alerts were read", len(exprs))
	}
}

// wanted is what an operator looks for first: who is here, what is sent, how late it is, what is behind, and who is refused.
var wanted = []string{
	"roomstream_connections", "roomstream_sends_total", "roomstream_delivery_seconds", "roomstream_stream_lag_seconds", "roomstream_stream_reopenings_total",
	"roomstream_queue_events", "roomstream_slow_disconnects_total", "roomstream_limits_hit_total", "roomstream_feed_cursors",
}

func TestTheDashboardNamesWhatIsServed(t *testing.T) {
	text, err := os.ReadFile("dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var file dashboard
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	served, shown := servedLabels(t), map[string]bool{}
	for i, p := range file.Panels {
		if p.ID != i+1 || p.Title == "" || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("panel %d is %+v", i, p)
		}
		for _, other := range file.Panels[:i] {
			a, b := p.GridPos, other.GridPos
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Errorf("%q lies upon %q", p.Title, other.Title)
			}
		}
		for _, target := range p.Targets {
			held(t, p.Title, target.Expr, served)
			for _, name := range named.FindAllStringSubmatch(target.Expr, -1) {
				shown[strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name[1], "_bucket"), "_sum"), "_count")] = true
			}
		}
	}
	for _, v := range file.Templating.List {
		for _, name := range named.FindAllStringSubmatch(string(v.Query), -1) {
			if _, there := served[name[1]]; !there {
				t.Errorf("a variable asks for %s, which is not served", name[1])
			}
		}
	}
	for _, name := range wanted {
		if !shown[name] {
			t.Errorf("no panel shows %s", name)
		}
	}
	const least = 25 // metrics
	if len(shown) < least {
		t.Errorf("only %d metrics are shown", len(shown))
	}
}
