package mongodb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"roomstream/rooms"
)

// The labels by which the server and the driver say what is to be done about a transaction.
const (
	labelTransient = "TransientTransactionError"
	labelUnknown   = "UnknownTransactionCommitResult"
)

// conflictPause is how long a transaction waits that met another one, so that this can end;
// it grows with each attempt.
const conflictPause = 2 * time.Millisecond

// giveUpTimeout bounds asking for the end of a transaction. After a lost connection the driver
// mostly finds the server again within a second, but looks only every ten.
const giveUpTimeout = 15 * time.Second

// giveUpPause is how long asking again waits.
const giveUpPause = 50 * time.Millisecond

// Change stores a change in one transaction. Two that were judged by the same state both
// write the room's document, so one of them is refused, whichever server each was sent
// through. It does not end with ctx.
func (m *Members) Change(ctx context.Context, c rooms.Change) error {
	if err := checkChange(&c); err != nil {
		return err
	}
	fence, err := m.mayAppend(ctx)
	if err != nil {
		return err
	}
	t, err := m.transactionOf(&c, fence)
	if err != nil {
		return err
	}
	ctx, cancel := m.writing(ctx)
	defer cancel()
	session, err := m.client.StartSession()
	if err != nil {
		return fail(fmt.Sprintf("change room %s", c.Room.ID), err)
	}
	defer session.EndSession(context.WithoutCancel(ctx))
	return t.run(mongo.NewSessionContext(ctx, session), session)
}

// checkChange keeps out what the indexes would not guard.
func checkChange(c *rooms.Change) error {
	if _, err := rooms.ParseRoomID(string(c.Room.ID)); err != nil {
		return err
	}
	if len(c.Events) == 0 {
		return rooms.BadField("events", "must hold one at least")
	}
	for i, e := range c.Events {
		if e.RoomID != c.Room.ID || i > 0 && e.Seq <= c.Events[i-1].Seq {
			return rooms.BadField("events", "must be of the one room, ascending")
		}
	}
	for i := range c.Members {
		if c.Members[i].RoomID != c.Room.ID {
			return rooms.BadField("members", "must be of the one room")
		}
		if err := checkMember(c.Members[i].RoomID, c.Members[i].UserID); err != nil {
			return err
		}
	}
	return nil
}

// transaction is a change as it is written.
type transaction struct {
	*Store
	room    rooms.RoomID
	write   func(ctx context.Context) error // the room, or rooms.ErrOvertaken
	members []mongo.WriteModel
	events  []any
	insert  *options.InsertManyOptionsBuilder
}

func (s *Store) transactionOf(c *rooms.Change, fence *fence) (*transaction, error) {
	t := &transaction{Store: s, room: c.Room.ID}
	var err error
	if t.insert, err = fence.insertOptions(); err != nil {
		return nil, err
	}
	if t.events, err = encode(c.Events); err != nil {
		return nil, err
	}
	for i := range c.Members {
		member := &c.Members[i]
		u := storeMember(member)
		update := u.document()
		if member.ReadSeq > 0 {
			update = append(update, bson.E{Key: "$max", Value: field("readSeq", member.ReadSeq)})
		}
		filter := memberOf(member.RoomID, member.UserID)
		t.members = append(t.members, mongo.NewUpdateOneModel().SetFilter(filter).SetUpdate(update).SetUpsert(true))
	}
	t.write = t.updating(c)
	if c.Create {
		t.write = t.creating(storeRoom(&c.Room))
	}
	return t, nil
}

// updating writes the settings of a room that is as the change was judged by.
func (t *transaction) updating(c *rooms.Change) func(ctx context.Context) error {
	base := any(c.Base)
	if c.Base == 0 {
		base = field("$in", bson.A{int64(0), nil}) // absent, too
	}
	filter := bson.D{{Key: "_id", Value: string(c.Room.ID)}, {Key: "stateSeq", Value: base}}
	var u update
	u.put("name", c.Room.Name, false)
	u.text("topic", c.Room.Topic)
	u.flag("readOnly", c.Room.ReadOnly)
	u.put("slowModeMs", c.Room.SlowMode.Milliseconds(), c.Room.SlowMode == 0)
	u.flag("archived", c.Room.Archived)
	u.flag("receipts", c.Room.Receipts)
	u.text("pins", string(c.Room.Pins))
	u.put("stateSeq", c.Room.StateSeq, false)
	update := u.document()
	return func(ctx context.Context) error {
		result, err := t.rooms.UpdateOne(ctx, filter, update)
		if err == nil && result.MatchedCount == 0 {
			return rooms.ErrOvertaken
		}
		return err
	}
}

