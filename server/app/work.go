package app

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"roomstream/auth"
	"roomstream/rooms"
)

// closeTimeout bounds closing the store of a command.
const closeTimeout = 1500 * time.Millisecond

// withStore opens the store that the settings name, for a command, and closes it.
func withStore(ctx context.Context, c Config, e Environment, do func(store) error) error {
	opening, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	kept, err := openStore(opening, c, false, e.logger(c))
	if err != nil {
		return err
	}
	err = do(kept)
	closing, cancelClosing := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancelClosing()
	return errors.Join(err, kept.Close(closing))
}

// withService runs a Service without sockets while a command works with it. On MongoDB it
// is one more instance, so the settings that the instances share hold for it.
func withService(ctx context.Context, c Config, e Environment, store store, do func(context.Context, *rooms.Service) error) error {
	service := rooms.New(store.Rooms(), rooms.Options{
		ClosedRooms: !c.OpenRooms, SendTimeout: c.SendTimeout, Retention: c.Retention,
		Revocations: auth.NewRevocations(store.Revocations(), nil, e.logger(c)), Sessions: store.Sessions(), Logger: e.logger(c),
	})
	running, end := context.WithCancel(ctx)
	defer end()
	group, ctx := errgroup.WithContext(running)
	group.Go(func() error { return unlessDone(running, service.Run(ctx, nobody{}, nil)) })
	group.Go(func() error {
		defer end()
		if err := ready(ctx, service); err != nil {
			return err
		}
		return do(ctx, service)
	})
	return group.Wait()
}

// readyEvery is how often ready asks.
const readyEvery = 50 * time.Millisecond

// ready waits until the store takes writes and its stream tells of them.
func ready(ctx context.Context, service *rooms.Service) error {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	tick := time.NewTicker(readyEvery)
	defer tick.Stop()
	for {
		err := service.Ready()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.Join(err, context.Cause(ctx))
		}
	}
}

// nobody is an Emitter without sockets.
type nobody struct{}

func (nobody) Emit(rooms.RoomID, []rooms.Event)                          {}
func (nobody) Typing(rooms.RoomID, auth.UserID, bool, time.Time, string) {}
func (nobody) Expel(rooms.RoomID, auth.UserID, rooms.LeftReason)         {}
func (nobody) Reset(rooms.RoomID, rooms.ResetReason, int64)              {}
func (nobody) Revoke(auth.UserID)                                        {}
func (nobody) Members(rooms.RoomID) int                                  { return 0 }
