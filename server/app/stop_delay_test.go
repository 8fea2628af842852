package app_test

import (
	"net/http"
	"testing"
	"time"

	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// For the time of -shutdown-delay a stopping server says that it is not ready, and goes on as before: who comes is let in, what is
// sent is stored and delivered, and nobody is sent away.
func TestAStoppingServerGoesOnForTheDelay(t *testing.T) {
	t.Parallel() // it mostly waits
	const delay = 10 * time.Second
	running := apptest.Start(t, apptest.Options{Dir: t.TempDir(), Configure: func(c *app.Config) { c.ShutdownDelay, c.ShutdownTimeout = delay, 3*delay }})
	before := apptest.Dial(t, running.URL, running.Token("alice"))
	call(t, before, "join_room", `{"roomId":"general"}`)
	begun, stopped := time.Now(), make(chan struct{})
	go func() {
		defer close(stopped)
		running.Stop()
	}()
	for running.Ready() {
		if time.Since(begun) > delay {
			t.Fatal("it still says that it is ready")
		}
		<-time.After(10 * time.Millisecond)
	}
	late := apptest.Dial(t, running.URL, running.Token("bob"))
	call(t, late, "join_room", `{"roomId":"general"}`)
	call(t, late, "send_message", `{"roomId":"general","text":"still here?"}`)
	before.WaitFor("new_message", 1)
	if answer, err := http.Get(running.URL + "/healthz"); err != nil || answer.Body.Close() != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("whether it lives is answered %v, %v", answer, err)
	}
	if told := before.Named("server_draining"); len(told) > 0 && time.Since(begun) < delay {
		t.Errorf("%s after the stop began somebody is sent away: %+v", time.Since(begun), told)
	}
	before.WaitFor("server_draining", 1)
	if took := time.Since(begun); took < delay {
		t.Errorf("they were sent away after %s, the delay is %s", took, delay)
	}
	<-stopped
	if _, err := http.Get(running.URL + "/healthz"); err == nil {
		t.Error("it still answers")
	}
}
