package embedded

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"roomstream/auth"
	"roomstream/rooms"
)

// The buckets of moderation: their keys are ids, so the newest stand last.
var (
	bucketReports      = []byte("reports")      // EventID -> report record
	bucketReportsKnown = []byte("reportsKnown") // reportKey -> EventID
	bucketAudit        = []byte("audit")        // EventID -> audit record
)

// The tags of a report's record and of an audit entry's.
const (
	tagReportRoom     = 1
	tagReportSeq      = 2
	tagReportAuthor   = 3
	tagReportReporter = 4
	tagReportReason   = 5
	tagReportAt       = 6
	tagReportState    = 7
	tagReportDoneBy   = 8
	tagReportDoneAt   = 9

	tagAuditAt      = 1
	tagAuditActor   = 2
	tagAuditAction  = 3
	tagAuditRoom    = 4
	tagAuditSubject = 5
	tagAuditSeq     = 6
	tagAuditDetails = 7
)

// moderationFieldsSize is what tags, lengths and numbers of a record take, rounded up.
const moderationFieldsSize = 64

// Moderation keeps reports and the audit log.
type Moderation struct{ file *file }

var _ rooms.Moderation = (*Moderation)(nil)

// reportKey names a user's report of a message.
func reportKey(r *rooms.Report) []byte {
	return append(eventKey(r.RoomID, r.Seq), r.Reporter...)
}

// Report stores a report, or gives the one that is there.
func (m *Moderation) Report(ctx context.Context, r rooms.Report) (rooms.Report, error) {
	kept := r
	err := m.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		known := tx.Bucket(bucketReportsKnown)
		if id := known.Get(reportKey(&r)); id != nil {
			kept, answer = decodeReport(id, tx.Bucket(bucketReports).Get(id))
			return answer, nil
		}
		if err := known.Put(reportKey(&r), r.ID[:]); err != nil {
			return nil, err
		}
		return nil, tx.Bucket(bucketReports).Put(r.ID[:], encodeReport(&r))
	}})
	if err != nil {
		return rooms.Report{}, fmt.Errorf("store a report: %w", err)
	}
	return kept, nil
}

// Reports passes all newer ones that are not asked for.
func (m *Moderation) Reports(ctx context.Context, q rooms.ReportQuery) ([]rooms.Report, error) {
	var found []rooms.Report
	err := m.file.newest(ctx, bucketReports, q.Before, func(key, value []byte) (bool, error) {
		r, err := decodeReport(key, value)
		if err != nil {
			return false, err
		}
		if (q.RoomID == "" || q.RoomID == r.RoomID) && (q.State == "" || q.State == r.State) {
			found = append(found, r)
		}
		return len(found) < q.Limit, nil
	})
	if err != nil {
		return nil, fmt.Errorf("list reports: %w", err)
	}
	return found, nil
}

// newest gives a bucket's values by falling id, those below before, until it is told to stop.
func (f *file) newest(ctx context.Context, bucket []byte, before rooms.EventID, each func(key, value []byte) (more bool, err error)) error {
	return f.read(ctx, func(tx *bolt.Tx) error {
		cursor := tx.Bucket(bucket).Cursor()
		step := cursor.Last
		if before != (rooms.EventID{}) {
			step = func() (key, value []byte) { return below(cursor, before[:]) }
		}
		for key, value := step(); key != nil; key, value = cursor.Prev() {
			if more, err := each(key, value); err != nil || !more {
				return err
			}
		}
		return nil
	})
}

// errNoReport answers who decides a report that is not there.
var errNoReport = errors.New("no such report")

// DecideReport changes one report.
func (m *Moderation) DecideReport(ctx context.Context, room rooms.RoomID, id rooms.EventID, state rooms.ReportState, by auth.UserID, at time.Time) (rooms.Report, error) {
	var r rooms.Report
	err := m.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		bucket := tx.Bucket(bucketReports)
		value := bucket.Get(id[:])
		if value == nil {
			return errNoReport, nil
		}
		if r, answer = decodeReport(id[:], value); answer != nil {
			return answer, nil
		}
		if r.RoomID != room {
			return errNoReport, nil
		}
		r.State, r.DoneBy, r.DoneAt = state, by, at
		return nil, bucket.Put(id[:], encodeReport(&r))
	}})
	if errors.Is(err, errNoReport) {
		return rooms.Report{}, rooms.E(rooms.CodeNotFound, "no such report")
	}
	if err != nil {
		return rooms.Report{}, fmt.Errorf("decide report %s: %w", id, err)
	}
	return r, nil
}

