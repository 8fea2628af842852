package app

import (
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"roomstream/web"
)

// partsSpec is the version of CycloneDX that is written: what most scanners read.
const partsSpec = cdx.SpecVersion1_6

// printParts writes what a program is made of: the Go modules that the linker took, as they stand in the program itself, and
// the npm packages that the embedded page was built from. The document is the same for every build of the same sources.
func printParts(_ context.Context, e Environment) error {
	flags := flag.NewFlagSet("sbom", flag.ContinueOnError)
	flags.SetOutput(e.Stderr)
	binary := flags.String("binary", "", "another roomstream, for any platform, built from the same sources and page; empty: this one")
	out := flags.String("out", "", "the file to write; empty: standard output")
	if err := flags.Parse(e.Args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("sbom: %q is no flag: sbom [-binary FILE] [-out FILE]", flags.Arg(0))
	}
	info, err := infoOf(*binary)
	if err != nil {
		return err
	}
	packages, err := web.Packages()
	if err != nil {
		return fmt.Errorf("sbom: %w", err)
	}
	document := parts(info, e.Release, packages)
	return writeTo(*out, e.Stdout, func(w io.Writer) error { return writeParts(w, document) })
}

func writeParts(w io.Writer, document *cdx.BOM) error {
	return cdx.NewBOMEncoder(w, cdx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(document, partsSpec)
}

func infoOf(binary string) (*debug.BuildInfo, error) {
	if binary != "" {
		info, err := buildinfo.ReadFile(binary)
		if err != nil {
			return nil, fmt.Errorf("sbom: -binary: %w", err)
		}
		return info, nil
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil, errors.New("sbom: this program was built without modules: build it with `go build ./server`")
	}
	return info, nil
}

// parts makes the document. Every part hangs directly from the program: who uses whom among them is not in the program.
func parts(info *debug.BuildInfo, release Release, packages []web.Package) *cdx.BOM {
	built := release.of(info)
	program := cdx.Component{
		BOMRef: "roomstream", Type: cdx.ComponentTypeApplication, Name: "roomstream", Version: built.Version,
		Properties: &[]cdx.Property{
			{Name: "roomstream:os", Value: built.OS}, {Name: "roomstream:arch", Value: built.Arch}, {Name: "roomstream:commit", Value: built.Commit},
		},
	}
	all := []cdx.Component{goComponent("std", strings.TrimPrefix(built.Go, "go"), "")}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		all = append(all, goComponent(m.Path, m.Version, m.Sum))
	}
	for _, p := range packages {
		all = append(all, npmComponent(p))
	}
	document := cdx.NewBOM()
	document.Components = &all
	document.Metadata = &cdx.Metadata{Component: &program, Lifecycles: &[]cdx.Lifecycle{{Phase: cdx.LifecyclePhaseBuild}}}
	if built.CommittedAt != nil {
		document.Metadata.Timestamp = built.CommittedAt.UTC().Format(time.RFC3339)
	}
	refs := make([]string, len(all))
	for i, c := range all {
		refs[i] = c.BOMRef
	}
	document.Dependencies = &[]cdx.Dependency{{Ref: program.BOMRef, Dependencies: &refs}}
	// Some npm packages are bundles of others, which their makers list; without a page none of them is known.
	aggregate := cdx.CompositionAggregateIncomplete
	if len(packages) == 0 {
		aggregate = cdx.CompositionAggregateUnknown
	}
	document.Compositions = &[]cdx.Composition{{Aggregate: aggregate, Assemblies: &[]cdx.BOMReference{cdx.BOMReference(program.BOMRef)}}}
	document.SerialNumber = serialOf(built, refs)
	return document
}

// goComponent: sum is the checksum of go.sum, over a module's files. It is no hash of one file, so it stands as a property.
func goComponent(path, version, sum string) cdx.Component {
	purl := "pkg:golang/" + path + "@" + url.QueryEscape(version)
	c := cdx.Component{BOMRef: purl, Type: cdx.ComponentTypeLibrary, Name: path, Version: version, PackageURL: purl}
	if sum != "" {
		c.Properties = &[]cdx.Property{{Name: "go:sum", Value: sum}}
	}
	return c
}

func npmComponent(p web.Package) cdx.Component {
	purl := "pkg:npm/" + strings.ReplaceAll(p.Name, "@", "%40") + "@" + url.QueryEscape(p.Version)
	c := cdx.Component{BOMRef: purl, Type: cdx.ComponentTypeLibrary, Name: p.Name, Version: p.Version, PackageURL: purl}
	if p.License != "" {
		c.Licenses = &cdx.Licenses{{Expression: p.License}}
	}
	return c
}

// serialOf is a UUID of version 8 (RFC 9562) that follows from what is listed.
func serialOf(built build, refs []string) string {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{built.Version, built.Commit, built.OS, built.Arch}, refs...), "\n")))
	id := sum[:16]
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}
