// Package metrics shows the program's figures to Prometheus, on an address of its own, with the profiles of Go's runtime
// beside them. table.go is every metric with its unit and meaning.
//
// What counts knows nothing of this package: figures are read when somebody scrapes, and only then.
//
// Concurrency: a Server is safe for concurrent use. Lifecycle: New listens; Run serves until its context is done, and
// returns when no request is in hand or stopTime is over; Close is for a Server that is not run. Order and loss: a scrape
// reads each source once, at moments a little apart.
package metrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	headerTimeout = 5 * time.Second
	// scrapeTimeout is Prometheus's own default: who asks has given up by then.
	scrapeTimeout = 10 * time.Second
	// scrapesAtOnce bounds those who ask: reading takes locks of the chat.
	scrapesAtOnce = 4
	// stopTime is how long a request may go on when the program stops. A profile that takes longer is cut off.
	stopTime = time.Second
)

// Server answers /metrics and /debug/pprof/.
type Server struct {
	listener net.Listener
	server   *http.Server
}

// New listens on addr, host:port.
func New(addr string, s Sources, logger *slog.Logger) (*Server, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("-metrics-addr (ROOMSTREAM_METRICS_ADDR): cannot listen on %s: %w", addr, err)
	}
	return &Server{listener: listener, server: &http.Server{
		Handler: handler(s), ReadHeaderTimeout: headerTimeout, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}}, nil
}

// handler serves what the address is for, and nothing else: the profiles stand in this mux only.
func handler(s Sources) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(newCollector(s), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		MaxRequestsInFlight: scrapesAtOnce, Timeout: scrapeTimeout, EnableOpenMetrics: true,
	}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", http.NotFound) // it may hold a secret that was given as a flag
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// Addr is where it listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Close lets go of the address.
func (s *Server) Close() error { return s.listener.Close() }

// Run serves until ctx is done. It returns nil when it was told to end.
func (s *Server) Run(ctx context.Context) error {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		<-ctx.Done()
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer cancel()
		if s.server.Shutdown(stopping) != nil {
			s.server.Close()
		}
	}()
	err := s.server.Serve(s.listener)
	if !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-ended
	return nil
}
