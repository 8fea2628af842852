package rooms

import (
	"context"
	"time"

	"roomstream/auth"
)

// DisableUser keeps a user out: whatever he shows is refused, whoever issued it and whenever, until he is enabled. His
// sockets and feeds are closed on every instance within a second, and his devices are pushed to no more. It returns since
// when; of one who is disabled already, since then. An admin may, but nobody himself. Errors: BAD_REQUEST, FORBIDDEN,
// UNAVAILABLE.
func (s *Service) DisableUser(ctx context.Context, user auth.User, id string) (time.Time, error) {
	subject, err := s.mayDisable(user, id)
	if err != nil {
		return time.Time{}, err
	}
	if subject == user.ID {
		// So there is always an admin who can undo it, but for two who disable each other at one moment: then the command can.
		refused := E(CodeForbidden, "nobody disables himself: another admin can")
		refused.Reason = "self"
		return time.Time{}, refused
	}
	at, err := s.revocations.Disable(ctx, subject)
	if err != nil {
		return time.Time{}, notStored(err)
	}
	s.signal(Signal{Kind: SignalRevoke}) // of nobody: look at the revocations
	if err := s.store.Subscriptions.EraseSubscriptions(ctx, subject); err != nil {
		return time.Time{}, notStored(err)
	}
	s.forgetPushes(subject)
	s.audit(ctx, AuditEntry{Actor: user.ID, Action: "disable_user", Subject: subject})
	return at, nil
}

// EnableUser lets a disabled user in again by what he is issued from now on; what he had stays refused. Of one who is not
// disabled it changes nothing. An admin may. Errors: BAD_REQUEST, FORBIDDEN, UNAVAILABLE.
func (s *Service) EnableUser(ctx context.Context, user auth.User, id string) error {
	subject, err := s.mayDisable(user, id)
	if err != nil {
		return err
	}
	enabled, err := s.revocations.Enable(ctx, subject)
	if err != nil || !enabled {
		return notStoredOrNil(err)
	}
	s.signal(Signal{Kind: SignalRevoke})
	s.audit(ctx, AuditEntry{Actor: user.ID, Action: "enable_user", Subject: subject})
	return nil
}

// Disabled says whether a user is kept out.
func (s *Service) Disabled(user auth.UserID) bool {
	return s.revocations != nil && s.revocations.Disabled(user)
}

func (s *Service) mayDisable(user auth.User, id string) (auth.UserID, error) {
	subject := auth.UserID(id)
	switch {
	case user.Grant != nil || !user.Has(auth.RoleAdmin):
		return "", E(CodeForbidden, "only the role %s may disable users", auth.RoleAdmin)
	case s.revocations == nil:
		return "", E(CodeUnavailable, "users cannot be disabled here")
	case auth.CheckUserID(id) != nil:
		return "", BadField("id", "must be the id of a user")
	case auth.IsBot(subject):
		return "", BadField("id", "is a program's, which has a key and no account: remove the bot")
	}
	return subject, nil
}
