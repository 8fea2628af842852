package previews

import (
	"net/url"
	"regexp"
	"strings"
)

// maxLink is the longest address that is looked at, in bytes.
const maxLink = 2048

var (
	// code is what stands between backticks: no address in it is a link.
	code = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	// address is what the page makes a link of: src/timeline/text.ts has the same.
	address = regexp.MustCompile("(?i)https?://[^\\s\\pZ<>\"'`\\x00-\\x1f\\x{200b}-\\x{200f}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}]+")
)

// LinkOf gives the link of a text that a preview stands for: its first; empty: there is none. One between < and > has
// none, and neither has any behind it: so its author says that no preview is wanted.
func LinkOf(text string) string {
	text = code.ReplaceAllString(text, " ")
	for _, at := range address.FindAllStringIndex(text, -1) {
		found := trim(text[at[0]:at[1]])
		if at[0] > 0 && text[at[0]-1] == '<' {
			return ""
		}
		if u, err := url.Parse(found); err == nil && len(found) <= maxLink && isPublicAddress(u) {
			u.Fragment, u.RawFragment = "", ""
			return u.String()
		}
	}
	return ""
}

// isPublicAddress says whether an address is one that may be called: with a host, and without a name and a password, which
// are nobody else's business.
func isPublicAddress(u *url.URL) bool {
	host := u.Hostname()
	return (strings.EqualFold(u.Scheme, "http") || strings.EqualFold(u.Scheme, "https")) &&
		host != "" && !strings.ContainsAny(host, "[]") && // url.Parse takes a host of brackets alone
		u.User == nil
}

// trim takes off what ends a sentence rather than a link: "(see https://example.com/a)" ends before the bracket,
// "https://example.com/a_(b)" does not.
func trim(link string) string {
	round, square := strings.Count(link, ")")-strings.Count(link, "("), strings.Count(link, "]")-strings.Count(link, "[")
	for link != "" {
		switch {
		case strings.HasSuffix(link, "…"):
			link = strings.TrimSuffix(link, "…")
			continue
		case strings.HasSuffix(link, ")"):
			if round <= 0 {
				return link
			}
			round--
		case strings.HasSuffix(link, "]"):
			if square <= 0 {
				return link
			}
			square--
		case !strings.ContainsAny(link[len(link)-1:], ".,;:!?*_~"):
			return link
		}
		link = link[:len(link)-1]
	}
	return link
}
