package mongodb

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"roomstream/auth"
	"roomstream/rooms"
)

// Moderation keeps reports and the audit log.
type Moderation struct{ *Store }

var _ rooms.Moderation = (*Moderation)(nil)

// reportIndexes are those of reports. The first keeps a user's report of a message single.
func reportIndexes() []index {
	return []index{
		{name: "report_message", key: keys("roomId", "seq", "reporter"), unique: true},
		{name: "report_room", key: keys("roomId", "state", "_id")},
		{name: "report_state", key: keys("state", "_id")},
		{name: "report_reporter", key: keys("reporter")},
	}
}

// auditIndexes are those of audit: a page is read by one of them whatever it is narrowed to, without passing over what is
// not asked for. Only of one actor's one action in one room may some be passed over.
func auditIndexes() []index {
	return []index{
		{name: "audit_room", key: keys("roomId", "_id")},
		{name: "audit_room_action", key: keys("roomId", "action", "_id")},
		{name: "audit_room_actor", key: keys("roomId", "actor", "_id")},
		{name: "audit_actor", key: keys("actor", "_id")},
		{name: "audit_actor_action", key: keys("actor", "action", "_id")},
		{name: "audit_action", key: keys("action", "_id")},
	}
}

// prepareModeration makes the indexes where they are missing.
func (s *Store) prepareModeration(ctx context.Context) error {
	if err := ensureIndexes(ctx, s.reports, reportIndexes()); err != nil {
		return err
	}
	return ensureIndexes(ctx, s.audit, auditIndexes())
}

// storedReport is a report as it is stored.
type storedReport struct {
	ID       bson.ObjectID `bson:"_id"`
	RoomID   string        `bson:"roomId"`
	Seq      int64         `bson:"seq"`
	Author   string        `bson:"author"`
	Reporter string        `bson:"reporter"`
	Reason   string        `bson:"reason"`
	At       time.Time     `bson:"at"`
	State    string        `bson:"state"`
	DoneBy   string        `bson:"doneBy,omitempty"`
	DoneAt   time.Time     `bson:"doneAt,omitempty"`
}

func storeReport(r *rooms.Report) storedReport {
	return storedReport{
		ID: objectID(r.ID), RoomID: string(r.RoomID), Seq: r.Seq, Author: string(r.Author), Reporter: string(r.Reporter),
		Reason: r.Reason, At: r.At, State: string(r.State), DoneBy: string(r.DoneBy), DoneAt: r.DoneAt,
	}
}

func (r *storedReport) report() rooms.Report {
	report := rooms.Report{
		ID: rooms.EventID(r.ID), RoomID: rooms.RoomID(r.RoomID), Seq: r.Seq, Author: auth.UserID(r.Author), Reporter: auth.UserID(r.Reporter),
		Reason: r.Reason, At: r.At.UTC(), State: rooms.ReportState(r.State), DoneBy: auth.UserID(r.DoneBy),
	}
	if !r.DoneAt.IsZero() {
		report.DoneAt = r.DoneAt.UTC()
	}
	return report
}

// Report inserts a report unless the unique index finds one like it.
func (m *Moderation) Report(ctx context.Context, r rooms.Report) (rooms.Report, error) {
	ctx, cancel := m.writing(ctx)
	defer cancel()
	_, err := m.reports.InsertOne(ctx, storeReport(&r))
	if err == nil {
		return r, nil
	}
	if !isDuplicate(err) {
		return rooms.Report{}, fail("store a report", err)
	}
	var there storedReport
	same := bson.D{{Key: "roomId", Value: string(r.RoomID)}, {Key: "seq", Value: r.Seq}, {Key: "reporter", Value: string(r.Reporter)}}
	if err := m.reports.FindOne(ctx, same).Decode(&there); err != nil {
		return rooms.Report{}, fail("read a report", err)
	}
	return there.report(), nil
}

// Reports reads a page by the indexes.
func (m *Moderation) Reports(ctx context.Context, q rooms.ReportQuery) ([]rooms.Report, error) {
	filter := below(q.Before)
	filter = selected(filter, "roomId", string(q.RoomID))
	filter = selected(filter, "state", string(q.State))
	found, err := newest[storedReport](ctx, m.Store, m.reports, filter, q.Limit)
	if err != nil {
		return nil, fail("list reports", err)
	}
	list := make([]rooms.Report, len(found))
	for i := range found {
		list[i] = found[i].report()
	}
	return list, nil
}

