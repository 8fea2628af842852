package rooms_test

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// gate keeps what passes it waiting, on its way to the store.
type gate struct {
	waits chan struct{} // has one for each that waits
	goOn  chan struct{} // closed: none waits
}

func newGate() gate { return gate{make(chan struct{}, 1), make(chan struct{})} }

func (g gate) pass() {
	g.waits <- struct{}{}
	<-g.goOn
}

// These are the interfaces by names that are none of their methods'.
type (
	invitations   interface{ rooms.Invitations }
	profiles      interface{ rooms.Profiles }
	subscriptions interface{ rooms.Subscriptions }
	records       interface{ rooms.Files }
)

type lateInvitations struct {
	invitations
	gate gate
}

func (l lateInvitations) CreateInvitation(ctx context.Context, i rooms.Invitation) error {
	l.gate.pass()
	return l.invitations.CreateInvitation(ctx, i)
}

type lateReports struct {
	rooms.Moderation
	gate gate
}

func (l lateReports) Report(ctx context.Context, r rooms.Report) (rooms.Report, error) {
	l.gate.pass()
	return l.Moderation.Report(ctx, r)
}

type lateProfiles struct {
	profiles
	gate gate
}

func (l lateProfiles) ChangeProfile(ctx context.Context, user auth.UserID, c rooms.ProfileChange) (rooms.Profile, error) {
	if user == bob.ID {
		l.gate.pass()
	}
	return l.profiles.ChangeProfile(ctx, user, c)
}

type lateFiles struct {
	records
	gate  gate
	first *sync.Once
}

func (l lateFiles) PutFile(ctx context.Context, f rooms.File) error {
	l.first.Do(l.gate.pass)
	return l.records.PutFile(ctx, f)
}

// erasedSubscriptions tells when the last of a user's traces was taken away.
type erasedSubscriptions struct {
	subscriptions
	erased chan struct{}
}

func (e erasedSubscriptions) EraseSubscriptions(ctx context.Context, user auth.UserID) error {
	err := e.subscriptions.EraseSubscriptions(ctx, user)
	select {
	case e.erased <- struct{}{}:
	default:
	}
	return err
}

