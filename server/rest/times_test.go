package rest_test

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"roomstream/server/app/apptest"
)

// BenchmarkTimesOfSignIns measures, in an order by chance, how long it takes to be refused by an unknown name and by a wrong password:
// median, 10th and 90th of a hundred, and 99th, in ms. web/docs/operations.md has the figures.
func BenchmarkTimesOfSignIns(b *testing.B) {
	a := apptest.Start(b, apptest.Options{Configure: limited(0)})
	post := func(route, body string, want int) time.Duration {
		begun := time.Now()
		response, err := http.Post(a.URL+route, "application/json", bytes.NewReader([]byte(body)))
		if err != nil {
			b.Fatal(err)
		}
		response.Body.Close()
		took := time.Since(begun)
		if response.StatusCode != want {
			b.Fatalf("answered %d", response.StatusCode)
		}
		return took
	}
	post(registerRoute, `{"name":"Ann","password":"correct horse"}`, http.StatusCreated)
	var unknown, wrong []time.Duration
	order := rand.New(rand.NewPCG(1, 2)) // the collector runs each second hash or so: in turn, it would always hit the same
	for b.Loop() {
		if order.IntN(2) == 0 {
			unknown = append(unknown, post(loginRoute, `{"name":"Eve","password":"battery staple"}`, http.StatusUnauthorized))
			continue
		}
		wrong = append(wrong, post(loginRoute, `{"name":"Ann","password":"battery staple"}`, http.StatusUnauthorized))
	}
	if len(unknown) == 0 || len(wrong) == 0 {
		return // of so few there are no figures
	}
	for name, took := range map[string][]time.Duration{"unknown": unknown, "wrong": wrong} {
		slices.Sort(took)
		for label, share := range map[string]float64{"p10": 0.10, "p50": 0.50, "p90": 0.90, "p99": 0.99} {
			at := took[int(share*float64(len(took)-1))]
			b.ReportMetric(float64(at)/float64(time.Millisecond), name+"-"+label+"-ms")
		}
	}
}
