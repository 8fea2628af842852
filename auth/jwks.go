package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

const (
	// keysEvery is how often an issuer's keys are fetched: so soon one that he has withdrawn is refused.
	keysEvery = 10 * time.Minute

	// keysRetryFirst and keysRetryMost are the pauses before a fetch that failed is tried again, doubled each time.
	keysRetryFirst = time.Second
	keysRetryMost  = time.Minute

	// keysUnknownEvery is how often tokens with an unknown kid may have the keys fetched, however many come: anybody can
	// make such tokens, and none is to be a request to the issuer.
	keysUnknownEvery = 5 * time.Second

	// keysTimeout bounds one fetch, from the look-up of the name to the last byte: who shows a token waits for it.
	keysTimeout = 5 * time.Second

	// maxKeySet is the longest set that is read, in bytes; a key with its certificates has some 3 KiB.
	maxKeySet = 512 << 10
)

// ErrKeysAway says that a token names a key that is not known, while the issuer does not answer: the same token may be good
// later.
var ErrKeysAway = errors.New("the issuer's keys cannot be fetched")

// KeySetOptions are the settings of a KeySet. URL is required.
type KeySetOptions struct {
	URL    string           // see CheckKeySetURL
	Client *http.Client     // nil: one that follows no redirect
	Now    func() time.Time // nil: time.Now
	Logger *slog.Logger     // nil: none
}

// KeySet is the public keys that an issuer publishes at a URL. They are fetched when the first token comes or Run begins,
// and again and again. While the issuer does not answer, those that were fetched last stay good.
//
// Concurrency: safe for concurrent use. At most one fetch is under way; who needs it waits for it.
//
// Lifecycle: Run fetches until its context is done. A token with an unknown kid has the keys fetched by the goroutine that
// brought it, whether Run runs or not. Nothing else runs.
type KeySet struct {
	url    string
	client *http.Client
	now    func() time.Time
	logger *slog.Logger

	mu       sync.Mutex
	keys     []PublicKey // nil: never fetched
	failed   error       // of the last fetch
	asked    time.Time   // when an unknown kid last had them fetched
	fetching chan struct{}
}

// NewKeySet fetches nothing yet. It returns CheckKeySetURL's error.
func NewKeySet(o KeySetOptions) (*KeySet, error) {
	if err := CheckKeySetURL(o.URL); err != nil {
		return nil, err
	}
	if o.Client == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.DisableKeepAlives = true // the next fetch is minutes away
		o.Client = &http.Client{
			Transport: transport,
			// A redirect would take the trust in the keys to wherever it leads.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &KeySet{url: o.URL, client: o.Client, now: o.Now, logger: o.Logger}, nil
}

// CheckKeySetURL wants https, but for an issuer on the same machine: whoever can change the answer on its way can be
// anybody in the chat.
func CheckKeySetURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return errors.New("must be a URL like https://idp.example.com/.well-known/jwks.json, without a name and password")
	}
	host := u.Hostname()
	local := host == "localhost" || net.ParseIP(host).IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return errors.New("must begin with https://; http:// is for an issuer on this machine, by localhost or 127.0.0.1")
	}
	return nil
}

// Run fetches the keys every ten minutes, and after a failure sooner, until ctx is done.
func (s *KeySet) Run(ctx context.Context) error {
	retry := keysRetryFirst
	for {
		wait := keysEvery
		if err := s.refresh(ctx, 0); err != nil && ctx.Err() == nil {
			s.logger.Warn("the issuer's keys were not fetched; those fetched before stay good", "error", err, "in", retry)
			wait, retry = retry, min(2*retry, keysRetryMost)
		} else {
			retry = keysRetryFirst
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// find gives the keys that may have signed a token with this kid (empty: it has none) and algorithm. An unknown kid has the
// set fetched, at most once in keysUnknownEvery. It returns ErrKeysAway where nobody can tell, and else ErrUnauthenticated.
func (s *KeySet) find(kid, alg string) ([]PublicKey, error) {
	if found := s.known(kid, alg); found != nil {
		return found, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), keysTimeout)
	defer cancel()
	if err := s.refresh(ctx, keysUnknownEvery); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeysAway, err)
	}
	if found := s.known(kid, alg); found != nil {
		return found, nil
	}
	return nil, refuse("kid: the issuer has no such key for %s", alg)
}

// known gives those of the set that fit. A token without a kid fits only where there is nothing to choose.
func (s *KeySet) known(kid, alg string) []PublicKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []PublicKey
	for _, k := range s.keys {
		if k.alg == alg && (kid == "" || k.id == kid) {
			found = append(found, k)
		}
	}
	if kid == "" && len(found) > 1 {
		return nil
	}
	return found
}

// refresh fetches the set, or waits for the fetch that is under way, and says how it ended. With least it stays with how
// the last one ended where another with least began less than that ago.
func (s *KeySet) refresh(ctx context.Context, least time.Duration) error {
	s.mu.Lock()
	if under := s.fetching; under != nil {
		s.mu.Unlock()
		<-under // it is bounded by keysTimeout
		return s.outcome()
	}
	if now := s.now(); least > 0 {
		if !s.asked.IsZero() && now.Sub(s.asked) < least {
			defer s.mu.Unlock()
			return s.failed
		}
		s.asked = now
	}
	done := make(chan struct{})
	s.fetching = done
	s.mu.Unlock()

	keys, err := s.fetch(ctx)

	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed = err; err == nil {
		s.keys = keys
	}
	s.fetching = nil
	close(done)
	return err
}

func (s *KeySet) outcome() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

func (s *KeySet) fetch(ctx context.Context) ([]PublicKey, error) {
	ctx, cancel := context.WithTimeout(ctx, keysTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", s.url, response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxKeySet+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", s.url, err)
	}
	if len(body) > maxKeySet {
		return nil, fmt.Errorf("the answer of %s is over %d bytes", s.url, maxKeySet)
	}
	keys, err := parseKeySet(body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.url, err)
	}
	return keys, nil
}