func (t *transaction) creating(room storedRoom) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		_, err := t.rooms.InsertOne(ctx, room)
		if isDuplicate(err) {
			return rooms.ErrOvertaken
		}
		return err
	}
}

// run tries the transaction until it is decided or ctx ends.
func (t *transaction) run(ctx context.Context, session *mongo.Session) error {
	for attempt := 1; ; attempt++ {
		err := t.attempt(ctx, session)
		if err == nil {
			return nil
		}
		if !errors.Is(err, errAgain) {
			return t.outcome(err)
		}
		select {
		case <-time.After(time.Duration(attempt) * conflictPause):
		case <-ctx.Done():
			return t.outcome(err)
		}
	}
}

// errAgain says that nothing of a transaction is stored and that it may be tried again.
var errAgain = errors.New("the transaction met another one")

// attempt tries the transaction once.
func (t *transaction) attempt(ctx context.Context, session *mongo.Session) error {
	opts := options.Transaction().SetReadConcern(readconcern.Snapshot()).
		SetWriteConcern(writeconcern.Majority()).SetReadPreference(readpref.Primary())
	if err := session.StartTransaction(opts); err != nil {
		return err
	}
	if err := t.writeAll(ctx); err != nil {
		t.abort(ctx, session)
		if hasLabel(err, labelTransient) {
			return fmt.Errorf("%w: %w", errAgain, err)
		}
		return err
	}
	return t.commit(ctx, session)
}

// writeAll writes the room first: who was overtaken finds it out there.
func (t *transaction) writeAll(ctx context.Context) error {
	if err := t.write(ctx); err != nil {
		return err
	}
	if len(t.members) > 0 {
		_, err := t.Store.members.BulkWrite(ctx, t.members)
		if isDuplicate(err) { // another one made him meanwhile: now he is there
			return fmt.Errorf("%w: %w", errAgain, err)
		}
		if err != nil {
			return err
		}
	}
	_, err := t.messages.InsertMany(ctx, t.events, t.insert)
	if dup := duplicateOf(err); dup != nil {
		return dup
	}
	if forbidden := forbiddenOf(err); forbidden != nil {
		return forbidden
	}
	return err
}

// abort ends what was begun.
func (t *transaction) abort(ctx context.Context, session *mongo.Session) {
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	if err := session.AbortTransaction(mongo.NewSessionContext(late, session)); err != nil {
		t.giveUp(ctx, session)
	}
}

// giveUp has the server end a transaction whose end it may not have heard of: else it would
// keep everybody from changing the room until the server's own limit, a minute later. What
// is committed stays.
func (t *transaction) giveUp(ctx context.Context, session *mongo.Session) {
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveUpTimeout)
	defer cancel()
	command := field("killSessions", bson.A{session.ID()})
	for {
		// Outside the session. Its error is of no use to anybody: the reason for giving up is reported.
		// It may only say that the connections are being made anew.
		if t.client.Database("admin").RunCommand(mongo.NewSessionContext(late, nil), command).Err() == nil {
			return
		}
		select {
		case <-time.After(giveUpPause):
		case <-late.Done():
			return
		}
	}
}

// commit asks for the commit until its outcome is known or ctx ends.
func (t *transaction) commit(ctx context.Context, session *mongo.Session) error {
	unknown := false
	for {
		err := session.CommitTransaction(ctx)
		switch {
		case err == nil:
			return nil
		case hasLabel(err, labelUnknown) && ctx.Err() == nil:
			unknown = true
		case hasLabel(err, labelTransient) && !unknown:
			return fmt.Errorf("%w: %w", errAgain, err)
		default:
			t.giveUp(ctx, session)
			return err
		}
		select {
		case <-time.After(conflictPause):
		case <-ctx.Done():
		}
	}
}

// outcome gives the driver's error its meaning.
func (t *transaction) outcome(err error) error {
	var dup *rooms.DuplicateError
	var refused *rooms.RefusedError
	if errors.Is(err, rooms.ErrOvertaken) || errors.As(err, &dup) || errors.As(err, &refused) {
		return err
	}
	return fail(fmt.Sprintf("change room %s", t.room), err)
}

func hasLabel(err error, label string) bool {
	var labeled mongo.LabeledError
	return errors.As(err, &labeled) && labeled.HasErrorLabel(label)
}
