package app_test

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"roomstream/rooms/mongodb/mongotest"
	"roomstream/server/app"
	"roomstream/server/app/apptest"
)

// toldSpan is a span as a collector reads it.
type toldSpan struct {
	trace, id, parent, name string
	kind                    tracepb.Span_SpanKind
	instance                string
	values                  map[string]string
	links                   []string // of traces
	from, to                uint64
}

// collector takes traces as OpenTelemetry's does: by HTTP, as protobuf.
type collector struct {
	*httptest.Server
	mu    sync.Mutex
	spans []toldSpan
	raw   []byte // all bodies
}

func startCollector(t *testing.T) *collector {
	c := &collector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var told tracepb.TracesData
		if err == nil {
			err = proto.Unmarshal(body, &told)
		}
		if err != nil || r.URL.Path != "/v1/traces" || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/x-protobuf" {
			t.Errorf("%s %s %s: %v", r.Method, r.URL, r.Header.Get("Content-Type"), err)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		c.take(body, &told)
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *collector) take(body []byte, told *tracepb.TracesData) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw = append(c.raw, body...)
	for _, of := range told.ResourceSpans {
		resource := valuesOf(of.Resource.Attributes)
		for _, scope := range of.ScopeSpans {
			for _, s := range scope.Spans {
				one := toldSpan{
					trace: hex.EncodeToString(s.TraceId), id: hex.EncodeToString(s.SpanId), parent: hex.EncodeToString(s.ParentSpanId), name: s.Name, kind: s.Kind,
					instance: resource["service.instance.id"], values: valuesOf(s.Attributes), from: s.StartTimeUnixNano, to: s.EndTimeUnixNano,
				}
				for _, l := range s.Links {
					one.links = append(one.links, hex.EncodeToString(l.TraceId))
				}
				c.spans = append(c.spans, one)
			}
		}
	}
}

func valuesOf(list []*commonpb.KeyValue) map[string]string {
	values := map[string]string{}
	for _, kv := range list {
		switch v := kv.Value.Value.(type) {
		case *commonpb.AnyValue_StringValue:
			values[kv.Key] = v.StringValue
		case *commonpb.AnyValue_IntValue:
			values[kv.Key] = fmt.Sprint(v.IntValue)
		case *commonpb.AnyValue_BoolValue:
			values[kv.Key] = fmt.Sprint(v.BoolValue)
		}
	}
	return values
}

// all are the spans by now.
func (c *collector) all() []toldSpan {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.spans)
}

// whole waits until an event's send and so many deliveries have been told with what belongs to them, and gives the send
// and the deliveries, by instance.
func (c *collector) whole(t *testing.T, event string, deliveries int) (send toldSpan, delivered []toldSpan) {
	t.Helper()
	var names []string
	holds := func() bool {
		delivered, names = nil, nil
		of := map[string]bool{} // spans of the event
		want := []string{"queue", "send"}
		all := c.all()
		for _, s := range all {
			if s.values["roomstream.event.id"] != event {
				continue
			}
			of[s.id] = true
			if s.name == "send" {
				send = s
			} else {
				delivered = append(delivered, s)
				want = append(want, "deliver", "write")
				if s.values["roomstream.read_from_log"] == "false" { // the stream told of it, as it mostly does
					want = append(want, "route")
				}
			}
		}
		for _, s := range all {
			if (of[s.parent] || of[s.id]) && s.name != "insert" { // of which there may be several, on a slow machine
				names = append(names, s.name)
			}
		}
		slices.Sort(names)
		slices.Sort(want)
		_, inserted := c.parts(send)["insert"] // it may come in a later batch than all else
		return len(delivered) == deliveries && slices.Equal(names, want) && inserted
	}
	deadline := time.Now().Add(apptest.Patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("of event %s these spans were told: %v", event, names)
		}
		<-tick.C
	}
	slices.SortFunc(delivered, func(a, b toldSpan) int { return cmp.Compare(a.instance, b.instance) })
	return send, delivered
}

// parts are the spans within one.
func (c *collector) parts(of toldSpan) map[string]toldSpan {
	parts := map[string]toldSpan{}
	for _, s := range c.all() {
		if s.parent == of.id && s.trace == of.trace {
			parts[s.name] = s
		}
	}
	return parts
}

