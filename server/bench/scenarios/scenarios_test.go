package scenarios

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"roomstream/server/bench/official"
	"roomstream/server/bench/peers"
	"roomstream/server/bench/report"
)

// measured runs one case on the floor, which is built in a second, and gives what was noted.
func measured(t *testing.T, c Case, figures ...report.Figure) *report.Section {
	t.Helper()
	site := peers.Site{Root: "../../..", Dir: t.TempDir()}
	if err := site.Build(t.Context(), []string{peers.Floor}); err != nil {
		t.Fatal(err)
	}
	section := &report.Section{Figures: figures, Cases: []report.Case{c.Case}}
	o := Options{Site: site, Repeat: 1, Files: 1000, Say: t.Logf}
	s := Scenario{Name: "test", Peers: []string{peers.Floor}, Cases: []Case{c}}
	if err := s.measure(t.Context(), o, section); err != nil {
		t.Fatal(err)
	}
	return section
}

func TestALoadIsMeasuredFromStartToStop(t *testing.T) {
	c := Case{Case: report.Case{Label: "bursts"}, run: bursts{rooms: 2, members: 5, burst: 20, every: time.Millisecond, times: 20}.run}
	s := measured(t, c, deliveryFigures...)
	if failed := s.Failures(c.Case, peers.Floor); len(failed) > 0 {
		t.Fatal(failed)
	}
	for _, f := range []report.Figure{deliveryP50, deliveryP99} {
		if v, ok := s.Value(c.Case, peers.Floor, f); !ok || v.Median() <= 0 {
			t.Errorf("%s: %v, %v", f.Name, v, ok)
		}
	}
	if _, ok := s.Value(c.Case, peers.Floor, cpuADelivery); !ok { // which may be too little to count
		t.Error("no CPU was noted")
	}
}

func TestConnectionsComeAndGo(t *testing.T) {
	c := Case{Case: report.Case{Label: "idle"}, run: idlers{connections: 200, settle: 10 * time.Millisecond}.run}
	s := measured(t, c, memoryEach, connectsPS, memoryLeft)
	if v, ok := s.Value(c.Case, peers.Floor, connectsPS); !ok || v.Median() <= 0 {
		t.Errorf("%v connects a second, %v; failed: %v", v, ok, s.Failures(c.Case, peers.Floor))
	}
}

func TestTheOfficialClientsCountWhatTheyAreTold(t *testing.T) {
	if err := (peers.Site{Root: "../../.."}).Install(t.Context(), official.Dir); err != nil {
		t.Fatal(err)
	}
	c := Case{Case: report.Case{Label: "official"}, run: func(ctx context.Context, r *run) error {
		return r.withOfficial(ctx, func(p *peers.Process, crowd *official.Crowd) error {
			if err := crowd.Open(r.opening(p, 6, 3)); err != nil {
				return err
			}
			if delivered, err := crowd.Send(official.Load{Times: 4, Burst: 5, Size: textSize}); err != nil || delivered != 4*5*3 {
				t.Errorf("%d delivered, %v", delivered, err)
			}
			p.Stop()
			if _, err := crowd.Send(official.Load{Times: 1, Burst: 5, Size: textSize}); err == nil {
				t.Error("a server that is gone is not an error")
			}
			return nil
		})
	}}
	if failed := measured(t, c).Failures(c.Case, peers.Floor); len(failed) > 0 {
		t.Fatal(failed)
	}
}

func TestTooFewDescriptorsAreSaid(t *testing.T) {
	c := Case{Case: report.Case{Label: "many"}, files: 1001}
	s := measured(t, c, connectsPS)
	if failed := s.Failures(c.Case, peers.Floor); len(failed) != 1 || !strings.Contains(failed[0], "ulimit -n") {
		t.Errorf("told: %v", failed)
	}
}

func TestAllSendUntilTheTimeIsOver(t *testing.T) {
	c := Case{Case: report.Case{Label: "talk"}, run: talk{rooms: 1, senders: 2, lasts: 20 * time.Millisecond, embedded: true}.run}
	s := measured(t, c, sendsPS)
	if v, ok := s.Value(c.Case, peers.Floor, sendsPS); !ok || v.Median() <= 0 {
		t.Errorf("%v sends a second, %v; failed: %v", v, ok, s.Failures(c.Case, peers.Floor))
	}
}

func TestAnUnknownScenarioIsNamed(t *testing.T) {
	if err := Run(t.Context(), Options{Only: []string{"nothing"}}, Sections(false), nil); err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("Run says %v", err)
	}
}

func TestTargetsAreOfWhatIsMeasured(t *testing.T) {
	all := All(false)
	for _, target := range Targets() {
		i := slices.IndexFunc(all, func(s Scenario) bool { return s.Name == target.Section })
		if i < 0 {
			t.Errorf("there is no scenario %q", target.Section)
			continue
		}
		if !slices.ContainsFunc(all[i].Cases, func(c Case) bool { return c.Label == target.Label }) {
			t.Errorf("%s has no load %q", target.Section, target.Label)
		}
		if !slices.Contains(all[i].Figures, target.Figure) {
			t.Errorf("%s does not measure %q", target.Section, target.Figure.Name)
		}
	}
}
