package scenarios

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"time"

	"roomstream/server/bench/peers"
)

// profileLasts is the length of one profile: most of what is measured takes longer.
const profileLasts = 5 * time.Second

// profile takes one CPU profile of a roomstream after the other, until what it returns is called.
func (r *run) profile(ctx context.Context, p *peers.Process) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		name := regexp.MustCompile(`[^a-zA-Z0-9]+`).ReplaceAllString(r.section.Name+" "+r.case_.Label, "-")
		for i := 1; ctx.Err() == nil; i++ {
			path := filepath.Join(r.profiles, fmt.Sprintf("%s-%d.pprof", name, i))
			if err := p.Profile(ctx, profileLasts, path); err != nil {
				return // what is measured is over
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}
