// Command server is the whole program: see web/docs/configuration.md.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"roomstream/server/app"
)

// What the linker is told where the build does not see git: -ldflags "-X main.version=v1.2.3 -X main.commit=…". Empty: what
// Go wrote into the program by itself.
var version, commit string

func main() {
	if err := run(context.Background(), os.Args[1:], os.Getenv, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "roomstream:", err)
		os.Exit(1)
	}
}

// run is the program without the process around it. Logs go to standard error.
func run(ctx context.Context, args []string, getenv func(string) string, stdout io.Writer) error {
	log.SetFlags(0) // ours has the time
	return app.Run(ctx, app.Environment{Args: args, Getenv: getenv, Stdin: os.Stdin, Stdout: stdout, Stderr: os.Stderr, Adopt: log.SetOutput,
		Release: app.Release{Version: version, Commit: commit}})
}