// The way of a send is one trace: from the socket through the log to the sockets of every instance.
func TestTheWayOfASendIsTraced(t *testing.T) {
	t.Parallel() // it mostly waits
	for _, kind := range []string{"embedded", "two instances on MongoDB"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			collector := startCollector(t)
			o := apptest.Options{Instance: "one", Configure: func(c *app.Config) { c.OTLPEndpoint, c.TraceSample = collector.URL, 1 }}
			store, instances := "bbolt", []string{"one"}
			if kind != "embedded" {
				mongod := mongotest.Shared(t)
				o.MongoDBURI, o.Database = mongod.URI, mongod.Database(t)
				store, instances = "mongodb", []string{"one", "two"}
			}
			running := []*apptest.App{apptest.Start(t, o)}
			if len(instances) == 2 {
				o.Instance = "two"
				running = append(running, apptest.Start(t, o))
			}
			var readers []*apptest.Client
			for _, a := range running {
				reader := apptest.Dial(t, a.URL, a.Token("reader-who-reads"))
				reader.Must("join_room", `{"roomId":"traced"}`, nil)
				readers = append(readers, reader)
			}
			writer := apptest.Dial(t, running[0].URL, running[0].Token("ann-who-writes"))
			var sent struct {
				ID  string `json:"id"`
				Seq int64  `json:"seq"`
			}
			writer.Must("send_message", `{"roomId":"traced","text":"nobody else reads this"}`, &sent)
			for _, reader := range readers {
				reader.WaitFor("new_message", 1)
			}

			send, delivered := collector.whole(t, sent.ID, len(instances))
			if send.parent != "" || send.instance != "one" || send.kind != tracepb.Span_SPAN_KIND_SERVER || send.values["roomstream.room.id"] != "traced" ||
				send.values["roomstream.event.name"] != "new_message" || send.values["roomstream.seq"] != fmt.Sprint(sent.Seq) {
				t.Errorf("the send is %+v", send)
			}
			parts := collector.parts(send)
			insert, queue := parts["insert"], parts["queue"]
			if insert.values["db.system.name"] != store || insert.kind != tracepb.Span_SPAN_KIND_CLIENT || insert.from < queue.from || insert.to > send.to || queue.from < send.from {
				t.Errorf("the send's parts are %+v", parts)
			}
			for i, d := range delivered {
				in := collector.parts(d)
				if d.trace != send.trace || d.parent != send.id || d.instance != instances[i] || d.values["roomstream.sockets"] != "1" {
					t.Errorf("a delivery is %+v", d)
				}
				route, byStream := in["route"]
				if in["write"].to != d.to || byStream && (route.from != d.from || in["write"].from != route.to) {
					t.Errorf("the delivery's parts are %+v", in)
				}
			}
			callersTraceGoesOn(t, collector, running[0], len(instances))
			collector.mu.Lock()
			defer collector.mu.Unlock()
			for _, secret := range []string{"ann-who-writes", "reader-who-reads", "nobody else reads this", "alsoNobody", "eyJ"} {
				if strings.Contains(string(collector.raw), secret) {
					t.Errorf("the spans hold %q", secret)
				}
			}
		})
	}
}

// callersTraceGoesOn posts by REST with a traceparent: the send is a part of the caller's trace, or of none when the caller's is
// not recorded. What the other instances tell is linked.
func callersTraceGoesOn(t *testing.T, collector *collector, a *apptest.App, instances int) {
	t.Helper()
	const trace, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	unseen := postTraced(t, a, "00-"+trace+"-"+span+"-00")
	seen := postTraced(t, a, "00-"+trace+"-"+span+"-01")
	var send toldSpan
	var delivered []toldSpan
	send, delivered = collector.whole(t, seen, instances)
	if send.trace != trace || send.parent != span || len(send.links) != 1 {
		t.Errorf("the send is %+v", send)
	}
	for _, d := range delivered {
		want := trace
		if d.instance != send.instance {
			want = send.links[0]
		}
		if d.trace != want || d.parent != send.id {
			t.Errorf("a delivery is %+v", d)
		}
	}
	for _, s := range collector.all() {
		if s.values["roomstream.event.id"] == unseen && s.instance == send.instance {
			t.Errorf("%+v is told of, though the caller's trace is not recorded", s)
		}
	}
}

// postTraced sends a message by REST and gives its id.
func postTraced(t *testing.T, a *apptest.App, traceparent string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.URL+"/api/rooms/traced/messages?alsoNobody=1", strings.NewReader(`{"text":"alsoNobody"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+a.Token("ann-who-writes"))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("traceparent", traceparent)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusCreated {
		t.Fatalf("%s %s %v", answer.Status, body, err)
	}
	_, rest, _ := strings.Cut(string(body), `"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

// What was told last goes before the program ends, and a collector that is away costs nothing but a line in the log.
func TestTracesAreFlushedAtTheEnd(t *testing.T) {
	t.Parallel()
	collector := startCollector(t)
	a := apptest.Start(t, apptest.Options{Configure: func(c *app.Config) { c.OTLPEndpoint, c.TraceSample, c.ShutdownTimeout = collector.URL, 1, stopPatience }})
	seen := postTraced(t, a, "")
	a.Stop()
	if !slices.ContainsFunc(collector.all(), func(s toldSpan) bool { return s.name == "send" && s.values["roomstream.event.id"] == seen }) {
		t.Error("the send was not told of")
	}
}

// stopPatience lets the last spans of a busy machine go.
const stopPatience = time.Minute
