package app

import (
	"errors"
	"fmt"
	"os"

	"roomstream/rooms/postgres"
)

// composePostgres makes what listens to PostgreSQL, where it is wanted. What is wrong with the settings is told now; a
// server that cannot be reached is tried again while the chat runs, which does not need it.
func (a *App) composePostgres(o Options) error {
	c := o.Config
	switch {
	case c.PostgresURL == "" && c.PostgresChannels == "":
		return nil
	case c.PostgresURL == "":
		return errors.New("-postgres-channels is set without -postgres-url: set both, or neither")
	case c.PostgresChannels == "":
		return errors.New("-postgres-url is set without -postgres-channels: name the JSON file that declares the channels")
	}
	text, err := os.ReadFile(c.PostgresChannels)
	if err != nil {
		return fmt.Errorf("-postgres-channels: %w", err)
	}
	channels, err := postgres.ParseChannels(text)
	if err != nil {
		return fmt.Errorf("-postgres-channels: %s: %w", c.PostgresChannels, err)
	}
	if a.postgres, err = postgres.New(postgres.Options{URL: c.PostgresURL, Channels: channels, Logger: o.Logger}); err != nil {
		return fmt.Errorf("-postgres-url: %w", err)
	}
	return nil
}

// checkPostgresURL lets nothing stand for not at all.
func checkPostgresURL(text string) error {
	if text == "" {
		return nil
	}
	return postgres.CheckURL(text)
}
