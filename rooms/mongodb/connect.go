package mongodb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
)

const (
	// connectTimeout is Options.ConnectTimeout where that is 0.
	connectTimeout = 15 * time.Second
	// diagnoseTimeout is how long Open then asks for the reason.
	diagnoseTimeout = 3 * time.Second
	// disconnectTimeout bounds the end of a connection that Open gives up.
	disconnectTimeout = 2 * time.Second
)

// initiateHint is how a mongod becomes a replica set of its own.
const initiateHint = "start it with `mongod --replSet rs0` and run once: mongosh --eval 'rs.initiate()'"

// connect gives a client of a replica set's primary or of a mongos, and what that says of
// itself.
func connect(ctx context.Context, uri string, patience time.Duration, monitor *event.ServerMonitor) (client *mongo.Client, server hello, err error) {
	opts, err := clientOptions(uri)
	if err != nil {
		return nil, hello{}, err
	}
	opts.SetServerMonitor(monitor)
	client, err = mongo.Connect(opts)
	if err != nil {
		return nil, hello{}, fmt.Errorf("-mongodb-uri: %w", err)
	}
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	switch err = runHello(bounded, client, &server); {
	case err == nil:
		err = server.check()
	case refusesUs(err):
		err = fmt.Errorf("-mongodb-uri: the database refuses the credentials: give a user and password it knows, and its authSource: %w", err)
	case ctx.Err() == nil:
		err = diagnose(ctx, opts, err)
	}
	if err != nil {
		disconnect(client)
		return nil, hello{}, err
	}
	return client, server, nil
}

func clientOptions(uri string) (*options.ClientOptions, error) {
	if uri == "" {
		return nil, errors.New("-mongodb-uri: must not be empty: give it as mongodb://host:27017/?replicaSet=rs0")
	}
	opts := options.Client().ApplyURI(uri)
	if err := opts.Validate(); err != nil {
		return nil, fmt.Errorf("-mongodb-uri: %w: give it as mongodb://host:27017/?replicaSet=rs0", err)
	}
	opts.SetAppName("roomstream").SetRetryWrites(true).SetRetryReads(true)
	opts.Timeout = nil // a timeout for all calls would end the change stream, which waits for ever
	return opts, nil
}

func disconnect(client *mongo.Client) {
	ctx, cancel := context.WithTimeout(context.Background(), disconnectTimeout)
	defer cancel()
	client.Disconnect(ctx) // its error is of no use: the reason for giving up is reported
}

// hello is what a server says of itself.
type hello struct {
	SetName    string   `bson:"setName"`
	Msg        string   `bson:"msg"` // "isdbgrid": a mongos
	Primary    bool     `bson:"isWritablePrimary"`
	InNoSet    bool     `bson:"isreplicaset"` // started with --replSet, never initiated
	Hosts      []string `bson:"hosts"`
	MaxVersion int      `bson:"maxWireVersion"`
}

// minWireVersion is MongoDB 5.0's, the oldest whose change streams and partial indexes
// do all that is asked of them here.
const minWireVersion = 13

// expandedWireVersion is MongoDB 6.0's, the oldest whose change streams tell of dropped
// indexes and whose writes can be held to one collection.
const expandedWireVersion = 17

func runHello(ctx context.Context, client *mongo.Client, into *hello) error {
	opts := options.RunCmd().SetReadPreference(readpref.Primary())
	return client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}, opts).Decode(into)
}

// check says why a server that answers is of no use.
func (h hello) check() error {
	switch {
	case h.InNoSet:
		return errors.New("-mongodb-uri: the mongod is started with --replSet but its replica set was never initiated: run once: mongosh --eval 'rs.initiate()'")
	case h.SetName == "" && h.Msg != "isdbgrid":
		return errors.New("-mongodb-uri: the mongod is not a member of a replica set, and only those have change streams: " + initiateHint)
	case !h.Primary:
		return fmt.Errorf("-mongodb-uri: the mongod is not the primary of %s: leave out directConnection and name the set: mongodb://%s/?replicaSet=%s",
			h.SetName, strings.Join(h.Hosts, ","), h.SetName)
	case h.MaxVersion < minWireVersion:
		return errors.New("-mongodb-uri: the server is older than MongoDB 5.0: use a newer one")
	}
	return nil
}

// diagnose asks each server of the URI by itself why there is no primary. It returns
// cause, with what it found.
func diagnose(ctx context.Context, of *options.ClientOptions, cause error) error {
	for _, host := range of.Hosts {
		server, err := askDirectly(ctx, of, host)
		switch {
		case err != nil:
			continue
		case server.InNoSet || server.SetName == "":
			return server.check()
		case of.ReplicaSet != nil && *of.ReplicaSet != server.SetName:
			return fmt.Errorf("-mongodb-uri: replicaSet=%s, but %s belongs to %s: give that name", *of.ReplicaSet, host, server.SetName)
		}
		return fmt.Errorf("-mongodb-uri: the replica set %s (%s) has no primary that can be reached from here: %w",
			server.SetName, strings.Join(server.Hosts, ","), cause)
	}
	return fmt.Errorf("-mongodb-uri: no answer from %s: is it running, and is the address right? %w", strings.Join(of.Hosts, ","), cause)
}

func askDirectly(ctx context.Context, of *options.ClientOptions, host string) (hello, error) {
	ctx, cancel := context.WithTimeout(ctx, diagnoseTimeout)
	defer cancel()
	opts := options.Client().SetHosts([]string{host}).SetDirect(true).SetServerSelectionTimeout(diagnoseTimeout)
	opts.TLSConfig = of.TLSConfig
	client, err := mongo.Connect(opts)
	if err != nil {
		return hello{}, err
	}
	defer disconnect(client)
	var server hello
	err = runHello(ctx, client, &server) // needs no authentication
	return server, err
}
