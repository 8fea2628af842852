package rooms

import (
	"context"
	"time"

	"roomstream/auth"
)

// ReportState says what became of a report.
type ReportState string

// The states of a report.
const (
	ReportOpen      ReportState = "open"
	ReportResolved  ReportState = "resolved"  // something was done
	ReportDismissed ReportState = "dismissed" // nothing was to be done
)

// Report is a message that somebody has shown to those who moderate its room.
type Report struct {
	ID       EventID
	RoomID   RoomID
	Seq      int64 // of the message
	Author   auth.UserID
	Reporter auth.UserID
	Reason   string
	At       time.Time // to the millisecond
	State    ReportState
	DoneBy   auth.UserID // who decided; empty: nobody yet
	DoneAt   time.Time
}

// ReportQuery selects reports.
type ReportQuery struct {
	RoomID RoomID      // empty: of all rooms
	State  ReportState // empty: in whatever state
	Before EventID     // only those with a lower id; zero: all
	Limit  int         // at least 1
}

// AuditEntry is one thing that a moderator, an owner or an admin did.
type AuditEntry struct {
	ID      EventID
	At      time.Time // to the millisecond
	Actor   auth.UserID
	Action  string      // a word for programs: "set_member", "update_room" ...
	RoomID  RoomID      // empty: of no room
	Subject auth.UserID // whom it was done to; empty: nobody
	Seq     int64       // of the event or the message; 0: none
	Details string      // a JSON object; empty: none
}

// AuditQuery selects entries.
type AuditQuery struct {
	RoomID RoomID      // empty: of all rooms and of none
	Actor  auth.UserID // empty: whoever did it
	Action string      // empty: whatever was done
	Before EventID     // only those with a lower id; zero: all
	Limit  int         // at least 1
}

// Moderation keeps reports and the audit log. All methods are safe for concurrent use; what
// is written is durable on return, lists are newest first.
type Moderation interface {
	// Report stores a report, or returns the one that the same Reporter has made of the same
	// message.
	Report(ctx context.Context, r Report) (Report, error)

	Reports(ctx context.Context, q ReportQuery) ([]Report, error)

	// DecideReport sets State, DoneBy and DoneAt of a room's report and returns it. CodeNotFound
	// when the room has none of this id.
	DecideReport(ctx context.Context, room RoomID, id EventID, state ReportState, by auth.UserID, at time.Time) (Report, error)

	// EraseReports takes the Reason of all reports of one user. It may be repeated.
	EraseReports(ctx context.Context, reporter auth.UserID) error

	Audit(ctx context.Context, e AuditEntry) error

	AuditLog(ctx context.Context, q AuditQuery) ([]AuditEntry, error)
}
