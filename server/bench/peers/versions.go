package peers

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"roomstream/server/bench/report"
)

// Versions says what is measured, exactly; what cannot be found out is left out.
func (s Site) Versions(ctx context.Context) []report.Version {
	versions := []report.Version{
		{Name: Roomstream, Version: "commit " + s.said(ctx, "git", "rev-parse", "--short=12", "HEAD") + ", " + runtime.Version()},
		{Name: Node, Version: "Node " + s.said(ctx, "node", "--version") + ", " + s.nodePackages()},
		{Name: Centrifuge, Version: s.centrifugeVersion() + ", " + runtime.Version()},
		{Name: Floor, Version: "one write a frame, " + runtime.Version()},
	}
	if s.Mongod != "" {
		first, _, _ := strings.Cut(s.said(ctx, s.Mongod, "--version"), "\n")
		versions = append(versions, report.Version{Name: "mongod", Version: first})
	}
	return versions
}

func (s Site) said(ctx context.Context, program string, args ...string) string {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = s.Root
	out, err := cmd.Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

func (s Site) nodePackages() string {
	var list struct{ Dependencies map[string]string }
	b, err := os.ReadFile(filepath.Join(s.Root, nodeDir, "package.json"))
	if err != nil || json.Unmarshal(b, &list) != nil {
		return "unknown packages"
	}
	return "socket.io " + list.Dependencies["socket.io"] + ", express " + list.Dependencies["express"] + ", mongodb " + list.Dependencies["mongodb"]
}

// centrifugeVersion is what the peer's go.mod requires.
func (s Site) centrifugeVersion() string {
	const library = "github.com/centrifugal/centrifuge "
	b, err := os.ReadFile(filepath.Join(s.Root, "server/bench/peers/centrifuge/go.mod"))
	if err != nil {
		return "unknown"
	}
	_, after, _ := strings.Cut(string(b), library)
	version, _, _ := strings.Cut(after, "\n")
	return strings.TrimSpace(version)
}
