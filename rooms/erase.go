package rooms

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"roomstream/auth"
)

const (
	// erasing is how many deletes are on their way at once: a lane's batch or two.
	erasing = 256
	// confirmEvery is how often instances are asked again to confirm: a signal may be lost.
	confirmEvery = time.Second
)

// Erased tells how far an erasure is.
type Erased struct {
	Deleted int      // messages that a message_deleted was inserted for
	Blanked int      // events whose content is gone from the store
	Removed int      // notifications for him
	Waiting []string // instances that have not confirmed yet
}

// Erase takes what a user wrote out of the chat, for good. His tokens are revoked and his sockets closed, so
// that he writes no more meanwhile. Then a message_deleted is inserted for each of his messages, so that every instance and every client drops it;
// then his texts, edits, names and data are blanked in place, every seq kept; then his profile and the
// notifications for him are removed. When
// every live instance has confirmed that it lets him in no more, has stored what he was doing and keeps nothing of it, what
// he wrote until then is taken out, too. progress is called
// now and then, from this goroutine. It may be repeated, and goes on where it was broken
// off. The Service must run.
func (s *Service) Erase(ctx context.Context, user auth.UserID, progress func(Erased)) error {
	if s.revocations != nil && auth.CheckUserID(string(user)) == nil {
		if _, err := s.revokeAll(ctx, user); err != nil {
			return fmt.Errorf("revoke the tokens: %w", err)
		}
	}
	if err := s.Revoke(user); err != nil {
		return err
	}
	var done Erased
	if err := s.eraseWritten(ctx, user, &done, progress); err != nil {
		return err
	}
	if err := s.files.erase(ctx, user, false); err != nil {
		return fmt.Errorf("remove the files: %w", err)
	}
	removed, err := s.store.Eraser.EraseNotifications(ctx, user)
	done.Removed = removed
	progress(done)
	if err != nil {
		return fmt.Errorf("remove the notifications: %w", err)
	}
	s.forgetPushes(user)
	if err := s.eraseTraces(ctx, user); err != nil {
		return err
	}
	confirmed := func() error {
		return s.confirmErased(ctx, user, func(waiting []string) {
			done.Waiting = waiting
			progress(done)
		})
	}
	if err := confirmed(); err != nil {
		return err
	}
	// Once more: what he was still doing has been stored by now, and his uploads were broken off.
	before := done.Deleted + done.Blanked
	if err := s.eraseWritten(ctx, user, &done, progress); err != nil {
		return err
	}
	if done.Deleted+done.Blanked > before {
		if err := confirmed(); err != nil { // it may have been kept meanwhile
			return err
		}
	}
	if err := s.files.erase(ctx, user, true); err != nil {
		return fmt.Errorf("remove the files: %w", err)
	}
	return s.eraseTraces(ctx, user)
}

// eraseWritten deletes and blanks until there is nothing left.
func (s *Service) eraseWritten(ctx context.Context, user auth.UserID, done *Erased, progress func(Erased)) error {
	for {
		deleted, err := s.deleteAll(ctx, user, func(n int) {
			done.Deleted += n
			progress(*done)
		})
		if err != nil {
			return fmt.Errorf("delete the messages: %w", err)
		}
		blanked, err := s.store.Eraser.Erase(ctx, user)
		done.Blanked += blanked
		progress(*done)
		if err != nil {
			return fmt.Errorf("blank the events: %w", err)
		}
		if deleted+blanked == 0 { // else more may have been written meanwhile
			return nil
		}
	}
}

// eraseTraces takes away his profile, how far he has read, his invitations, why he reported what
// others wrote, where his devices are pushed to, which threads he follows, and where he was signed in. What he was in rooms is the log's, and stays.
func (s *Service) eraseTraces(ctx context.Context, user auth.UserID) error {
	if err := s.store.Eraser.EraseProfile(ctx, user); err != nil {
		return fmt.Errorf("remove the profile: %w", err)
	}
	s.met.forget(user)
	if _, err := s.store.Members.EraseMember(ctx, user); err != nil {
		return fmt.Errorf("forget what he has read: %w", err)
	}
	if err := s.store.Eraser.EraseInvitations(ctx, user); err != nil {
		return fmt.Errorf("remove his invitations: %w", err)
	}
	if err := s.store.Moderation.EraseReports(ctx, user); err != nil {
		return fmt.Errorf("blank his reports: %w", err)
	}
	if err := s.store.Subscriptions.EraseSubscriptions(ctx, user); err != nil {
		return fmt.Errorf("forget his devices: %w", err)
	}
	if err := s.store.Threads.EraseThreads(ctx, user); err != nil {
		return fmt.Errorf("forget his threads: %w", err)
	}
	if s.sessions == nil {
		return nil
	}
	if err := s.sessions.RemoveSessions(ctx, user, ""); err != nil {
		return fmt.Errorf("forget his sessions: %w", err)
	}
	return nil
}

