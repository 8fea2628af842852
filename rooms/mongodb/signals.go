package mongodb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms"
)

// Signals go through the collection signals, whose documents live for a minute.
type Signals struct{ *Store }

var _ rooms.Signals = (*Signals)(nil)

// storedSignal is a signal as it is stored.
type storedSignal struct {
	Sent     time.Time      `bson:"sent"` // when it was inserted, for its end
	Kind     string         `bson:"kind"`
	Instance string         `bson:"instance"`
	Room     string         `bson:"roomId,omitempty"`
	User     string         `bson:"userId,omitempty"`
	On       bool           `bson:"on,omitempty"`
	Socket   string         `bson:"socket,omitempty"`
	Users    []storedCount  `bson:"users,omitempty"`
	Ref      string         `bson:"ref,omitempty"`
	At       *bson.DateTime `bson:"at,omitempty"`
	Health   *storedHealth  `bson:"health,omitempty"`
}

type storedHealth struct {
	Version string        `bson:"version"`
	Started bson.DateTime `bson:"started"`
	Ready   bool          `bson:"ready"`
	Lag     int64         `bson:"lagMs"`
	Sends   float64       `bson:"sendsPerSecond"`
	Queued  int           `bson:"queued"`
}

type storedCount struct {
	User    string `bson:"u"`
	Sockets int    `bson:"n"`
	Idle    int    `bson:"i,omitempty"`
	Status  string `bson:"s,omitempty"`
}

// Send inserts the signals. They wait for a majority because a change stream tells
// nothing sooner.
func (s *Signals) Send(ctx context.Context, signals []rooms.Signal) error {
	if err := ctx.Err(); err != nil || len(signals) == 0 {
		return err
	}
	docs := make([]storedSignal, len(signals))
	for i := range signals {
		docs[i] = storeSignal(&signals[i])
	}
	ctx, cancel := s.writing(ctx)
	defer cancel()
	_, err := s.signals.InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
	return fail(fmt.Sprintf("send %d signals", len(signals)), err)
}

// Watch opens one change stream over signals and tells of its inserts.
func (s *Signals) Watch(ctx context.Context, opened func(), told func([]rooms.Signal)) error {
	return s.whileOpen(ctx, func(ctx context.Context) error { return s.watch(ctx, opened, told) })
}

func (s *Signals) watch(ctx context.Context, opened func(), told func([]rooms.Signal)) error {
	stream, err := s.openNow(ctx, s.signals.Collection, mongo.Pipeline{
		field("$match", field("operationType", "insert")), field("$project", field("fullDocument", 1)),
	})
	if err != nil {
		return fail("open the stream of signals", err)
	}
	defer closeStream(ctx, stream)
	// After the opening: a collection dropped from here on ends the stream.
	if err := ensureIndexes(ctx, s.signals, signalIndexes()); err != nil {
		return err
	}
	opened()
	var batch []rooms.Signal
	for stream.Next(ctx) {
		var event struct {
			Signal storedSignal `bson:"fullDocument"`
		}
		if err := stream.Decode(&event); err != nil {
			s.logger.Warn("a document of signals cannot be read", "error", err)
		} else {
			batch = append(batch, event.Signal.signal())
		}
		if stream.RemainingBatchLength() > 0 && len(batch) < tellAtOnce {
			continue
		}
		if len(batch) > 0 {
			told(batch)
		}
		clear(batch) // else the last burst's texts would stay
		batch = batch[:0]
	}
	if err := stream.Err(); err != nil {
		return fail("follow the stream of signals", err)
	}
	return errors.New("follow the stream of signals: it has ended: the collection was dropped or renamed")
}

func storeSignal(g *rooms.Signal) storedSignal {
	d := storedSignal{
		Sent: time.Now(), Kind: string(g.Kind), Instance: g.Instance, Room: string(g.Room), User: string(g.User),
		On: g.On, Socket: g.Socket, Ref: g.Ref,
	}
	for _, u := range g.Users {
		d.Users = append(d.Users, storedCount{string(u.User), u.Sockets, u.Idle, string(u.Status)})
	}
	if !g.At.IsZero() {
		at := bson.NewDateTimeFromTime(g.At)
		d.At = &at
	}
	if h := g.Health; h != nil {
		d.Health = &storedHealth{h.Version, bson.NewDateTimeFromTime(h.Started), h.Ready, h.Lag.Milliseconds(), h.Sends, h.Queued}
	}
	return d
}

func (d *storedSignal) signal() rooms.Signal {
	g := rooms.Signal{
		Kind: rooms.SignalKind(d.Kind), Instance: d.Instance, Room: rooms.RoomID(d.Room), User: auth.UserID(d.User),
		On: d.On, Socket: d.Socket, Ref: d.Ref,
	}
	for _, u := range d.Users {
		g.Users = append(g.Users, rooms.UserSockets{User: auth.UserID(u.User), Sockets: u.Sockets, Idle: u.Idle, Status: rooms.Status(u.Status)})
	}
	if d.At != nil {
		g.At = d.At.Time().UTC()
	}
	if h := d.Health; h != nil {
		g.Health = &rooms.Health{
			Version: h.Version, Started: h.Started.Time().UTC(), Ready: h.Ready, Lag: time.Duration(h.Lag) * time.Millisecond, Sends: h.Sends, Queued: h.Queued,
		}
	}
	return g
}
