package peers

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Mongod is a replica set of one.
type Mongod struct {
	*Process
	client *mongo.Client
	used   int // databases so far
}

const (
	// setName is the replica set's.
	setName = "bench"
	// cacheGB is what the mongod may cache: far more than the bench writes.
	cacheGB = "1"
)

// StartMongod starts a mongod in a new folder and returns when it is primary.
func (s Site) StartMongod(ctx context.Context) (*Mongod, error) {
	dir, err := os.MkdirTemp(s.Dir, "mongod-")
	if err != nil {
		return nil, err
	}
	p, err := start(ctx, command{program: s.Mongod, dir: dir, args: func(a netip.AddrPort) []string {
		return []string{
			"--dbpath", dir, "--port", strconv.Itoa(int(a.Port())), "--bind_ip", a.Addr().String(), "--replSet", setName, "--wiredTigerCacheSizeGB", cacheGB,
			"--unixSocketPrefix", dir, "--setParameter", "diagnosticDataCollectionEnabled=false", "--quiet", "--logpath", filepath.Join(dir, "mongod.log"),
		}
	}})
	if err != nil {
		return nil, err
	}
	m := &Mongod{Process: p}
	if err := m.initiate(ctx); err != nil {
		m.Stop()
		return nil, fmt.Errorf("make the mongod a replica set: %w", err)
	}
	return m, nil
}

func (m *Mongod) initiate(ctx context.Context) (err error) {
	m.client, err = mongo.Connect(options.Client().ApplyURI("mongodb://" + m.Addr.String() + "/?directConnection=true"))
	if err != nil {
		return err
	}
	admin := m.client.Database("admin")
	set := bson.D{{Key: "_id", Value: setName}, {Key: "members", Value: bson.A{bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: m.Addr.String()}}}}}
	if err := admin.RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: set}}).Err(); err != nil {
		return err
	}
	end := time.Now().Add(startPatience)
	for {
		var hello struct {
			Primary bool `bson:"isWritablePrimary"`
		}
		if err := admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
			return err
		}
		if hello.Primary {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("it is not primary within %s", startPatience)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(look):
		}
	}
}

// Stop ends the mongod.
func (m *Mongod) Stop() {
	if m.client != nil {
		m.client.Disconnect(context.Background()) // the mongod goes, whatever it says
	}
	m.Process.Stop()
}

// Fresh gives the name of a database that was not used before, and its URI.
func (m *Mongod) Fresh() (name, uri string) {
	m.used++
	name = fmt.Sprintf("bench%d", m.used)
	return name, fmt.Sprintf("mongodb://%s/%s?replicaSet=%s", m.Addr, name, setName)
}

// Drop removes a database.
func (m *Mongod) Drop(ctx context.Context, name string) error {
	return m.client.Database(name).Drop(ctx)
}

// reads are the commands by which a server reads.
var reads = []string{"find", "aggregate", "getMore", "count", "distinct"}

// Reads counts the reads that the mongod has answered since its start, for anybody: queries of each kind, and the further
// pages of their answers and of change streams.
func (m *Mongod) Reads(ctx context.Context) (int64, error) {
	raw, err := m.client.Database("admin").RunCommand(ctx, bson.D{{Key: "serverStatus", Value: 1}}).Raw()
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, name := range reads {
		total, ok := raw.Lookup("metrics", "commands", name, "total").AsInt64OK()
		if !ok {
			return 0, fmt.Errorf("the mongod does not count its %s", name)
		}
		sum += total
	}
	return sum, nil
}

// Traffic is what a mongod has handled in all.
type Traffic struct {
	BytesOut int64 // sent over the network, as it went out: compressed where that was agreed
	Oplog    int64 // size of the log of operations, uncompressed
}

// Traffic reads the counters.
func (m *Mongod) Traffic(ctx context.Context) (Traffic, error) {
	var status struct {
		Network struct {
			Out int64 `bson:"physicalBytesOut"`
		} `bson:"network"`
	}
	if err := m.client.Database("admin").RunCommand(ctx, bson.D{{Key: "serverStatus", Value: 1}}).Decode(&status); err != nil {
		return Traffic{}, err
	}
	var oplog struct {
		Size int64 `bson:"size"`
	}
	err := m.client.Database("local").RunCommand(ctx, bson.D{{Key: "collStats", Value: "oplog.rs"}}).Decode(&oplog)
	return Traffic{BytesOut: status.Network.Out, Oplog: oplog.Size}, err
}

// Stored counts the messages of a database that have a text.
func (m *Mongod) Stored(ctx context.Context, database string) (int64, error) {
	return m.client.Database(database).Collection("messages").CountDocuments(ctx, bson.D{{Key: "text", Value: bson.D{{Key: "$exists", Value: true}}}})
}
