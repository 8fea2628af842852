package peers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// Inside is what a Go program says of itself.
type Inside struct {
	Goroutines int
	Heap       int64 // bytes in use after a collection
}

// Inside asks a roomstream that serves its metrics, after it has collected its garbage.
func (p *Process) Inside(ctx context.Context) (Inside, error) {
	if err := p.ask(ctx, "/debug/pprof/heap?gc=1", io.Discard); err != nil {
		return Inside{}, err
	}
	var text strings.Builder
	if err := p.ask(ctx, "/metrics", &text); err != nil {
		return Inside{}, err
	}
	return parseInside(text.String())
}

// parseInside reads two gauges of the text format of Prometheus.
func parseInside(metrics string) (in Inside, err error) {
	found := 0
	for lines := bufio.NewScanner(strings.NewReader(metrics)); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if name != "go_goroutines" && name != "go_memstats_heap_alloc_bytes" {
			continue
		}
		v, err := strconv.ParseFloat(value, 64) // large ones are written with an exponent
		if err != nil {
			return Inside{}, fmt.Errorf("read the metrics: %w", err)
		}
		found++
		if name == "go_goroutines" {
			in.Goroutines = int(v)
		} else {
			in.Heap = int64(v)
		}
	}
	if found != 2 {
		return Inside{}, errors.New("the metrics tell no goroutines, or no memory")
	}
	return in, nil
}

// Profile writes a CPU profile of some seconds of a roomstream that serves its metrics. Less is taken when it ends before.
func (p *Process) Profile(ctx context.Context, lasts time.Duration, path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	err = p.ask(ctx, fmt.Sprintf("/debug/pprof/profile?seconds=%d", int(lasts.Seconds())), file)
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// ask writes the answer to a GET at the address of the metrics to w. It leaves no connection, for a goroutine waits on it.
func (p *Process) ask(ctx context.Context, path string, w io.Writer) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.Metrics.String()+path, nil)
	if err != nil {
		return err
	}
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, response.Status)
	}
	_, err = io.Copy(w, response.Body)
	return err
}
