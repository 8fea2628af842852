package load

import (
	"strings"
	"testing"
	"time"
)

func TestAMarkComesBack(t *testing.T) {
	m := mark{sender: 7, number: 0xdeadbeef, sent: time.Now().UnixNano()}
	text := m.appendText(nil, 100)
	if len(text) != 100 {
		t.Errorf("the text has %d bytes, want 100", len(text))
	}
	got, ok, err := findMark([]byte(`42["new_message",{"text":"` + string(text) + `","seq":3}]`))
	if got != m || !ok || err != nil {
		t.Errorf("%+v, %v, %v; want %+v", got, ok, err, m)
	}
	if _, ok, err := findMark([]byte(`42["typing",{}]`)); ok || err != nil {
		t.Errorf("where no mark is: %v, %v", ok, err)
	}
	for _, broken := range []string{string(text[:20]), "~#0000000x.00000000.0000000000000000", "~#00000000-00000000.0000000000000000"} {
		if _, _, err := findMark([]byte(broken)); err == nil {
			t.Errorf("%s: no error", broken)
		}
	}
}

func TestOrder(t *testing.T) {
	type step struct {
		sender, number uint32
		broken         string // what the error says; empty: none
	}
	for name, steps := range map[string][]step{
		"two senders":        {{1, 0, ""}, {2, 0, ""}, {2, 1, ""}, {1, 1, ""}},
		"doubled":            {{1, 0, ""}, {1, 0, "doubled"}},
		"lost":               {{1, 0, ""}, {1, 2, "lost"}},
		"the first lost":     {{1, 1, "lost"}},
		"late":               {{1, 0, ""}, {1, 1, ""}, {1, 0, "doubled or late"}},
		"another one's lost": {{1, 0, ""}, {2, 0, ""}, {1, 1, ""}, {2, 2, "sender 2"}},
	} {
		var o order
		for i, s := range steps {
			err := o.take(mark{sender: s.sender, number: s.number})
			if (err == nil) != (s.broken == "") || err != nil && !strings.Contains(err.Error(), s.broken) {
				t.Errorf("%s: step %d: %v", name, i, err)
			}
		}
	}
}