// deleteAll inserts a delete for each message of a user that has none, and returns how
// many it was.
func (s *Service) deleteAll(ctx context.Context, user auth.UserID, progress func(n int)) (int, error) {
	var (
		mu     sync.Mutex
		total  int
		failed error
	)
	places := make(chan struct{}, erasing)
	err := s.store.Eraser.ByAuthor(ctx, user, func(e Event) error {
		if e.Type != TypeMessage {
			return nil
		}
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		mu.Lock()
		stop := failed
		mu.Unlock()
		if stop != nil {
			return stop
		}
		deletion := s.change(auth.User{ID: user}, TypeDelete, e.Seq, "")
		deletion.RoomID = e.RoomID
		s.appender.submit(&item{event: deletion}, func(_ Sent, err error) {
			defer func() { <-places }()
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				total++
			case AsError(err).Code == CodeGone, AsError(err).Code == CodeNotFound: // deleted or trimmed already
			case failed == nil:
				failed = err
			}
		})
		return nil
	})
	// All places are free when all are answered. When ctx is done the lanes may have ended,
	// and what came to them after that is never answered.
	for range erasing {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			err = cmp.Or(err, ctx.Err())
		}
	}
	mu.Lock()
	defer mu.Unlock()
	progress(total)
	return total, cmp.Or(ctx.Err(), err, failed)
}

// confirmErased asks all instances to drop what they keep until each that lives has
// confirmed, and stored what he was doing there. Where no other process can have the store open there is nobody to ask.
func (s *Service) confirmErased(ctx context.Context, user auth.UserID, progress func(waiting []string)) error {
	s.replay.drop()
	if err := s.underway.ended(ctx, user); err != nil || s.store.Foreign == nil {
		return err
	}
	ref := rand.Text()
	s.confirmations.begin(ref)
	defer s.confirmations.end(ref)
	tick := time.NewTicker(confirmEvery)
	defer tick.Stop()
	for begun := s.now(); ; {
		s.signal(Signal{Kind: SignalErase, User: user, Ref: ref})
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		waiting := s.confirmations.missing(ref, s.peers.others())
		// Who lives has sent a heartbeat by then.
		if s.now().Sub(begun) > beatLost && len(waiting) == 0 && s.peers.fresh() {
			return nil
		}
		progress(waiting)
	}
}

// eraseTold drops what is kept of a user: of all, because it is not kept by user. It confirms
// when nothing that he does here is on its way to the store any more.
func (s *Service) eraseTold(g Signal) {
	s.replay.drop()
	s.met.forget(g.User)
	s.forgetPushes(g.User)
	s.router.begin(func(ctx context.Context) {
		if s.revocations != nil && s.revocations.Load(ctx) != nil {
			return // it would let him in; it is asked again
		}
		if s.underway.ended(ctx, g.User) == nil {
			s.met.forget(g.User) // what he did may have kept his name again
			s.signal(Signal{Kind: SignalConfirmed, Ref: g.Ref})
		}
	})
}

// confirmations are the instances that have done what a ref names. It is safe for
// concurrent use.
type confirmations struct {
	mu  sync.Mutex
	got map[string]map[string]bool // by ref, the instances; only refs that are waited for
}

func newConfirmations() *confirmations {
	return &confirmations{got: map[string]map[string]bool{}}
}

func (c *confirmations) begin(ref string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got[ref] = map[string]bool{}
}

func (c *confirmations) end(ref string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.got, ref)
}

func (c *confirmations) heard(g Signal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if instances := c.got[g.Ref]; instances != nil {
		instances[g.Instance] = true
	}
}

// missing gives those of the instances that have not confirmed.
func (c *confirmations) missing(ref string, instances []string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var missing []string
	for _, instance := range instances {
		if !c.got[ref][instance] {
			missing = append(missing, instance)
		}
	}
	return missing
}
