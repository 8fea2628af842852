package rest

import (
	"context"
	"net/http"
	"net/url"

	"roomstream/rooms"
)

// report answers 201 {report}: the caller's, of the message that the body names.
func (s *Server) report(c call) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	in := rooms.ReportInput{RoomID: room, Seq: f.seq("seq"), Reason: f.text("reason")}
	if f.err != nil {
		return reply{}, f.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	made, err := s.service.ReportMessage(ctx, c.user, in)
	if err != nil {
		return reply{}, err
	}
	return answerReport(http.StatusCreated, &made), nil
}

func answerReport(status int, r *rooms.Report) reply {
	return reply{status, append(r.AppendJSON([]byte(`{"report":`)), '}')}
}

// roomReports answers {reports, more} of the room that the path names.
func (s *Server) roomReports(c call) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	return s.listReports(c, room)
}

// reports answers the same of all rooms.
func (s *Server) reports(c call) (reply, error) { return s.listReports(c, "") }

func (s *Server) listReports(c call, room string) (reply, error) {
	q := readQuery(c)
	in := rooms.ReportsInput{RoomID: room, State: q.text("state"), Before: q.text("before"), Limit: q.optionalLimit()}
	if q.err != nil {
		return reply{}, q.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	list, more, err := s.service.Reports(ctx, c.user, in)
	if err != nil {
		return reply{}, err
	}
	return answerPage("reports", list, (*rooms.Report).AppendJSON, more), nil
}

// decideReport sets what became of a report and answers {report}.
func (s *Server) decideReport(c call) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	id, err := url.PathUnescape(c.Params("reportId"))
	if err != nil {
		return reply{}, rooms.BadField("id", "must be escaped as in a URL")
	}
	f, err := readFields(c)
	if err != nil {
		return reply{}, err
	}
	state := f.text("state")
	if f.err != nil {
		return reply{}, f.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	decided, err := s.service.DecideReport(ctx, c.user, room, id, state)
	if err != nil {
		return reply{}, err
	}
	return answerReport(http.StatusOK, &decided), nil
}

// roomAudit answers {entries, more} of the room that the path names.
func (s *Server) roomAudit(c call) (reply, error) {
	room, err := roomOf(c)
	if err != nil {
		return reply{}, err
	}
	return s.listAudit(c, room)
}

// audit answers the same of everything.
func (s *Server) audit(c call) (reply, error) { return s.listAudit(c, "") }

func (s *Server) listAudit(c call, room string) (reply, error) {
	q := readQuery(c)
	in := rooms.AuditInput{RoomID: room, Actor: q.text("actor"), Action: q.text("action"), Before: q.text("before"), Limit: q.optionalLimit()}
	if q.err != nil {
		return reply{}, q.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	list, more, err := s.service.AuditLog(ctx, c.user, in)
	if err != nil {
		return reply{}, err
	}
	return answerPage("entries", list, (*rooms.AuditEntry).AppendJSON, more), nil
}
