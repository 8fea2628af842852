package app_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"roomstream/server/app/apptest"
)

func TestHealthcheckOfARunningAndOfAStoppedServer(t *testing.T) {
	a := apptest.Start(t, apptest.Options{})
	_, port, _ := strings.Cut(a.Addr, ":")
	// A server on all addresses is asked on this machine's own, by flag and by variable.
	for _, addr := range []string{a.Addr, ":" + port, "0.0.0.0:" + port} {
		if o := run(t, nil, "healthcheck", "-addr", addr); o.err != nil {
			t.Errorf("%s: %v", addr, o.err)
		}
		if o := run(t, map[string]string{"ROOMSTREAM_ADDR": addr}, "healthcheck", "-ready"); o.err != nil {
			t.Errorf("%s, ready: %v", addr, o.err)
		}
	}
	a.Stop()
	run(t, nil, "healthcheck", "-addr", a.Addr).fails(t, "healthcheck", "refused")
}

func TestHealthcheckTellsLivingFromReady(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer s.Close()
	addr := strings.TrimPrefix(s.URL, "http://")
	if o := run(t, nil, "healthcheck", "-addr", addr); o.err != nil {
		t.Error(o.err)
	}
	run(t, nil, "healthcheck", "-ready", "-addr", addr).fails(t, "/readyz answers 503")
}
