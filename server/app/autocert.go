package app

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// autocertComplain is how often, at most, the log says that there is no certificate: each handshake asks for one.
const autocertComplain = time.Minute

// autocertCache is the folder in the data dir where certificates lie when nothing else is said.
const autocertCache = "autocert"

// shown are the certificates of -addr. It is safe for concurrent use.
type shown interface {
	// current gives the one to show now.
	current(*tls.ClientHelloInfo) (*tls.Certificate, error)
	// expires is when the one that was shown last is over, of several domains' the first; zero: none was shown yet.
	expires() time.Time
}

// issued are certificates that an ACME authority gives us, on demand: the first handshake that names a domain waits for its
// certificate; renewals come by themselves. The authority sees by the listener of -addr that the domain is ours
// (TLS-ALPN-01). It is safe for concurrent use.
type issued struct {
	domains []string
	manager *autocert.Manager
	now     func() time.Time
	logger  *slog.Logger

	mu         sync.Mutex
	complained time.Time
	ends       map[string]time.Time // of what was shown last, by domain
}

// newIssued reads the settings of -autocert-domain, which is set.
func newIssued(c Config, now func() time.Time, logger *slog.Logger) (*issued, error) {
	dir := c.AutocertCache
	if dir == "" {
		dir = filepath.Join(c.DataDir, autocertCache)
	}
	// Without a folder each start would ask for new certificates, until the authority gives none any more.
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("-autocert-cache: %w", err)
	}
	client := &acme.Client{DirectoryURL: autocert.DefaultACMEDirectory, UserAgent: "roomstream"}
	if c.AutocertDirectory != "" {
		client.DirectoryURL = c.AutocertDirectory
	}
	if c.AutocertCAFile != "" {
		roots, err := readRoots(c.AutocertCAFile)
		if err != nil {
			return nil, fmt.Errorf("-autocert-ca-file: %w", err)
		}
		client.HTTPClient = &http.Client{Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, IdleConnTimeout: time.Minute,
		}}
	}
	return &issued{
		domains: c.AutocertDomains, now: now, logger: logger, ends: map[string]time.Time{},
		manager: &autocert.Manager{
			Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(dir), HostPolicy: autocert.HostWhitelist(c.AutocertDomains...), Client: client,
		},
	}, nil
}

func readRoots(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s has no certificate in PEM", file)
	}
	return roots, nil
}

// current gives the certificate to show now. Who names no domain, as those do who look whether the server lives, is shown
// that of the first one.
func (i *issued) current(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if hello.ServerName == "" {
		named := *hello
		named.ServerName = i.domains[0]
		hello = &named
	}
	cert, err := i.manager.GetCertificate(hello)
	domain := strings.ToLower(hello.ServerName)
	switch {
	case !slices.Contains(i.domains, domain):
	case err != nil:
		i.complain(domain, err)
	case !slices.Contains(hello.SupportedProtos, acme.ALPNProto): // what the authority is shown is no certificate of ours
		i.mu.Lock()
		i.ends[domain] = cert.Leaf.NotAfter
		i.mu.Unlock()
	}
	return cert, err
}

func (i *issued) expires() (first time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, end := range i.ends {
		if first.IsZero() || end.Before(first) {
			first = end
		}
	}
	return first
}

func (i *issued) complain(domain string, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.now().Sub(i.complained) < autocertComplain {
		return
	}
	i.complained = i.now()
	i.logger.Warn("there is no certificate for a domain of ours", "domain", domain, "error", err)
}

// newTLS says how -addr is spoken to, and by which certificates; nil: without TLS.
func newTLS(c Config, now func() time.Time, logger *slog.Logger) (*tls.Config, shown, error) {
	if len(c.AutocertDomains) == 0 {
		read, err := newCertificate(c, now, logger)
		if read == nil || err != nil {
			return nil, nil, err
		}
		return &tls.Config{GetCertificate: read.current, MinVersion: tls.VersionTLS12}, read, nil
	}
	if c.TLSCert != "" || c.TLSKey != "" {
		return nil, nil, errors.New("-autocert-domain is set with -tls-cert or -tls-key: set the one that certificates are to come from")
	}
	asked, err := newIssued(c, now, logger)
	if err != nil {
		return nil, nil, err
	}
	return &tls.Config{GetCertificate: asked.current, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1", acme.ALPNProto}}, asked, nil
}

// parseDomains takes names that an authority can give certificates for by TLS-ALPN-01: no addresses, no wildcards.
func parseDomains(text string) ([]string, error) {
	var domains []string
	for part := range strings.SplitSeq(text, ",") {
		domain := strings.ToLower(strings.TrimSpace(part))
		switch {
		case domain == "":
			continue
		case net.ParseIP(domain) != nil || strings.Trim(domain, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" || !strings.Contains(domain, ".") || strings.Trim(domain, ".") != domain:
			return nil, fmt.Errorf("%q is no domain that a certificate can be had for: write it like chat.example.com, one of other letters in its xn-- form", part)
		}
		domains = append(domains, domain)
	}
	return domains, nil
}

// checkDirectory takes an empty one: Let's Encrypt's.
func checkDirectory(text string) error {
	if text == "" {
		return nil
	}
	if u, err := url.Parse(text); err != nil || u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("must be an https URL, like https://ca.example.com/acme/acme/directory")
	}
	return nil
}
