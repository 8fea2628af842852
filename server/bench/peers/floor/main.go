// Command floor serves package floor on an address: floor 127.0.0.1:9000.
package main

import (
	"fmt"
	"net"
	"os"

	"roomstream/server/bench/floor"
)

func main() {
	l, err := net.Listen("tcp", os.Args[1])
	if err == nil {
		err = new(floor.Server).Serve(l)
	}
	fmt.Fprintln(os.Stderr, "floor:", err)
	os.Exit(1)
}
