package scenarios

import (
	"fmt"
	"time"

	"roomstream/server/bench/peers"
	"roomstream/server/bench/report"
)

// growth is a scenario whose cases are points of a curve.
func growth(name, title, doc, what string, log bool, figures []report.Figure, who []string, points []int, at func(n int) Case) Scenario {
	s := Scenario{Name: name, Title: title, Doc: doc, XName: what, LogX: log, Figures: figures, Peers: who}
	for _, n := range points {
		c := at(n)
		c.Case = report.Case{Label: fmt.Sprintf("%s: %d", what, n), X: float64(n)}
		s.Cases = append(s.Cases, c)
	}
	return s
}

var deliveryFigures = []report.Figure{cpuADelivery, deliveryP50, deliveryP99}

func growthMembers(quick bool) Scenario {
	points, deliveries := []int{10, 100, 1000, 5000}, 1_000_000
	if quick {
		points, deliveries = []int{10, 500}, 100_000
	}
	const burst = 10
	return growth("members", "With the members of a room", fmt.Sprintf("Bursts of %d to one room, every 20 ms at most, %d deliveries in all.", burst, deliveries),
		"members", true, deliveryFigures, peers.All(), points, func(n int) Case {
			times := min(max(deliveries/(n*burst), 10), 500)
			return Case{run: bursts{members: n, burst: burst, every: 20 * time.Millisecond, times: times}.run, files: n + spareFiles}
		})
}

func growthRooms(quick bool) Scenario {
	points, times := []int{1, 10, 100, 1000}, 2000
	if quick {
		points, times = []int{1, 100}, 200
	}
	const members, burst = 10, 10
	return growth("rooms", "With the rooms", fmt.Sprintf("Bursts of %d to rooms of %d members, one room after the other, every 5 ms at most, %d times.", burst, members, times),
		"rooms", true, deliveryFigures, peers.All(), points, func(n int) Case {
			return Case{run: bursts{rooms: n, members: members, burst: burst, every: 5 * time.Millisecond, times: times}.run, files: n*members + spareFiles}
		})
}

func growthIdle(quick bool) Scenario {
	points, times := []int{0, 1000, 5000, 10000}, 300
	if quick {
		points, times = []int{0, 1000}, 50
	}
	const members = 200
	return growth("idle", "With connections that idle", fmt.Sprintf("One message every 20 ms to a room of %d, beside connections that say nothing, %d times.", members, times),
		"idle connections", false, deliveryFigures, peers.All(), points, func(n int) Case {
			return Case{run: bursts{members: members, idle: n, burst: 1, every: 20 * time.Millisecond, times: times}.run, files: n + members + spareFiles}
		})
}

func growthInstances(quick bool) Scenario {
	points, lasts := []int{1, 2, 3, 4}, 6*time.Second
	if quick {
		points, lasts = []int{1, 2}, 1500*time.Millisecond
	}
	s := growth("instances", "With the instances", fmt.Sprintf("Instances on one mongod; 100 rooms of 4 members, who are spread over them; 500 messages a second in all for %s. Server CPU is that of all instances.", lasts),
		"instances", false, []report.Figure{sendsPS, deliveryP50, deliveryP99, cpuAMessage, cpuADocument}, []string{peers.Roomstream, peers.Node}, points, func(n int) Case {
			return Case{run: talk{rooms: 100, senders: 4, instances: n, rate: 500, lasts: lasts}.run}
		})
	s.Mongod = true
	return s
}

func growthHistory(quick bool) Scenario {
	points, times := []int{0, 1000, 10_000, 100_000}, 300
	if quick {
		points, times = []int{0, 5000}, 50
	}
	const members = 20
	return growth("history", "With the length of the history", fmt.Sprintf("One message every 20 ms to a room of %d, in whose log messages stand already (embedded store), %d times.", members, times),
		"messages before", false, deliveryFigures, []string{peers.Roomstream}, points, func(n int) Case {
			return Case{run: bursts{members: members, history: n, burst: 1, every: 20 * time.Millisecond, times: times}.run}
		})
}
