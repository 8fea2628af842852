package previews

import (
	"strings"
	"testing"
)

func TestLinkOf(t *testing.T) {
	for text, want := range map[string]string{
		"":                                           "",
		"no link, ftp://a.example":                   "",
		"see https://a.example/b?c=d#e":              "https://a.example/b?c=d",
		"(see https://a.example/b).":                 "https://a.example/b",
		"https://a.example/b_(c) and":                "https://a.example/b_(c)",
		"[words](https://a.example/b)!":              "https://a.example/b",
		"http://first.example http://second.example": "http://first.example",
		"**https://a.example/**":                     "https://a.example/",
		"HTTPS://A.example":                          "https://A.example",
		"<https://a.example>":                        "",
		"<https://a.example> https://b.example":      "",
		"https://b.example <https://a.example>":      "https://b.example",
		"`https://a.example` https://b.example":      "https://b.example",
		"```\nhttps://a.example\n``` x":              "",
		"https://user:word@a.example":                "",
		"https://user@a.example https://b.example":   "https://b.example",
		"https://":                    "",
		"https://a.example/\u202ecod": "https://a.example/",
		"https://a.example…":          "https://a.example",
		"https://a.example/" + strings.Repeat("x", 3000): "",
		"https://[::1":                   "",
		"\x00https://a.example":          "https://a.example",
		"https://münchen.example/ü":      "https://m%C3%BCnchen.example/%C3%BC",
		strings.Repeat("https://", 1000): "",
		strings.Repeat("(", 4000) + "https://a.example/" + strings.Repeat(")", 4000): "https://a.example/",
	} {
		if got := LinkOf(text); got != want {
			t.Errorf("%.60q: %q, want %q", text, got, want)
		}
	}
}

func FuzzLinkOf(f *testing.F) {
	for _, text := range []string{"see https://a.example/b_(c)).", "<http://x>", "`https://a`", "https://[::1]/?q#f"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		link := LinkOf(text)
		if link != "" && LinkOf(link) == "" && len(link) <= maxLink {
			t.Errorf("%q gives %q, which is none", text, link)
		}
	})
}
