package scenarios

import (
	"roomstream/server/bench/peers"
	"roomstream/server/bench/report"
)

// Targets are what is to be reached on a machine of two cores.
func Targets() []report.Target {
	const (
		sparse, bursts = "sparse: 50 a second to 200", "bursts of 50 to 200"
		five, fifteen  = "connections: 5000", "connections: 15000"
		paced, pairs   = "1,000 a second, 100 rooms x 2", "100 rooms x 2 senders"
		alone          = "embedded, or no store"
	)
	var targets []report.Target
	for _, section := range []string{"delivery", "official"} {
		targets = append(targets,
			report.Target{Section: section, Label: bursts, Figure: cpuADelivery, Bound: 0.8},
			report.Target{Section: section, Label: bursts, Figure: cpuADelivery, Bound: 0.5, Of: peers.Centrifuge},
			report.Target{Section: section, Label: sparse, Figure: cpuADelivery, Bound: 1.25, Of: peers.Floor},
			report.Target{Section: section, Label: sparse, Figure: cpuADelivery, Bound: 1, Of: peers.Centrifuge},
			report.Target{Section: section, Label: sparse, Figure: cpuADelivery, Bound: 1, Of: peers.Node},
		)
	}
	return append(targets,
		report.Target{Section: "connections", Label: five, Figure: memoryEach, Bound: 14},
		report.Target{Section: "connections", Label: fifteen, Figure: memoryEach, Bound: 14},
		report.Target{Section: "official", Label: five, Figure: memoryEach, Bound: 14},
		report.Target{Section: "connections", Label: five, Figure: connectsPS, Bound: 1, Of: peers.Centrifuge},
		report.Target{Section: "connections", Label: fifteen, Figure: connectsPS, Bound: 1, Of: peers.Centrifuge},
		report.Target{Section: "cuts", Label: "cut 1 x", Figure: goroutinesLeft, Bound: 0},
		report.Target{Section: "cuts", Label: "cut 3 x", Figure: goroutinesLeft, Bound: 0},
		report.Target{Section: "sends", Label: paced, Figure: deliveryP99, Bound: 20},
		report.Target{Section: "sends", Label: pairs, Figure: sendsPS, Bound: 6, Of: peers.Node},
		report.Target{Section: "embedded", Label: pairs, Figure: sendsPS, Bound: 5000},
		report.Target{Section: "embedded", Label: pairs, Figure: deliveryP99, Bound: 50},
		report.Target{Section: "storm", Label: "MongoDB", Figure: syncedIn, Bound: 10},
		report.Target{Section: "storm", Label: "MongoDB, all at one moment", Figure: syncedIn, Bound: 10},
		report.Target{Section: "storm", Label: "embedded store", Figure: syncedIn, Bound: 10},
		report.Target{Section: "storm", Label: "MongoDB", Figure: readsAll, Bound: 500},
		report.Target{Section: "storm", Label: "MongoDB, all at one moment", Figure: readsAll, Bound: 500},
		report.Target{Section: "start", Label: alone, Figure: readyIn, Bound: 0.5},
		report.Target{Section: "start", Label: alone, Figure: idleMemory, Bound: 40},
	)
}
