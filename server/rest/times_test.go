package rest_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app/apptest"
)

// BenchmarkTimesOfSignIns measures, in an order by chance, how long it takes to be refused by an unknown name, by a wrong
// password, and by one at an address that the account is signed in from: median, 10th and 90th of a hundred, and 99th, in ms,
// with the counting that limits need. web/docs/operations.md has the figures.
func BenchmarkTimesOfSignIns(b *testing.B) {
	b.Run("embedded", func(b *testing.B) { timesOfSignIns(b, apptest.Options{}) })
	b.Run("MongoDB", func(b *testing.B) {
		server := mongotest.Shared(b)
		timesOfSignIns(b, apptest.Options{MongoDBURI: server.URI, Database: server.Database(b)})
	})
}

func timesOfSignIns(b *testing.B, o apptest.Options) {
	const right, wrong = "correct horse", "battery staple"
	o.Configure = limited(1_000_000) // all are counted, nobody waits
	a := apptest.Start(b, o)
	post := func(route, name, password string, want int) time.Duration {
		begun := time.Now()
		response, err := http.Post(a.URL+route, "application/json", bytes.NewReader(fmt.Appendf(nil, `{"name":%q,"password":%q}`, name, password)))
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
	post(registerRoute, "Ann", right, http.StatusCreated)
	post(registerRoute, "Ben", right, http.StatusCreated)
	post(loginRoute, "Ben", right, http.StatusOK)
	kinds := []string{"unknown", "wrong", "known"}
	names := map[string]string{"unknown": "Eve", "wrong": "Ann", "known": "Ben"}
	took := map[string][]time.Duration{}
	order := rand.New(rand.NewPCG(1, 2)) // the collector runs each second hash or so: in turn, it would always hit the same
	for b.Loop() {
		kind := kinds[order.IntN(len(kinds))]
		took[kind] = append(took[kind], post(loginRoute, names[kind], wrong, http.StatusUnauthorized))
	}
	for kind, all := range took {
		slices.Sort(all)
		for label, share := range map[string]float64{"p10": 0.10, "p50": 0.50, "p90": 0.90, "p99": 0.99} {
			at := all[int(share*float64(len(all)-1))]
			b.ReportMetric(float64(at)/float64(time.Millisecond), kind+"-"+label+"-ms")
		}
	}
}
