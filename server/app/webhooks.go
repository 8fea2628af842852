package app

import (
	"errors"
	"fmt"

	"roomstream/rooms/embedded"
	"roomstream/rooms/hooks"
	"roomstream/rooms/mongodb"
)

// composeWebhooks makes what takes events to other programs. It comes before the Service runs.
func (a *App) composeWebhooks(o Options) error {
	key, err := secret(o.Config)
	if err != nil {
		return err
	}
	settings := hooks.OutgoingOptions{Secret: key, AllowPrivate: o.Config.WebhookAllowPrivate, Logger: o.Logger}
	var store hooks.Store
	var cursors hooks.Cursors
	switch kept := a.store.(type) {
	case *embedded.Store:
		store, cursors = kept.Hooks(), kept.Hooks()
	case *mongodb.Store:
		store, cursors = kept.Hooks(), kept.Hooks()
	default:
		return errors.New("this store keeps no webhooks")
	}
	if a.webhooks, err = hooks.NewOutgoing(a.service, store, cursors, settings); err != nil {
		return fmt.Errorf("make the outgoing webhooks: %w", err)
	}
	return nil
}
