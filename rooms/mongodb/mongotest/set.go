package mongotest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

const (
	// setNodes is the least number that has a majority without one of them.
	setNodes = 3
	// electionTimeout is a fifth of the default, in milliseconds: a test that kills a
	// primary waits for it each time.
	electionTimeout = 2000
	// heartbeatTimeout goes with it, in seconds.
	heartbeatTimeout = 2
)

// Set is a replica set of three nodes, each a process of its own that a test may pause,
// kill and start again. Tests that share one Heal it at their end.
type Set struct {
	// URI is what -mongodb-uri would be.
	URI   string
	Nodes []*Server
}

// StartSet starts a set for one test, with further arguments for each node's command line.
func StartSet(t testing.TB, args ...string) *Set {
	t.Helper()
	set, err := NewSet(args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Stop)
	return set
}

// NewSet is StartSet for who shares a set between tests, and stops it after them.
func NewSet(args ...string) (*Set, error) {
	set := &Set{}
	for range setNodes {
		node, err := launch(append([]string{"--replSet", setName}, args...))
		if err != nil {
			set.Stop()
			return nil, err
		}
		node.URI = fmt.Sprintf("mongodb://127.0.0.1:%d/?directConnection=true", node.port)
		set.Nodes = append(set.Nodes, node)
	}
	if err := set.initiate(); err != nil {
		set.Stop()
		return nil, err
	}
	return set, nil
}

// Stop kills what runs of the set and removes its data.
func (s *Set) Stop() {
	for _, node := range s.Nodes {
		node.stop()
	}
}

func (s *Set) initiate() error {
	var hosts []string
	var members bson.A
	for i, node := range s.Nodes {
		hosts = append(hosts, fmt.Sprintf("127.0.0.1:%d", node.port))
		members = append(members, bson.D{{Key: "_id", Value: i}, {Key: "host", Value: hosts[i]}})
	}
	s.URI = fmt.Sprintf("mongodb://%s/?replicaSet=%s", strings.Join(hosts, ","), setName)
	settings := bson.D{{Key: "electionTimeoutMillis", Value: electionTimeout}, {Key: "heartbeatTimeoutSecs", Value: heartbeatTimeout}}
	config := bson.D{{Key: "_id", Value: setName}, {Key: "members", Value: members}, {Key: "settings", Value: settings}}
	if _, err := s.Nodes[0].Try(bson.D{{Key: "replSetInitiate", Value: config}}); err != nil {
		return s.Nodes[0].explain(fmt.Errorf("initiate the replica set: %w", err))
	}
	return s.waitWhole()
}

// Primary waits until the set has a primary and returns it.
func (s *Set) Primary(t testing.TB) *Server {
	t.Helper()
	primary, err := s.primary()
	if err != nil {
		t.Fatal(err)
	}
	return primary
}

// Secondaries returns the nodes that are not the primary.
func (s *Set) Secondaries(t testing.TB) []*Server {
	t.Helper()
	primary := s.Primary(t)
	var others []*Server
	for _, node := range s.Nodes {
		if node != primary {
			others = append(others, node)
		}
	}
	return others
}

func (s *Set) primary() (*Server, error) {
	deadline := time.Now().Add(startPatience)
	for {
		for _, node := range s.Nodes {
			if node.IsPrimary() {
				return node, nil
			}
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("the replica set has no primary after %v", startPatience)
		}
		<-time.After(poll)
	}
}

// Heal lets paused nodes go on, starts killed ones again, and returns when one node is
// primary and all others are its secondaries.
func (s *Set) Heal(t testing.TB) {
	t.Helper()
	for _, node := range s.Nodes {
		if node.cmd == nil {
			node.Return(t)
		} else {
			node.Resume(t)
		}
	}
	if err := s.waitWhole(); err != nil {
		t.Fatal(err)
	}
}