// below selects ids below one; zero: all.
func below(before rooms.EventID) bson.D {
	if before == (rooms.EventID{}) {
		return bson.D{}
	}
	return field("_id", field("$lt", objectID(before)))
}

// selected adds a field that must have a value, unless that is empty.
func selected(filter bson.D, name, value string) bson.D {
	if value == "" {
		return filter
	}
	return append(filter, bson.E{Key: name, Value: value})
}

// newest reads at most limit documents, those with the highest ids first.
func newest[T any](ctx context.Context, s *Store, coll *collection, filter bson.D, limit int) ([]T, error) {
	ctx, cancel := s.reading(ctx)
	defer cancel()
	cursor, err := coll.Find(ctx, filter, options.Find().SetSort(field("_id", -1)).SetLimit(int64(limit)))
	if err != nil {
		return nil, err
	}
	var found []T
	return found, cursor.All(ctx, &found)
}

// DecideReport changes one report.
func (m *Moderation) DecideReport(ctx context.Context, room rooms.RoomID, id rooms.EventID, state rooms.ReportState, by auth.UserID, at time.Time) (rooms.Report, error) {
	ctx, cancel := m.writing(ctx)
	defer cancel()
	var there storedReport
	filter := bson.D{{Key: "_id", Value: objectID(id)}, {Key: "roomId", Value: string(room)}}
	change := field("$set", bson.D{{Key: "state", Value: string(state)}, {Key: "doneBy", Value: string(by)}, {Key: "doneAt", Value: at}})
	err := m.reports.FindOneAndUpdate(ctx, filter, change, options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&there)
	if isNotFound(err) {
		return rooms.Report{}, rooms.E(rooms.CodeNotFound, "no such report")
	}
	if err != nil {
		return rooms.Report{}, fail(fmt.Sprintf("decide report %s", id), err)
	}
	return there.report(), nil
}

// EraseReports blanks the reasons.
func (m *Moderation) EraseReports(ctx context.Context, reporter auth.UserID) error {
	ctx, cancel := m.writing(ctx)
	defer cancel()
	_, err := m.reports.UpdateMany(ctx, field("reporter", string(reporter)), field("$set", field("reason", "")))
	return fail("blank reports", err)
}

// storedAudit is an entry of the audit log as it is stored.
type storedAudit struct {
	ID      bson.ObjectID `bson:"_id"`
	At      time.Time     `bson:"at"`
	Actor   string        `bson:"actor"`
	Action  string        `bson:"action"`
	RoomID  string        `bson:"roomId,omitempty"`
	Subject string        `bson:"subject,omitempty"`
	Seq     int64         `bson:"seq,omitempty"`
	Details string        `bson:"details,omitempty"`
}

func storeAudit(e *rooms.AuditEntry) storedAudit {
	return storedAudit{
		ID: objectID(e.ID), At: e.At, Actor: string(e.Actor), Action: e.Action, RoomID: string(e.RoomID),
		Subject: string(e.Subject), Seq: e.Seq, Details: e.Details,
	}
}

func (s *storedAudit) entry() rooms.AuditEntry {
	return rooms.AuditEntry{
		ID: rooms.EventID(s.ID), At: s.At.UTC(), Actor: auth.UserID(s.Actor), Action: s.Action, RoomID: rooms.RoomID(s.RoomID),
		Subject: auth.UserID(s.Subject), Seq: s.Seq, Details: s.Details,
	}
}

// Audit inserts an entry.
func (m *Moderation) Audit(ctx context.Context, e rooms.AuditEntry) error {
	ctx, cancel := m.writing(ctx)
	defer cancel()
	_, err := m.audit.InsertOne(ctx, storeAudit(&e))
	return fail("note an action", err)
}

// auditOf matches what a query asks for.
func auditOf(q rooms.AuditQuery) bson.D {
	filter := selected(below(q.Before), "roomId", string(q.RoomID))
	filter = selected(filter, "actor", string(q.Actor))
	return selected(filter, "action", q.Action)
}

// AuditLog reads a page by the indexes.
func (m *Moderation) AuditLog(ctx context.Context, q rooms.AuditQuery) ([]rooms.AuditEntry, error) {
	found, err := newest[storedAudit](ctx, m.Store, m.audit, auditOf(q), q.Limit)
	if err != nil {
		return nil, fail("read the audit log", err)
	}
	list := make([]rooms.AuditEntry, len(found))
	for i := range found {
		list[i] = found[i].entry()
	}
	return list, nil
}
