package archive

import (
	"encoding/json"

	"roomstream/auth"
	"roomstream/rooms"
)

// The lines of what belongs to rooms: reports, the audit log and files.

type reportLine struct {
	ID       string `json:"id"`
	RoomID   string `json:"roomId"`
	Seq      int64  `json:"seq"`
	Author   string `json:"author,omitempty"`
	Reporter string `json:"reporter"`
	Reason   string `json:"reason,omitempty"`
	At       string `json:"at"`
	State    string `json:"state"`
	DoneBy   string `json:"doneBy,omitempty"`
	DoneAt   string `json:"doneAt,omitempty"`
}

func reportToLine(r *rooms.Report) (any, error) {
	return reportLine{
		r.ID.String(), string(r.RoomID), r.Seq, string(r.Author), string(r.Reporter), r.Reason, formatTime(r.At), string(r.State),
		string(r.DoneBy), formatTime(r.DoneAt),
	}, nil
}

func (l *reportLine) thing() (r rooms.Report, err error) {
	r = rooms.Report{
		Seq: l.Seq, Author: auth.UserID(l.Author), Reporter: auth.UserID(l.Reporter), Reason: l.Reason,
		State: rooms.ReportState(l.State), DoneBy: auth.UserID(l.DoneBy),
	}
	if err := checkUser("reporter", l.Reporter); err != nil {
		return r, err
	}
	switch r.State {
	case rooms.ReportOpen, rooms.ReportResolved, rooms.ReportDismissed:
	default:
		return r, rooms.BadField("state", "must be %s, %s or %s", rooms.ReportOpen, rooms.ReportResolved, rooms.ReportDismissed)
	}
	if err := checkSeq("seq", l.Seq); err != nil {
		return r, err
	}
	if r.ID, err = parseID("id", l.ID); err != nil {
		return r, err
	}
	if r.RoomID, err = rooms.ParseRoomID(l.RoomID); err != nil {
		return r, err
	}
	if r.At, err = parseTime("at", l.At); err != nil {
		return r, err
	}
	r.DoneAt, err = parseTime("doneAt", l.DoneAt)
	return r, err
}

// auditLine has Details as the JSON text that is stored.
type auditLine struct {
	ID      string `json:"id"`
	At      string `json:"at"`
	Actor   string `json:"actor,omitempty"`
	Action  string `json:"action"`
	RoomID  string `json:"roomId,omitempty"`
	Subject string `json:"subject,omitempty"`
	Seq     int64  `json:"seq,omitempty"`
	Details string `json:"details,omitempty"`
}

func auditToLine(e *rooms.AuditEntry) (any, error) {
	return auditLine{e.ID.String(), formatTime(e.At), string(e.Actor), e.Action, string(e.RoomID), string(e.Subject), e.Seq, e.Details}, nil
}

func (l *auditLine) thing() (e rooms.AuditEntry, err error) {
	e = rooms.AuditEntry{
		Actor: auth.UserID(l.Actor), Action: l.Action, RoomID: rooms.RoomID(l.RoomID), Subject: auth.UserID(l.Subject), Seq: l.Seq, Details: l.Details,
	}
	if l.Action == "" {
		return e, rooms.BadField("action", "must not be empty")
	}
	if l.Details != "" && !json.Valid([]byte(l.Details)) {
		return e, rooms.BadField("details", "must be JSON")
	}
	if e.ID, err = parseID("id", l.ID); err != nil {
		return e, err
	}
	e.At, err = parseTime("at", l.At)
	return e, err
}

// fileLine is the record of a file whose content is there; the content itself is no line.
type fileLine struct {
	ID        string `json:"id"`
	RoomID    string `json:"roomId"`
	Author    string `json:"author"`
	Name      string `json:"name"`
	Size      int64  `json:"size"` // bytes
	Type      string `json:"type"`
	Width     int    `json:"width,omitempty"`
	Height    int    `json:"height,omitempty"`
	Thumbnail bool   `json:"thumbnail,omitempty"`
	CreatedAt string `json:"createdAt"`
	Use       string `json:"use,omitempty"`
	UsedAt    string `json:"usedAt,omitempty"`
	Seq       int64  `json:"seq,omitempty"`
	Rev       int64  `json:"rev"`
}

func fileToLine(f *rooms.File) (any, error) {
	return fileLine{
		string(f.ID), string(f.RoomID), string(f.Author), f.Name, f.Size, f.Type, f.Width, f.Height, f.Thumbnail, formatTime(f.CreatedAt),
		f.Use, formatTime(f.UsedAt), f.Seq, f.Rev,
	}, nil
}

func (l *fileLine) thing() (f rooms.File, err error) {
	f = rooms.File{
		Author: auth.UserID(l.Author), Name: l.Name, Size: l.Size, Type: l.Type, Width: l.Width, Height: l.Height, Thumbnail: l.Thumbnail,
		Stored: true, Use: l.Use, Seq: l.Seq, Rev: l.Rev,
	}
	var ok bool
	if f.ID, ok = rooms.ParseFileID(l.ID); !ok {
		return f, rooms.BadField("id", "must be a file's id")
	}
	switch {
	case l.Size < 0:
		return f, rooms.BadField("size", "must not be negative")
	case l.Width < 0:
		return f, rooms.BadField("width", "must not be negative")
	case l.Height < 0:
		return f, rooms.BadField("height", "must not be negative")
	case l.Rev < 1:
		return f, rooms.BadField("rev", "must be at least 1")
	case l.Seq < 0 || l.Seq > rooms.MaxSeq:
		return f, rooms.BadField("seq", "must be from 0 below 2^53")
	}
	if err := checkUser("author", l.Author); err != nil {
		return f, err
	}
	if f.RoomID, err = rooms.ParseRoomID(l.RoomID); err != nil {
		return f, err
	}
	if f.CreatedAt, err = parseTime("createdAt", l.CreatedAt); err != nil {
		return f, err
	}
	f.UsedAt, err = parseTime("usedAt", l.UsedAt)
	return f, err
}
