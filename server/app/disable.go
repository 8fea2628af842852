package app

import (
	"context"
	"flag"
	"fmt"

	"roomstream/auth"
	"roomstream/rooms"
)

// disableUser keeps a user out, on the store that the settings name. The embedded store must not be in use by a server; on
// MongoDB the instances learn of it within a second.
func disableUser(ctx context.Context, e Environment) error {
	return withUser(ctx, e, "disable", func(ctx context.Context, revoked *auth.Revocations, user auth.UserID) error {
		at, err := revoked.Disable(ctx, user)
		if err == nil {
			fmt.Fprintf(e.Stdout, "%s is disabled since %s.\n", user, at.Format(rooms.TimeFormat))
		}
		return err
	})
}

// enableUser undoes it. It is the way back where two admins have disabled each other.
func enableUser(ctx context.Context, e Environment) error {
	return withUser(ctx, e, "enable", func(ctx context.Context, revoked *auth.Revocations, user auth.UserID) error {
		enabled, err := revoked.Enable(ctx, user)
		switch {
		case err != nil:
			return err
		case !enabled:
			fmt.Fprintf(e.Stdout, "%s was not disabled.\n", user)
			return nil
		}
		fmt.Fprintf(e.Stdout, "%s may sign in again.\n", user)
		return nil
	})
}

// withUser reads -user, does something with the revocations, and tells the instances that serve, if there are any.
func withUser(ctx context.Context, e Environment, verb string, do func(context.Context, *auth.Revocations, auth.UserID) error) error {
	var (
		c    Config
		user string
	)
	err := c.parseAll("account "+verb, e, func(flags *flag.FlagSet) {
		flags.StringVar(&user, "user", "", "the user's id, as in the sub of his tokens; an account's begins with a:")
	})
	if err != nil {
		return err
	}
	if err := auth.CheckUserID(user); err != nil {
		return fmt.Errorf("account %s: -user: %w: account %s -user a:…", verb, err, verb)
	}
	return withStore(ctx, c, e, func(store store) error {
		revoked := auth.NewRevocations(store.Revocations(), nil, nil)
		err := do(ctx, revoked, auth.UserID(user))
		if err == nil {
			err = store.Rooms().Signals.Send(ctx, []rooms.Signal{{Kind: rooms.SignalRevoke, Instance: "command"}})
		}
		if err != nil {
			return fmt.Errorf("account %s: %w", verb, err)
		}
		return nil
	})
}
