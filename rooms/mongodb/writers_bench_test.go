package mongodb_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/mongodb"
	"roomstream/rooms/mongodb/mongotest"
)

// attended is an emitter with a socket in every room, which is given what is delivered.
type attended struct{ silent }

func (attended) Members(rooms.RoomID) int { return 1 }

// warmUp is how many messages each sender sends before anything is measured: the first make the rooms.
const warmUp = 2

// writersLoad has so many senders in each room, who are spread over the instances. Each sends the next message when the
// last one is stored, or, when they are paced, so long after it, more or less.
type writersLoad struct {
	instances, rooms, senders int
	pause                     time.Duration
}

// BenchmarkWriters has senders at one instance, and at two, who all write in the same rooms. What it takes of the mongod and
// of this process, in us of CPU, says more than the messages a second where other programs run.
func BenchmarkWriters(b *testing.B) {
	for _, load := range []writersLoad{
		{instances: 1, rooms: 100, senders: 2}, {instances: 2, rooms: 100, senders: 2}, {instances: 3, rooms: 100, senders: 3},
		{instances: 1, rooms: 1, senders: 64}, {instances: 2, rooms: 1, senders: 64},
		{instances: 1, rooms: 8, senders: 16}, {instances: 2, rooms: 8, senders: 16},
		{instances: 1, rooms: 100, senders: 4, pause: 800 * time.Millisecond}, {instances: 2, rooms: 100, senders: 4, pause: 800 * time.Millisecond},
	} {
		name := fmt.Sprintf("instances=%d/rooms=%d/senders=%d", load.instances, load.rooms, load.senders)
		if load.pause > 0 {
			name += "/paced"
		}
		b.Run(name, func(b *testing.B) { load.run(b) })
	}
}

func (l writersLoad) run(b *testing.B) {
	server := mongotest.Shared(b)
	database := server.Database(b)
	client, err := mongo.Connect(options.Client().ApplyURI(server.URI))
	if err != nil {
		b.Fatal(err)
	}
	defer client.Disconnect(context.Background())
	services := make([]*rooms.Service, l.instances)
	for i := range services {
		services[i] = instanceOn(b, server, database, l.rooms)
	}
	var left atomic.Int64
	var mu sync.Mutex
	var took []time.Duration
	var warm, all sync.WaitGroup
	begin := make(chan struct{})
	text := strings.Repeat("x", 100)
	for i := range l.rooms * l.senders {
		user := auth.User{ID: auth.UserID(fmt.Sprintf("u%d", i))}
		room := fmt.Sprintf("r%d", i/l.senders)
		service := services[i%l.instances]
		last := int64(0)
		send := func(n int) {
			sent, err := service.SendWait(b.Context(), user, rooms.SendInput{RoomID: room, Text: text, ClientID: fmt.Sprint(n)})
			if err != nil || sent.Seq <= last {
				b.Errorf("%s after %d: %d, %v", room, last, sent.Seq, err)
			}
			last = sent.Seq
		}
		warm.Add(1)
		all.Go(func() {
			for n := range warmUp {
				send(n)
			}
			warm.Done()
			<-begin
			var own []time.Duration
			for n := warmUp; left.Add(-1) >= 0; n++ {
				if l.pause > 0 {
					time.Sleep(l.pause/2 + rand.N(l.pause))
				}
				begun := time.Now()
				send(n)
				own = append(own, time.Since(begun))
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, own...)
		})
	}
	warm.Wait()
	left.Store(int64(b.N))
	before := commands(b, client)
	retries, documents := counted(services)
	b.ResetTimer()
	close(begin)
	all.Wait()
	b.StopTimer()
	after := commands(b, client)
	slices.SortFunc(took, cmp.Compare)
	b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "msgs/s")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	for name := range after {
		b.ReportMetric(float64(after[name]-before[name])/float64(b.N), name+"/msg")
	}
	retriesNow, documentsNow := counted(services)
	b.ReportMetric(float64(retriesNow-retries)/float64(b.N), "overtaken/msg")
	b.ReportMetric(float64(documentsNow-documents)/float64(b.N), "tries/msg")
	n, err := client.Database(database).Collection("messages").CountDocuments(b.Context(), bson.D{{Key: "seq", Value: bson.D{{Key: "$gt", Value: 0}}}, {Key: "type", Value: nil}})
	if want := int64(b.N + warmUp*l.rooms*l.senders); err != nil || n != want {
		b.Errorf("%d messages are stored of %d: %v", n, want, err)
	}
}

// counted gives how often the instances were overtaken, and how many documents they tried to store.
func counted(services []*rooms.Service) (overtaken, documents int64) {
	for _, s := range services {
		f := s.Figures()
		overtaken += f.Retries["overtaken"]
		documents += f.Batches.Sum
	}
	return overtaken, documents
}

// instanceOn runs a service with sockets in so many rooms.
func instanceOn(b *testing.B, server *mongotest.Server, database string, inRooms int) *rooms.Service {
	store, err := mongodb.Open(b.Context(), mongodb.Options{URI: server.URI, Database: database})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close(context.Background()) })
	service := rooms.New(store.Rooms(), rooms.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx, attended{}, nil) }()
	b.Cleanup(func() {
		cancel()
		<-ended
	})
	await(b, "ready", func() bool { return service.Ready() == nil })
	for i := range inRooms {
		if err := service.Join(ctx, auth.User{ID: "all"}, fmt.Sprintf("r%d", i), nil, func(rooms.Joined) {}); err != nil {
			b.Fatal(err)
		}
	}
	return service
}

// commands counts what the mongod was asked, by the name of the command.
func commands(b *testing.B, client *mongo.Client) map[string]int64 {
	var status struct {
		Metrics struct {
			Commands map[string]bson.RawValue
		}
		Extra struct {
			User   int64 `bson:"user_time_us"`
			System int64 `bson:"system_time_us"`
		} `bson:"extra_info"`
	}
	if err := client.Database("admin").RunCommand(b.Context(), bson.D{{Key: "serverStatus", Value: 1}}).Decode(&status); err != nil {
		b.Fatal(err)
	}
	counts := map[string]int64{}
	for _, name := range []string{"insert", "find"} {
		if total, ok := status.Metrics.Commands[name].Document().Lookup("total").AsInt64OK(); ok {
			counts[name+"s"] = total
		}
	}
	counts["mongod-us"] = status.Extra.User + status.Extra.System
	var own syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil {
		b.Fatal(err)
	}
	counts["own-us"] = (own.Utime.Nano() + own.Stime.Nano()) / 1000
	return counts
}
