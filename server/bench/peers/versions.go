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
		{Name: Roomstream, Version: "its commit stands at each section, " + runtime.Version()},
		{Name: Node, Version: "Node " + s.said(ctx, "node", "--version") + ", " + s.packages(nodeDir, "socket.io", "express", "mongodb")},
		{Name: Centrifuge, Version: s.centrifugeVersion() + ", " + runtime.Version()},
		{Name: "the official clients", Version: s.packages("server/bench/official", "socket.io-client", "centrifuge", "ws")},
		{Name: Floor, Version: "one write a frame, " + runtime.Version()},
	}
	if s.Mongod != "" {
		first, _, _ := strings.Cut(s.said(ctx, s.Mongod, "--version"), "\n")
		versions = append(versions, report.Version{Name: "mongod", Version: first})
	}
	return versions
}

// Commit is what is checked out.
func (s Site) Commit(ctx context.Context) string {
	commit := s.said(ctx, "git", "rev-parse", "--short=12", "HEAD")
	if changed := s.said(ctx, "git", "status", "--porcelain", "--untracked-files=no"); changed != "" && changed != unknown {
		commit += " with changes"
	}
	return commit
}

// unknown is what a program said that could not be asked.
const unknown = "unknown"

func (s Site) said(ctx context.Context, program string, args ...string) string {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = s.Root
	out, err := cmd.Output()
	if err != nil {
		return unknown
	}
	return strings.TrimSpace(string(out))
}

// packages are the versions that a folder's package.json asks for.
func (s Site) packages(dir string, names ...string) string {
	var list struct{ Dependencies map[string]string }
	b, err := os.ReadFile(filepath.Join(s.Root, dir, "package.json"))
	if err != nil || json.Unmarshal(b, &list) != nil {
		return "unknown packages"
	}
	for i, name := range names {
		names[i] = name + " " + list.Dependencies[name]
	}
	return strings.Join(names, ", ")
}

// centrifugeVersion is what the peer's go.mod requires.
func (s Site) centrifugeVersion() string {
	const library = "github.com/centrifugal/centrifuge "
	b, err := os.ReadFile(filepath.Join(s.Root, "server/bench/peers/centrifuge/go.mod"))
	if err != nil {
		return unknown
	}
	_, after, _ := strings.Cut(string(b), library)
	version, _, _ := strings.Cut(after, "\n")
	return strings.TrimSpace(version)
}
