package rooms

import (
	"context"
	"time"

	"roomstream/auth"
)

// RevokeTokens takes all tokens of a user out of force that were issued until now or do not say when, and returns when that
// was. His sockets and feeds are closed on every instance within a second, and his devices are pushed to no more. An admin
// may. Errors: BAD_REQUEST, FORBIDDEN, UNAVAILABLE.
func (s *Service) RevokeTokens(ctx context.Context, user auth.User, id string) (time.Time, error) {
	if err := s.mayRevoke(user); err != nil {
		return time.Time{}, err
	}
	subject := auth.UserID(id)
	switch {
	case auth.CheckUserID(id) != nil:
		return time.Time{}, BadField("id", "must be the id of a user")
	case auth.IsBot(subject):
		return time.Time{}, BadField("id", "is a program's, which has a key and no tokens: remove the bot")
	}
	at, err := s.revokeAll(ctx, subject)
	if err != nil {
		return time.Time{}, err
	}
	if err := s.store.Subscriptions.EraseSubscriptions(ctx, subject); err != nil {
		return time.Time{}, notStored(err)
	}
	s.forgetPushes(subject)
	s.audit(ctx, AuditEntry{Actor: user.ID, Action: "revoke_tokens", Subject: subject})
	return at, nil
}

// EndSessions does what RevokeTokens does for a user whose password was changed: it asks nobody's rights, and leaves him his
// devices. Errors: UNAVAILABLE.
func (s *Service) EndSessions(ctx context.Context, user auth.UserID) error {
	if s.revocations == nil {
		return E(CodeUnavailable, "tokens cannot be revoked here")
	}
	_, err := s.revokeAll(ctx, user)
	return err
}

// revokeAll is RevokeTokens without the rights and the devices.
func (s *Service) revokeAll(ctx context.Context, user auth.UserID) (time.Time, error) {
	of := auth.Revocation{User: user, At: s.revocations.Now()}
	if err := s.revocations.Save(ctx, of); err != nil {
		return time.Time{}, notStored(err)
	}
	s.signal(Signal{Kind: SignalRevoke, User: user, At: of.At})
	return of.At, nil
}

// RevokeToken takes one token out of force, by its jti, until it ends; its sockets and feeds are closed as RevokeTokens says.
// An admin may. Errors: BAD_REQUEST, FORBIDDEN, UNAVAILABLE.
func (s *Service) RevokeToken(ctx context.Context, user auth.User, jti string, until time.Time) (time.Time, error) {
	if err := s.mayRevoke(user); err != nil {
		return time.Time{}, err
	}
	if jti == "" || len(jti) > auth.MaxTokenID {
		return time.Time{}, BadField("jti", "must be that of a token, at most %d bytes: for a longer one revoke all tokens of the user", auth.MaxTokenID)
	}
	of := auth.Revocation{TokenID: jti, At: s.revocations.Now(), Until: until.UTC().Truncate(time.Millisecond)}
	if !of.Until.After(of.At) {
		return time.Time{}, BadField("expiresAt", "must lie in the future: it is when the token ends")
	}
	if err := s.revocations.Save(ctx, of); err != nil {
		return time.Time{}, notStored(err)
	}
	s.signal(Signal{Kind: SignalRevoke}) // of nobody: look at the revocations
	s.audit(ctx, AuditEntry{
		Actor: user.ID, Action: "revoke_token", Details: string(append(AppendJSONString([]byte(`{"jti":`), jti), '}')),
	})
	return of.At, nil
}

func (s *Service) mayRevoke(user auth.User) error {
	switch {
	case user.Grant != nil || !user.Has(auth.RoleAdmin):
		return E(CodeForbidden, "only the role %s may revoke tokens", auth.RoleAdmin)
	case s.revocations == nil:
		return E(CodeUnavailable, "tokens cannot be revoked here")
	}
	return nil
}

// Revoke closes a user's sockets on every instance within a second. It does not keep
// him from coming back with a token that is still good.
func (s *Service) Revoke(user auth.UserID) error {
	if err := auth.CheckUserID(string(user)); err != nil {
		return err
	}
	s.signal(Signal{Kind: SignalRevoke, User: user})
	return nil
}

// revokeTold ends, where the signal says of when the revocation is, what that covers alone: it may come late, when the user
// has signed in again.
func (s *Service) revokeTold(g Signal) {
	if s.revocations != nil && g.User != "" && !g.At.IsZero() {
		s.revocations.Learn(auth.Revocation{User: g.User, At: g.At})
		return
	}
	if s.revocations != nil {
		s.revocations.Again()
	}
	if emitter := s.router.sockets(); emitter != nil && g.User != "" {
		emitter.Revoke(g.User)
	}
}
