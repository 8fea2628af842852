package rooms

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"
)

// Auditor writes the audit log. It is safe for concurrent use.
type Auditor struct {
	store  Moderation
	ids    *ids
	now    func() time.Time
	logger *slog.Logger
}

// NewAuditor makes an Auditor on a store for who has no Service, which has one of its own. logger nil: none.
func NewAuditor(store Moderation, logger *slog.Logger) *Auditor {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &Auditor{store, newIDs(), time.Now, logger}
}

// Auditor is that of this Service.
func (s *Service) Auditor() *Auditor { return s.auditor }

// With gives the entry with its details, which are what encoding/json makes an object of.
func (e AuditEntry) With(details any) AuditEntry {
	text, err := json.Marshal(details)
	if err != nil {
		panic(err) // strings, numbers and booleans always have a JSON form
	}
	e.Details = string(text)
	return e
}

// Note writes an entry of what was done; its ID and At are set here. What was done is not undone when that fails, nor when
// ctx is done, so it is logged instead.
func (a *Auditor) Note(ctx context.Context, e AuditEntry) {
	now := a.now().UTC().Truncate(time.Millisecond)
	e.ID, e.At = a.ids.next(now), now
	op, cancel := context.WithTimeout(context.WithoutCancel(ctx), opTimeout)
	defer cancel()
	if err := a.store.Audit(op, e); err != nil {
		a.logger.Error("an action was not noted in the audit log", "actor", string(e.Actor), "action", e.Action, "room", string(e.RoomID), "details", e.Details, "error", err)
	}
}
