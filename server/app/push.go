package app

import (
	"context"
	"fmt"

	"roomstream/rooms/push"
)

// composePush makes what tells those who are away on their devices. It comes before the Service runs.
func (a *App) composePush(ctx context.Context, o Options) (err error) {
	c := o.Config
	if c.PushSubject == "" {
		return nil
	}
	a.pushes, err = push.New(ctx, a.service, a.store.Rooms().Subscriptions, push.Options{
		Subject: c.PushSubject, NoTexts: !c.PushTexts, AllowPrivate: c.PushAllowPrivate, Logger: o.Logger,
	})
	if err != nil {
		return fmt.Errorf("make Web Push: %w", err)
	}
	a.service.PushTo(a.pushes)
	return nil
}