// TestAnErasureLeavesNothingOfWhatIsDoneMeanwhile has an erasure overtake what a user does.
func TestAnErasureLeavesNothingOfWhatIsDoneMeanwhile(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		hold func(store *rooms.Store, g gate)
		do   func(s *rooms.Service, store rooms.Store, g gate) error
		left func(store rooms.Store) (any, bool, error)
	}{
		"an invitation": {
			func(store *rooms.Store, g gate) { store.Invitations = lateInvitations{store.Invitations, g} },
			func(s *rooms.Service, _ rooms.Store, _ gate) error {
				_, _, err := s.Invite(ctx, bob, rooms.InviteInput{RoomID: "club"})
				return err
			},
			func(store rooms.Store) (any, bool, error) {
				list, err := store.Invitations.Invitations(ctx, "club", "", 10)
				return list, len(list) > 0, err
			},
		},
		"a report": {
			func(store *rooms.Store, g gate) { store.Moderation = lateReports{store.Moderation, g} },
			func(s *rooms.Service, _ rooms.Store, _ gate) error {
				_, err := s.ReportMessage(ctx, bob, rooms.ReportInput{RoomID: "r", Seq: 1, Reason: "secret"})
				return err
			},
			func(store rooms.Store) (any, bool, error) {
				list, err := store.Moderation.Reports(ctx, rooms.ReportQuery{RoomID: "r", Limit: 10})
				return list, len(list) != 1 || list[0].Reason != "", err
			},
		},
		"a profile": {
			func(store *rooms.Store, g gate) { store.Profiles = lateProfiles{store.Profiles, g} },
			func(s *rooms.Service, _ rooms.Store, _ gate) error {
				name := "Secret"
				_, err := s.UpdateProfile(ctx, bob, rooms.UpdateProfileInput{Name: &name})
				return err
			},
			func(store rooms.Store) (any, bool, error) {
				list, err := store.Profiles.Profiles(ctx, []auth.UserID{bob.ID})
				return list, len(list) > 0, err
			},
		},
		"a device": {
			func(*rooms.Store, gate) {},
			func(s *rooms.Service, store rooms.Store, g gate) error {
				defer s.Doing(bob.ID)()
				g.pass()
				return store.Subscriptions.PutSubscription(ctx, rooms.Subscription{ID: "x", UserID: bob.ID, Endpoint: "https://push.example/x"}, 1)
			},
			func(store rooms.Store) (any, bool, error) {
				list, err := store.Subscriptions.Subscriptions(ctx, bob.ID)
				return list, len(list) > 0, err
			},
		},
		"a file": {
			func(store *rooms.Store, g gate) { store.Files = lateFiles{store.Files, g, new(sync.Once)} },
			func(s *rooms.Service, _ rooms.Store, _ gate) error {
				_, err := s.Upload(ctx, bob, rooms.UploadInput{RoomID: "r", Name: "secret.txt", Content: strings.NewReader("secret")})
				if err != nil && rooms.AsError(err).Code == rooms.CodeUnavailable {
					return nil // the erasure broke it off
				}
				return err
			},
			func(store rooms.Store) (any, bool, error) {
				list, err := store.Files.Files(ctx, rooms.FileQuery{Author: bob.ID, Limit: 10})
				return list, len(list) > 0, err
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			store, waiting := newStore(t), newGate()
			held, erased := store, make(chan struct{}, 1)
			c.hold(&held, waiting)
			held.Subscriptions = erasedSubscriptions{store.Subscriptions, erased}
			s, _ := serve(t, held, rooms.Options{})
			setMember(t, s, private(t, s, "club"), bob, rooms.RoleModerator)
			send(t, s, "r", "report me", "")
			did, done := make(chan error, 1), make(chan error, 1)
			go func() { did <- c.do(s, store, waiting) }()
			<-waiting.waits
			go func() { done <- s.Erase(ctx, bob.ID, func(rooms.Erased) {}) }()
			<-erased // for the first time
			close(waiting.goOn)
			for _, end := range []chan error{did, done} {
				if err := <-end; err != nil {
					t.Fatal(err)
				}
			}
			if left, there, err := c.left(store); err != nil || there {
				t.Errorf("left is %+v, %v", left, err)
			}
		})
	}
}

// writtenBlobs notes which contents were begun.
type writtenBlobs struct {
	rooms.Blobs
	begun chan rooms.FileID
}

func (w writtenBlobs) WriteBlob(ctx context.Context, b rooms.Blob, content io.Reader) (int64, error) {
	w.begun <- b.ID
	return w.Blobs.WriteBlob(ctx, b, content)
}

// TestAnErasureEndsAnUpload has a user erased who is in the middle of an upload without an end.
func TestAnErasureEndsAnUpload(t *testing.T) {
	ctx, store := context.Background(), newStore(t)
	begun := make(chan rooms.FileID, 1)
	watched := store
	watched.Blobs = writtenBlobs{store.Blobs, begun}
	s, _ := serve(t, watched, rooms.Options{MaxFileSize: 1 << 40})
	send(t, s, "r", "hello", "")
	from, to := io.Pipe()
	go func() {
		// A little at a time: what a slow machine takes to erase him, a fast disk would fill.
		pace := time.NewTicker(time.Millisecond)
		defer pace.Stop()
		for chunk := []byte(strings.Repeat("secret ", 10)); ; <-pace.C {
			if _, err := to.Write(chunk); err != nil {
				return
			}
		}
	}()
	uploaded := make(chan error, 1)
	go func() {
		_, err := s.Upload(ctx, bob, rooms.UploadInput{RoomID: "r", Name: "secret.txt", Content: from})
		from.Close()
		uploaded <- err
	}()
	id := <-begun
	if err := s.Erase(ctx, bob.ID, func(rooms.Erased) {}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "the upload", <-uploaded, rooms.CodeUnavailable)
	if list, err := store.Files.Files(ctx, rooms.FileQuery{Author: bob.ID, Limit: 10}); err != nil || len(list) > 0 {
		t.Errorf("left is %+v, %v", list, err)
	}
	if content, err := store.Blobs.OpenBlob(ctx, rooms.Blob{ID: id}); err == nil {
		content.Close()
		t.Error("the content is left")
	}
}
