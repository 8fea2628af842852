package tracing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

const (
	// queueMost bounds the spans that wait, some 2 MiB: what comes when it is full is dropped.
	queueMost = 4096
	// batchMost bounds the spans of one request, some 200 KiB: collectors take 4 MiB.
	batchMost = 512
	// sendEvery is how old a span gets before it goes.
	sendEvery = time.Second
	// sendTimeout is how long a collector may take: meanwhile the queue fills.
	sendTimeout = 5 * time.Second
	// complainEvery bounds what is logged of a collector that takes nothing.
	complainEvery = time.Minute
	// answerMost bounds what is read of an answer, in bytes: it is of no use but to keep the connection.
	answerMost = 64 << 10
)

// tracesPath is where OTLP over HTTP takes traces.
const tracesPath = "/v1/traces"

// CheckEndpoint says what is wrong with the address of a collector: http or https, host and port, perhaps a path, like
// http://127.0.0.1:4318.
func CheckEndpoint(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		return errors.New("must be an http or https URL, like http://127.0.0.1:4318") // not repeated: it may hold a secret
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("must not have a user, a query or a fragment: a collector near by can add what another one wants")
	}
	return nil
}

// exporter sends spans to a collector, by OTLP over HTTP as protobuf.
type exporter struct {
	url      string
	resource *resourcepb.Resource
	scope    *commonpb.InstrumentationScope
	client   *http.Client
	queue    chan *tracepb.Span
	now      func() time.Time
	logger   *slog.Logger
	dropped  atomic.Int64 // since the last complaint

	complained time.Time // Run's goroutine only
}

func newExporter(o Options) *exporter {
	return &exporter{
		url: strings.TrimSuffix(o.Endpoint, "/") + tracesPath,
		resource: &resourcepb.Resource{Attributes: []*commonpb.KeyValue{
			keyValue("service.name", "roomstream"), keyValue("service.version", o.Version), keyValue("service.instance.id", o.Instance),
		}},
		scope: &commonpb.InstrumentationScope{Name: "roomstream/server/tracing"},
		client: &http.Client{
			Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConns: 1, IdleConnTimeout: time.Minute},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		queue: make(chan *tracepb.Span, queueMost), now: o.Now, logger: o.Logger,
	}
}

// add queues a span, or drops it.
func (e *exporter) add(s *tracepb.Span) {
	select {
	case e.queue <- s:
	default:
		e.dropped.Add(1)
	}
}

// Run sends what is told until ctx is done, then what is left, for at most flush.
func (t *Tracer) Run(ctx context.Context, flush time.Duration) {
	e := t.exporter
	defer e.client.CloseIdleConnections()
	tick := time.NewTicker(sendEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
			e.sendAll(ctx)
		}
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), flush)
	defer cancel()
	e.complained = time.Time{}
	e.sendAll(last)
}

// sendAll sends what waits by now, or drops what the collector does not take.
func (e *exporter) sendAll(ctx context.Context) {
	var failure error
	for waiting := len(e.queue); waiting > 0; {
		batch := make([]*tracepb.Span, min(waiting, batchMost))
		for i := range batch {
			batch[i] = <-e.queue // nobody else takes any
		}
		waiting -= len(batch)
		if failure == nil {
			failure = e.send(ctx, batch)
		}
		if failure != nil { // one that fails once is not waited for again and again
			e.dropped.Add(int64(len(batch)))
		}
	}
	e.complain(failure)
}

// complain logs what was dropped, now and then.
func (e *exporter) complain(failure error) {
	if e.dropped.Load() == 0 || e.now().Sub(e.complained) < complainEvery {
		return
	}
	e.complained = e.now()
	why := "too many spans waited"
	if failure != nil {
		why = failure.Error()
	}
	e.logger.Warn("spans were dropped", "spans", e.dropped.Swap(0), "error", why)
}

// send gives the collector a batch. A TracesData looks on the wire as an ExportTraceServiceRequest does, whose package
// would bring gRPC along.
func (e *exporter) send(ctx context.Context, batch []*tracepb.Span) error {
	body, err := proto.Marshal(&tracepb.TracesData{ResourceSpans: []*tracepb.ResourceSpans{{
		Resource: e.resource, ScopeSpans: []*tracepb.ScopeSpans{{Scope: e.scope, Spans: batch}},
	}}})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-protobuf")
	answer, err := e.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, io.LimitReader(answer.Body, answerMost)) // so that the connection can be used again
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("the collector answers %s", answer.Status)
	}
	return nil
}
