package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// setRetention says how long a room's messages are kept. Running instances follow
// within a minute; the embedded store must not be in use by a server.
func setRetention(ctx context.Context, e Environment) error {
	var (
		c          Config
		room, keep string
	)
	err := c.parseAll("retention", e, func(flags *flag.FlagSet) {
		flags.StringVar(&room, "room", "", "the room")
		flags.StringVar(&keep, "keep", "", "how long: a duration like 720h, forever, or default (as -retention says)")
	})
	if err != nil {
		return err
	}
	if room == "" {
		return errors.New("retention: -room is missing: retention -room general -keep 720h")
	}
	kept, err := parseKeep(keep)
	if err != nil {
		return fmt.Errorf("retention: -keep: %w", err)
	}
	return withStore(ctx, c, e, func(store store) error {
		service := rooms.New(store.Rooms(), rooms.Options{})
		if err := service.SetRetention(ctx, room, kept); err != nil {
			return fmt.Errorf("retention: -room %s: %w", room, err)
		}
		fmt.Fprintf(e.Stdout, "Messages of %s are kept %s.\n", room, keepWords(kept))
		return nil
	})
}

func parseKeep(text string) (time.Duration, error) {
	switch text {
	case "forever":
		return rooms.KeepForever, nil
	case "default":
		return 0, nil
	}
	keep, err := parseRetention(text)
	if err == nil && keep == 0 {
		err = errors.New("0 says nothing: write forever, or default")
	}
	return keep, err
}

func keepWords(keep time.Duration) string {
	switch {
	case keep < 0:
		return "for ever"
	case keep == 0:
		return "as -retention says"
	}
	return "for " + keep.String()
}

// erase takes what a user wrote out of the chat. With MongoDB it runs beside the
// instances and waits for them; the embedded store must not be in use by a server.
func erase(ctx context.Context, e Environment) error {
	var (
		c    Config
		user string
	)
	err := c.parseAll("erase", e, func(flags *flag.FlagSet) {
		flags.StringVar(&user, "user", "", "the user's id, as in the sub of his tokens; an account's begins with a:")
	})
	if err != nil {
		return err
	}
	if err := auth.CheckUserID(user); err != nil {
		return fmt.Errorf("erase: -user: %w: erase -user alice", err)
	}
	ctx, restore := interruptible(ctx)
	defer restore()
	return withStore(ctx, c, e, func(store store) error {
		if err := removeAccount(ctx, store, auth.UserID(user)); err != nil {
			return fmt.Errorf("erase: remove the account: %w", err)
		}
		err := withService(ctx, c, e, store, func(ctx context.Context, service *rooms.Service) error {
			return eraseUser(ctx, e, service, auth.UserID(user))
		})
		if err != nil {
			return fmt.Errorf("erase: %w; run it again to go on", err)
		}
		return nil
	})
}

// removeAccount removes an account and what was counted of sign-ins with its name: before it, for afterwards nobody knows the
// name, and behind it, for what came between.
func removeAccount(ctx context.Context, store store, user auth.UserID) error {
	name, err := nameOf(ctx, store.AccountArchive(), user)
	if err != nil || name == "" {
		return err
	}
	if err := auth.ForgetAttempts(ctx, store.Attempts(), name); err != nil {
		return err
	}
	if err := store.AccountArchive().RemoveAccount(ctx, user); err != nil {
		return err
	}
	return auth.ForgetAttempts(ctx, store.Attempts(), name)
}

// nameOf looks through all accounts, which are kept by name; empty: there is no such one.
func nameOf(ctx context.Context, accounts auth.AccountArchive, user auth.UserID) (string, error) {
	const page = 1000
	for after := ""; ; {
		list, err := accounts.Accounts(ctx, after, page)
		if err != nil {
			return "", err
		}
		for _, account := range list {
			if account.ID == user {
				return account.Name, nil
			}
			after = account.Name
		}
		if len(list) < page {
			return "", nil
		}
	}
}

// progressEvery is how often a command that takes long says how far it is.
const progressEvery = 2 * time.Second

func eraseUser(ctx context.Context, e Environment, service *rooms.Service, user auth.UserID) error {
	var last rooms.Erased
	said := time.Now()
	err := service.Erase(ctx, user, func(done rooms.Erased) {
		last = done
		if time.Since(said) < progressEvery {
			return
		}
		said = time.Now()
		fmt.Fprintf(e.Stderr, "%d messages deleted, %d events blanked", done.Deleted, done.Blanked)
		if len(done.Waiting) > 0 {
			fmt.Fprintf(e.Stderr, ", %d instances have not confirmed yet", len(done.Waiting))
		}
		fmt.Fprintln(e.Stderr)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(e.Stdout, "Erased what %s wrote: %d messages deleted, %d events blanked, %d notifications removed. Every live instance has confirmed.\n",
		user, last.Deleted, last.Blanked, last.Removed)
	return nil
}