// EraseReports blanks the reasons, all in one transaction: one user reports little.
func (m *Moderation) EraseReports(ctx context.Context, reporter auth.UserID) error {
	err := m.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		bucket := tx.Bucket(bucketReports)
		var his []rooms.Report
		err = bucket.ForEach(func(key, value []byte) error {
			if r, err := decodeReport(key, value); err == nil && r.Reporter == reporter && r.Reason != "" {
				his = append(his, r)
			}
			return nil
		})
		for i := range his {
			his[i].Reason = ""
			if err == nil {
				err = bucket.Put(his[i].ID[:], encodeReport(&his[i]))
			}
		}
		return nil, err
	}})
	if err != nil {
		return fmt.Errorf("blank the reports of %s: %w", reporter, err)
	}
	return nil
}

func encodeReport(r *rooms.Report) []byte {
	b := newRecord(moderationFieldsSize + len(r.RoomID) + len(r.Author) + len(r.Reporter) + len(r.Reason) + len(r.DoneBy))
	b.text(tagReportRoom, string(r.RoomID))
	b.number(tagReportSeq, r.Seq)
	b.text(tagReportAuthor, string(r.Author))
	b.text(tagReportReporter, string(r.Reporter))
	b.text(tagReportReason, r.Reason)
	b.number(tagReportAt, millis(r.At))
	b.text(tagReportState, string(r.State))
	b.text(tagReportDoneBy, string(r.DoneBy))
	b.number(tagReportDoneAt, millis(r.DoneAt))
	return b
}

func decodeReport(id, value []byte) (rooms.Report, error) {
	r := rooms.Report{ID: rooms.EventID(id)}
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagReportRoom:
			r.RoomID = rooms.RoomID(v)
		case tagReportSeq:
			r.Seq = number(v)
		case tagReportAuthor:
			r.Author = auth.UserID(v)
		case tagReportReporter:
			r.Reporter = auth.UserID(v)
		case tagReportReason:
			r.Reason = string(v)
		case tagReportAt:
			r.At = time.UnixMilli(number(v)).UTC()
		case tagReportState:
			r.State = rooms.ReportState(v)
		case tagReportDoneBy:
			r.DoneBy = auth.UserID(v)
		case tagReportDoneAt:
			r.DoneAt = time.UnixMilli(number(v)).UTC()
		}
	})
	return r, err
}

// Audit stores an entry.
func (m *Moderation) Audit(ctx context.Context, e rooms.AuditEntry) error {
	err := m.file.write(ctx, &change{events: 1, apply: func(tx *bolt.Tx) (answer, err error) {
		return nil, tx.Bucket(bucketAudit).Put(e.ID[:], encodeAudit(&e))
	}})
	if err != nil {
		return fmt.Errorf("note an action: %w", err)
	}
	return nil
}

// AuditLog passes all newer ones that are not asked for.
func (m *Moderation) AuditLog(ctx context.Context, q rooms.AuditQuery) ([]rooms.AuditEntry, error) {
	var found []rooms.AuditEntry
	err := m.file.newest(ctx, bucketAudit, q.Before, func(key, value []byte) (bool, error) {
		e, err := decodeAudit(key, value)
		if err != nil {
			return false, err
		}
		if (q.RoomID == "" || q.RoomID == e.RoomID) && (q.Actor == "" || q.Actor == e.Actor) && (q.Action == "" || q.Action == e.Action) {
			found = append(found, e)
		}
		return len(found) < q.Limit, nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the audit log: %w", err)
	}
	return found, nil
}

func encodeAudit(e *rooms.AuditEntry) []byte {
	b := newRecord(moderationFieldsSize + len(e.Actor) + len(e.Action) + len(e.RoomID) + len(e.Subject) + len(e.Details) + binary.MaxVarintLen64)
	b.number(tagAuditAt, millis(e.At))
	b.text(tagAuditActor, string(e.Actor))
	b.text(tagAuditAction, e.Action)
	b.text(tagAuditRoom, string(e.RoomID))
	b.text(tagAuditSubject, string(e.Subject))
	b.number(tagAuditSeq, e.Seq)
	b.text(tagAuditDetails, e.Details)
	return b
}

func decodeAudit(id, value []byte) (rooms.AuditEntry, error) {
	e := rooms.AuditEntry{ID: rooms.EventID(id)}
	err := readRecord(value, func(tag byte, v []byte) {
		switch tag {
		case tagAuditAt:
			e.At = time.UnixMilli(number(v)).UTC()
		case tagAuditActor:
			e.Actor = auth.UserID(v)
		case tagAuditAction:
			e.Action = string(v)
		case tagAuditRoom:
			e.RoomID = rooms.RoomID(v)
		case tagAuditSubject:
			e.Subject = auth.UserID(v)
		case tagAuditSeq:
			e.Seq = number(v)
		case tagAuditDetails:
			e.Details = string(v)
		}
	})
	return e, err
}
