package rooms

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"roomstream/auth"
)

// Sessions gives those of an account, last used first: a user's own, or anybody's to an admin. Who has no account of this
// server has none: nobody here knows what an identity provider issued. Errors: BAD_REQUEST, FORBIDDEN, UNAVAILABLE.
func (s *Service) Sessions(ctx context.Context, user auth.User, of string) ([]auth.AccountSession, error) {
	subject, err := s.maySeeSessions(user, of)
	if err != nil {
		return nil, err
	}
	return s.liveSessions(ctx, subject)
}

// EndSession ends one: its token is refused from now on, its sockets and feeds are closed on every instance within a second.
// Errors: as of Sessions, and NOT_FOUND.
func (s *Service) EndSession(ctx context.Context, user auth.User, of, id string) error {
	subject, err := s.maySeeSessions(user, of)
	if err != nil {
		return err
	}
	live, err := s.liveSessions(ctx, subject)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(live, func(a auth.AccountSession) bool { return a.ID == id })
	if at < 0 {
		return E(CodeNotFound, "there is no such session, or it has ended")
	}
	if err := s.EndAccountSession(ctx, live[at]); err != nil {
		return err
	}
	if subject != user.ID {
		s.audit(ctx, AuditEntry{Actor: user.ID, Action: "end_session", Subject: subject})
	}
	return nil
}

// EndOtherSessions ends all of the user's sessions but the one whose token he shows. Errors: FORBIDDEN, UNAVAILABLE.
func (s *Service) EndOtherSessions(ctx context.Context, user auth.User) error {
	if user.Token == nil || !auth.IsAccount(user.ID) {
		refused := E(CodeForbidden, "only accounts of this server have sessions here: who issued the token ends others")
		refused.Reason = "no_account"
		return refused
	}
	if _, err := s.maySeeSessions(user, string(user.ID)); err != nil {
		return err
	}
	live, err := s.liveSessions(ctx, user.ID)
	if err != nil {
		return err
	}
	for _, session := range live {
		if session.ID == user.Token.ID {
			continue
		}
		if err := s.EndAccountSession(ctx, session); err != nil {
			return err
		}
	}
	return nil
}

// EndAccountSession ends one, whoever asks. Errors: UNAVAILABLE.
func (s *Service) EndAccountSession(ctx context.Context, session auth.AccountSession) error {
	of := auth.Revocation{TokenID: session.ID, At: s.revocations.Now(), Until: session.ExpiresAt}
	if err := s.revocations.Save(ctx, of); err != nil {
		return notStored(err)
	}
	s.signal(Signal{Kind: SignalRevoke}) // of nobody: look at the revocations
	return notStoredOrNil(s.sessions.RemoveSessions(ctx, session.User, session.ID))
}

// liveSessions leaves out what has ended, by itself or because it was revoked.
func (s *Service) liveSessions(ctx context.Context, user auth.UserID) ([]auth.AccountSession, error) {
	list, err := s.sessions.Sessions(ctx, user)
	if err != nil {
		return nil, notStored(err)
	}
	now := s.now()
	list = slices.DeleteFunc(list, func(a auth.AccountSession) bool {
		by := auth.User{ID: user, Token: &auth.Token{ID: a.ID, IssuedAt: a.CreatedAt}}
		return !a.ExpiresAt.After(now) || s.revocations.Covers(by)
	})
	slices.SortFunc(list, func(a, b auth.AccountSession) int {
		return cmp.Or(b.SeenAt.Compare(a.SeenAt), b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

func (s *Service) maySeeSessions(user auth.User, of string) (auth.UserID, error) {
	switch {
	case s.sessions == nil || s.revocations == nil:
		return "", E(CodeUnavailable, "sessions are not kept here")
	case user.Grant != nil:
		return "", E(CodeForbidden, "a program has a key and no sessions")
	case auth.CheckUserID(of) != nil:
		return "", BadField("id", "must be the id of a user")
	case of != string(user.ID) && !user.Has(auth.RoleAdmin):
		return "", E(CodeForbidden, "only the role %s may see the sessions of others", auth.RoleAdmin)
	}
	return auth.UserID(of), nil
}

// AppendSessionsJSON appends [{id, createdAt, seenAt, expiresAt, address?, agent?, current?}] as a user is shown them.
func AppendSessionsJSON(b []byte, list []auth.AccountSession, to auth.User) []byte {
	b = append(b, '[')
	for i := range list {
		a := &list[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendJSONString(append(b, `{"id":`...), a.ID)
		b = appendTime(append(b, `,"createdAt":`...), a.CreatedAt)
		b = appendTime(append(b, `,"seenAt":`...), a.SeenAt)
		b = appendTime(append(b, `,"expiresAt":`...), a.ExpiresAt)
		if a.Address != "" {
			b = AppendJSONString(append(b, `,"address":`...), a.Address)
		}
		if a.Agent != "" {
			b = AppendJSONString(append(b, `,"agent":`...), a.Agent)
		}
		if to.Token != nil && to.Token.ID == a.ID {
			b = strconv.AppendBool(append(b, `,"current":`...), true)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}
