package feed

import "slices"

// reserved are the names of this server's routes, which no collection is reached by.
func reserved() []string {
	return []string{
		"api", "socket.io", "_streams", "acl", "feeds", "rooms", "client", "docs", "assets", "healthz", "readyz", "metrics",
	}
}

func checkName(name string) bool { return name != "" && !slices.Contains(reserved(), name) }
