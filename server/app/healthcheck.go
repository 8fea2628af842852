package app

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"net"
	"net/http"
	"time"
)

// healthTimeout is how long the server may take to answer: it has nothing to look up for /healthz and /readyz.
const healthTimeout = 3 * time.Second

// healthcheck asks the server on this machine whether it lives. It is for images that have neither a shell nor curl.
func healthcheck(ctx context.Context, e Environment) error {
	var (
		c     Config
		ready bool
	)
	err := c.parseAll("healthcheck", e, func(flags *flag.FlagSet) {
		flags.BoolVar(&ready, "ready", false, "ask whether the chat works, too; do not restart the server for that")
	})
	if err != nil {
		return err
	}
	path := "/healthz"
	if ready {
		path = "/readyz"
	}
	url, err := loopbackURL(c.scheme(), c.Addr)
	if err != nil {
		return fmt.Errorf("healthcheck: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+path, nil)
	if err != nil {
		return fmt.Errorf("healthcheck: %w", err)
	}
	// Not the default transport: it would ask the environment's proxy.
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, // the certificate's name is not the loopback's
	}}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("healthcheck: %w", err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("healthcheck: %s answers %s", path, response.Status)
	}
	return nil
}

// loopbackURL is where the server of -addr is reached from its own machine.
func loopbackURL(scheme, addr string) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip != nil && ip.To4() == nil {
			host = "::1" // the one that [::] is sure to take, whatever the system does with IPv4
		}
	}
	return scheme + "://" + net.JoinHostPort(host, port), nil
}
