// Command bench measures what a running server costs: CPU a delivery and memory a
// connection, with raw WebSockets that check the order of every member's messages.
//
//	go run ./server/bench -url http://127.0.0.1:8080 -pid PID -secret SECRET bursts
//	go run ./server/bench -url http://127.0.0.1:8080 -pid PID -secret SECRET connections
//
// It sends to loopback only, and ends by itself.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"roomstream/auth"
)

// options are what the command line says.
type options struct {
	addr        string
	pid         int
	secret      string
	members     int
	burst       int
	rounds      int
	pause       time.Duration
	connections int
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	var o options
	target := flag.String("url", "http://127.0.0.1:8080", "the server's address, on loopback")
	flag.IntVar(&o.pid, "pid", 0, "the server's process id, whose CPU and memory are read")
	flag.StringVar(&o.secret, "secret", "", "the server's JWT secret")
	flag.IntVar(&o.members, "members", 200, "members of the room (bursts)")
	flag.IntVar(&o.burst, "burst", 50, "messages a burst (bursts)")
	flag.IntVar(&o.rounds, "rounds", 100, "bursts (bursts)")
	flag.DurationVar(&o.pause, "pause", 20*time.Millisecond, "rest between bursts (bursts)")
	flag.IntVar(&o.connections, "n", 5000, "connections (connections)")
	flag.Parse()
	u, err := url.Parse(*target)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("-url %s: only loopback is loaded", *target)
	}
	o.addr = u.Host
	tokens, err := auth.NewTokens(auth.TokenOptions{Secret: []byte(o.secret)})
	if err != nil {
		return err
	}
	switch flag.Arg(0) {
	case "bursts":
		return bursts(o, tokens)
	case "connections":
		return connections(o, tokens)
	}
	return fmt.Errorf("say what to measure: bursts or connections")
}

// bursts sends bursts of messages to one room and prints the server's CPU a delivery.
func bursts(o options, tokens *auth.Tokens) error {
	room := fmt.Sprintf("bench-%d", time.Now().UnixNano())
	members := make([]*client, o.members)
	for i := range members {
		c, err := dial(o.addr, tokens, fmt.Sprintf("member-%d", i))
		if err != nil {
			return err
		}
		defer c.close()
		if err := c.join(room); err != nil {
			return err
		}
		members[i] = c
	}
	var readers sync.WaitGroup
	for _, c := range members {
		c.progress = make(chan int, 1)
		readers.Go(c.count)
	}
	before, err := usage(o.pid)
	if err != nil {
		return err
	}
	latencies := make([]time.Duration, 0, o.rounds)
	for round := range o.rounds {
		start := time.Now()
		if err := members[0].sendBurst(room, round*o.burst, o.burst); err != nil {
			return err
		}
		for _, c := range members {
			if err := c.await((round + 1) * o.burst); err != nil {
				return fmt.Errorf("burst %d: %w", round, err)
			}
		}
		latencies = append(latencies, time.Since(start))
		time.Sleep(o.pause)
	}
	after, err := usage(o.pid)
	if err != nil {
		return err
	}
	deliveries := o.members * o.burst * o.rounds
	slices.Sort(latencies)
	fmt.Printf("bursts of %d to %d members, %d times: %d deliveries, all in order; server CPU %.2f us a delivery (%.2f s); a burst took p50 %s, p99 %s\n",
		o.burst, o.members, o.rounds, deliveries, (after.cpu-before.cpu).Seconds()*1e6/float64(deliveries), (after.cpu - before.cpu).Seconds(),
		latencies[len(latencies)/2].Round(10*time.Microsecond), latencies[len(latencies)*99/100].Round(10*time.Microsecond))
	return nil
}

// connections opens idle, signed-in connections and prints the server's memory a
// connection.
func connections(o options, tokens *auth.Tokens) error {
	before, err := usage(o.pid)
	if err != nil {
		return err
	}
	start := time.Now()
	open := make([]*client, 0, o.connections)
	for i := range o.connections {
		c, err := dial(o.addr, tokens, fmt.Sprintf("user-%d", i))
		if err != nil {
			return fmt.Errorf("connection %d: %w", i, err)
		}
		defer c.close()
		open = append(open, c)
	}
	took := time.Since(start)
	time.Sleep(settle)
	after, err := usage(o.pid)
	if err != nil {
		return err
	}
	fmt.Printf("%d signed-in connections: %.1f KiB each (RSS %d to %d KiB), %.0f connects a second, one after the other\n",
		len(open), float64(after.rss-before.rss)/float64(len(open)), before.rss, after.rss, float64(len(open))/took.Seconds())
	return nil
}

// settle is how long the server's garbage collector and scavenger get before its
// memory is read.
const settle = 10 * time.Second
