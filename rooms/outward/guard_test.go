package outward

import (
	"errors"
	"net/netip"
	"testing"
)

func TestGuard(t *testing.T) {
	inside := []string{
		"127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "0.0.0.0", "0.1.2.3", "100.64.0.1",
		"100.127.255.255", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255",
		"::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "fec0::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::7f00:1",
		"64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "100::1",
		"192.88.99.1", "2001:2::1", "2001:10::1", "3fff::1", "100:0:0:1::1", "5f00::1", "4000::1", "e000::1",
	}
	for _, text := range inside {
		if err := (Guard{}).Check(netip.MustParseAddr(text)); !errors.Is(err, ErrRefused) {
			t.Errorf("%s is let through: %v", text, err)
		}
		if err := (Guard{Private: true}).Check(netip.MustParseAddr(text)); err != nil {
			t.Errorf("%s where private ones are allowed: %v", text, err)
		}
		if (Guard{}).control("tcp", netip.AddrPortFrom(netip.MustParseAddr(text), 80).String(), nil) == nil {
			t.Errorf("%s is dialled", text)
		}
	}
	for _, text := range []string{"8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.32.0.1", "198.20.0.1", "192.88.98.1", "2606:4700:4700::1111", "2001:200::1", "2001:4860:4860::8888", "2a00::1"} {
		if err := (Guard{}).Check(netip.MustParseAddr(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	if (Guard{}).control("tcp", "example.com:80", nil) == nil {
		t.Error("a name is dialled")
	}
}
