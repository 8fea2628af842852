package app

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"

	"roomstream/auth"
	"roomstream/rooms"
)

// resetPassword gives an account another password and ends its sessions, on the store that the settings name. The embedded
// store must not be in use by a server; on MongoDB the instances learn of it within a second.
func resetPassword(ctx context.Context, e Environment) error {
	var (
		c    Config
		name string
	)
	err := c.parseAll("account password", e, func(flags *flag.FlagSet) {
		flags.StringVar(&name, "name", "", "the name that the account signs in with")
	})
	if err != nil {
		return err
	}
	if name == "" {
		return errors.New("account password: -name is missing: account password -name Ann")
	}
	tokens, err := newTokens(c, nil)
	if err != nil {
		return err
	}
	password, made := e.Getenv(passwordEnv), false
	if password == "" {
		password, made = rand.Text(), true
	}
	var account auth.Account
	err = withStore(ctx, c, e, func(store store) (err error) {
		accounts := auth.NewAccounts(store.Accounts(), tokens, auth.AccountOptions{Revoke: endSessions(store)})
		account, err = accounts.ResetPassword(ctx, name, password)
		return err
	})
	if errors.Is(err, auth.ErrNoAccount) {
		return fmt.Errorf("account password: -name %s: there is no such account", name)
	}
	if err != nil {
		return fmt.Errorf("account password: %w", err)
	}
	fmt.Fprintf(e.Stdout, "The account %q (%s) has another password, and its sessions are ended.\n", account.Name, account.ID)
	if made {
		fmt.Fprintf(e.Stdout, "It is shown only now: %s\n", password)
	}
	return nil
}

// endSessions revokes a user's tokens, and tells the instances that serve, if there are any.
func endSessions(store store) func(context.Context, auth.UserID) error {
	return func(ctx context.Context, user auth.UserID) error {
		revoked := auth.NewRevocations(store.Revocations(), nil, nil)
		of := auth.Revocation{User: user, At: revoked.Now()}
		if err := revoked.Save(ctx, of); err != nil {
			return err
		}
		return store.Rooms().Signals.Send(ctx, []rooms.Signal{{Kind: rooms.SignalRevoke, User: user, At: of.At, Instance: "command"}})
	}
}
