package engineio

import (
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/zishang520/engine.io/v2/events"
	"go.uber.org/goleak"
)

// TestMain fails when a goroutine outlives the tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func encode64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

type listening struct{ heard []string }

func (l *listening) one(args ...any) { l.heard = append(l.heard, fmt.Sprint("one", args)) }
func (l *listening) two(args ...any) { l.heard = append(l.heard, fmt.Sprint("two", args)) }

// TestEmitterIsTheLibrarys runs the library's emitter and ours through the same steps.
func TestEmitterIsTheLibrarys(t *testing.T) {
	steps := func(e events.EventEmitter) string {
		l := &listening{}
		e.On("a", l.one)
		e.Once("a", l.two)
		e.AddListener("b", l.two)
		e.Emit("a", 1, 2)
		e.Emit("a", 3)
		counts := fmt.Sprint(e.ListenerCount("a"), e.ListenerCount("b"), len(e.Listeners("b")), e.Len(), len(e.EventNames()))
		removed := fmt.Sprint(e.RemoveListener("a", l.one), e.ListenerCount("a"))
		e.Emit("a", 4)
		e.Emit("b")
		e.RemoveAllListeners("b")
		e.Emit("b")
		e.On("c", l.one)
		e.Clear()
		e.Emit("c")
		return fmt.Sprint(l.heard, counts, removed, e.Len())
	}
	if ours, theirs := steps(&Emitter{}), steps(events.New()); ours != theirs {
		t.Fatalf("ours:   %s\ntheirs: %s", ours, theirs)
	}
}

func TestOnceListenerMayEmitAndListenAgain(t *testing.T) {
	var e Emitter
	n := 0
	var again func(...any)
	again = func(...any) {
		if n++; n < 3 {
			e.Once("a", again)
			e.Emit("a")
		}
	}
	e.Once("a", again)
	e.Emit("a")
	if n != 3 || e.Len() != 0 {
		t.Fatalf("called %d times, %d events left", n, e.Len())
	}
}