// waitWhole waits until one node is primary and all others say that they follow it. A primary
// that was paused still takes itself for one when it wakes up.
func (s *Set) waitWhole() error {
	deadline := time.Now().Add(startPatience)
	for {
		states, whole := s.states()
		if whole {
			return nil
		}
		if time.Now().After(deadline) {
			return s.Nodes[0].explain(fmt.Errorf("the replica set is not whole after %v: %v", startPatience, states))
		}
		<-time.After(poll)
	}
}

// states asks every node what it is, and says whether all follow the same primary.
func (s *Set) states() (states []string, whole bool) {
	primaries, leaders := 0, map[any]bool{}
	whole = true
	for _, node := range s.Nodes {
		hello, err := node.hello()
		if err != nil {
			states, whole = append(states, err.Error()), false
			continue
		}
		if hello["isWritablePrimary"] == true {
			primaries++
		} else if hello["secondary"] != true {
			whole = false
		}
		leaders[hello["primary"]] = true
		states = append(states, fmt.Sprintf("primary %v, secondary %v, following %v", hello["isWritablePrimary"], hello["secondary"], hello["primary"]))
	}
	return states, whole && primaries == 1 && len(leaders) == 1
}

// Return starts a killed node again on the same port and returns when it answers,
// whatever it is in its set.
func (s *Server) Return(t testing.TB) {
	t.Helper()
	if s.cmd != nil || s.dir == "" {
		t.Fatal("Return is for a node that Kill ended")
	}
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
	if err := s.waitAnswer(); err != nil {
		t.Fatal(err)
	}
}

// commandPatience is how long a command may take; those that wait for something take as long as that.
const commandPatience = 60 * time.Second

// Command runs a command on this node's admin database and returns its answer. A node that
// rolls back, or whose connections end because it becomes something else, is asked again.
func (s *Server) Command(t testing.TB, command bson.D) bson.Raw {
	t.Helper()
	deadline := time.Now().Add(commandPatience)
	for {
		answer, err := s.Try(command)
		if err == nil {
			return answer
		}
		if !changing(err) || time.Now().After(deadline) {
			t.Fatalf("%s: %v", command[0].Key, err)
		}
		<-time.After(poll)
	}
}

// changing tells of a node that is on its way from one state to another: NotPrimaryOrSecondary,
// InterruptedDueToReplStateChange, or a connection it closed.
func changing(err error) bool {
	const neither, interrupted = 13436, 11602
	var refused mongo.CommandError
	if errors.As(err, &refused) && (refused.Code == neither || refused.Code == interrupted) {
		return true
	}
	return mongo.IsNetworkError(err)
}

// Try is Command for a node that may be about to refuse it.
func (s *Server) Try(command bson.D) (bson.Raw, error) { return s.TryOn("admin", command) }

// TryOn is Try on any database of the node.
func (s *Server) TryOn(database string, command bson.D) (bson.Raw, error) {
	return s.command(commandPatience, database, command)
}

func (s *Server) command(patience time.Duration, database string, command bson.D) (answer bson.Raw, err error) {
	err = s.directWithin(patience, func(ctx context.Context, admin *mongo.Database) error {
		answer, err = admin.Client().Database(database).RunCommand(ctx, command).Raw()
		return err
	})
	return answer, err
}

// IsPrimary says whether the node takes writes.
func (s *Server) IsPrimary() bool {
	hello, err := s.hello()
	return err == nil && hello["isWritablePrimary"] == true
}

// hello asks the node what it is, for no longer than a paused one is worth.
func (s *Server) hello() (hello bson.M, err error) {
	answer, err := s.command(time.Second, "admin", bson.D{{Key: "hello", Value: 1}})
	if err == nil {
		err = bson.Unmarshal(answer, &hello)
	}
	return hello, err
}

// Log returns what the node has logged so far.
func (s *Server) Log(t testing.TB) []byte {
	t.Helper()
	log, err := os.ReadFile(filepath.Join(s.dir, "mongod.log"))
	if err != nil {
		t.Fatal(err)
	}
	return log
}
