package app

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// certificateLook is how often, at most, the files of a certificate are looked at: each costs a handshake two calls of the
// system.
const certificateLook = 5 * time.Second

// certificate is what TLS connections are shown. Its files are read again when one of them has changed, as those who renew
// certificates change them. It is safe for concurrent use.
type certificate struct {
	certFile, keyFile string
	now               func() time.Time
	logger            *slog.Logger

	mu       sync.Mutex
	kept     *tls.Certificate
	seen     [2]os.FileInfo // of what was last tried
	lookedAt time.Time
}

// newCertificate reads -tls-cert and -tls-key; nil: TLS is not wanted here.
func newCertificate(c Config, now func() time.Time, logger *slog.Logger) (*certificate, error) {
	switch {
	case c.TLSCert == "" && c.TLSKey == "":
		return nil, nil
	case c.TLSKey == "":
		return nil, errors.New("-tls-cert is set without -tls-key: set both, or neither")
	case c.TLSCert == "":
		return nil, errors.New("-tls-key is set without -tls-cert: set both, or neither")
	}
	made := &certificate{certFile: c.TLSCert, keyFile: c.TLSKey, now: now, logger: logger}
	if err := made.read(); err != nil {
		return nil, fmt.Errorf("-tls-cert, -tls-key: %w", err)
	}
	return made, nil
}

// read reads both files. What was read before stays where that fails.
func (c *certificate) read() error {
	c.lookedAt = c.now()
	seen, err := c.look()
	if err != nil {
		return err
	}
	c.seen = seen
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return err
	}
	c.kept = &pair
	return nil
}

// look gives what tells that a file has changed.
func (c *certificate) look() (seen [2]os.FileInfo, err error) {
	for i, name := range []string{c.certFile, c.keyFile} {
		if seen[i], err = os.Stat(name); err != nil {
			return seen, err
		}
	}
	return seen, nil
}

// changed says whether a file is another one, or has other contents.
func changed(before, now os.FileInfo) bool {
	return !os.SameFile(before, now) || !before.ModTime().Equal(now.ModTime()) || before.Size() != now.Size()
}

// current gives the certificate to show now.
func (c *certificate) current(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now().Sub(c.lookedAt) < certificateLook {
		return c.kept, nil
	}
	c.lookedAt = c.now()
	if seen, err := c.look(); err == nil && !changed(c.seen[0], seen[0]) && !changed(c.seen[1], seen[1]) {
		return c.kept, nil
	}
	if err := c.read(); err != nil {
		// One file may have changed and the other not yet.
		c.logger.Warn("the certificate could not be read again, the one before is shown", "error", err, "expires", c.kept.Leaf.NotAfter)
	} else {
		c.logger.Info("the certificate was read again", "expires", c.kept.Leaf.NotAfter)
	}
	return c.kept, nil
}

func (c *certificate) expires() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept.Leaf.NotAfter
}

// listen serves on the listener, with TLS where that is wanted, HTTP/2 too. It returns when the listener is closed.
func (a *App) listen(server *http.Server, listener net.Listener) error {
	if a.tls == nil {
		return server.Serve(listener)
	}
	server.TLSConfig = a.tls
	return server.ServeTLS(listener, "", "")
}
