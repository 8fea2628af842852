package app

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"strings"
	"time"

	"roomstream/auth"
)

// passwordEnv gives the password of `account add`. Not a flag: other users of the
// machine can read those.
const passwordEnv = "ROOMSTREAM_ACCOUNT_PASSWORD"

// tokenTTL is how long a token of the command line lives, unless -ttl says otherwise.
const tokenTTL = 24 * time.Hour

// list is a flag that may be given several times.
type list []string

func (l *list) String() string         { return strings.Join(*l, ",") }
func (l *list) Set(value string) error { *l = append(*l, value); return nil }

// printToken issues an ordinary token, as an identity provider with the same secret would.
func printToken(_ context.Context, e Environment) error {
	var (
		c         Config
		sub, name string
		roles     list
		ttl       time.Duration
	)
	err := c.parseAll("token", e, func(flags *flag.FlagSet) {
		flags.StringVar(&sub, "sub", "", "whom the token speaks for")
		flags.StringVar(&name, "name", "", "the name others see")
		flags.Var(&roles, "role", "a role; may be repeated")
		flags.DurationVar(&ttl, "ttl", tokenTTL, "how long it lives")
	})
	if err != nil {
		return err
	}
	if sub == "" {
		return errors.New("token: -sub is missing: token -sub alice")
	}
	tokens, err := newTokens(c, nil)
	if err != nil {
		return err
	}
	token, err := tokens.Issue(auth.User{ID: auth.UserID(sub), Name: name, Roles: roles}, ttl)
	if err != nil {
		return fmt.Errorf("token: -%w", err)
	}
	fmt.Fprintln(e.Stdout, token)
	return nil
}

// addAccount makes an account, on the store that the settings name. The embedded
// store must not be in use by a server.
func addAccount(ctx context.Context, e Environment) error {
	var (
		c     Config
		name  string
		roles list
	)
	err := c.parseAll("account add", e, func(flags *flag.FlagSet) {
		flags.StringVar(&name, "name", "", "the name to sign in with")
		flags.Var(&roles, "role", "a role, like admin; may be repeated")
	})
	if err != nil {
		return err
	}
	if name == "" {
		return errors.New("account add: -name is missing: account add -name Ann")
	}
	tokens, err := newTokens(c, nil)
	if err != nil {
		return err
	}
	opening, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	kept, err := openStore(opening, c, false, e.logger(c))
	if err != nil {
		return err
	}
	password, made := e.Getenv(passwordEnv), false
	if password == "" {
		password, made = rand.Text(), true
	}
	account, err := auth.NewAccounts(kept.Accounts(), tokens, auth.AccountOptions{}).Add(ctx, name, password, roles)
	if err := errors.Join(err, kept.Close(ctx)); err != nil {
		return fmt.Errorf("account add: %w", err)
	}
	fmt.Fprintf(e.Stdout, "Made the account %q (%s).\n", account.Name, account.ID)
	if made {
		fmt.Fprintf(e.Stdout, "Its password, shown only now: %s\n", password)
	}
	return nil
}
