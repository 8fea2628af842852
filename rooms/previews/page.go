package previews

import (
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

const (
	// maxPage is how much of a page is read, in bytes: its head comes first, and some put much script before their title.
	maxPage = 512 << 10
	// maxToken is the longest tag or text that is read, in bytes.
	maxToken = 64 << 10
	// maxTitle and maxDescription are in code points: a line or two, and three.
	maxTitle       = 200
	maxDescription = 400
)

// errNoTitle says that a page does not say what it is called.
var errNoTitle = errors.New("the page has no title")

// readPage reads what a page says of itself: by Open Graph, by its title and its description. contentType is the header
// the page came with.
func readPage(body io.Reader, contentType string) (Preview, error) {
	text, err := charset.NewReader(io.LimitReader(body, maxPage), contentType)
	if err != nil {
		return Preview{}, err
	}
	said := map[string]string{}
	tokens := html.NewTokenizer(text)
	tokens.SetMaxBuf(maxToken)
	for inTitle := false; ; {
		switch tokens.Next() {
		case html.ErrorToken:
			// What was read until it broke off may do.
			return previewOf(said)
		case html.TextToken:
			if inTitle && said["title"] == "" {
				said["title"] = tokens.Token().Data
			}
		case html.EndTagToken:
			inTitle = false
			if name, _ := tokens.TagName(); string(name) == "head" {
				return previewOf(said)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			token := tokens.Token()
			inTitle = token.Data == "title"
			if token.Data == "body" {
				return previewOf(said)
			}
			if token.Data == "meta" {
				note(said, token.Attr)
			}
		}
	}
}

// note keeps what a <meta> says, the first of each kind.
func note(said map[string]string, attributes []html.Attribute) {
	var name, content string
	for _, a := range attributes {
		switch a.Key {
		case "property", "name":
			name = strings.ToLower(a.Val)
		case "content":
			content = a.Val
		}
	}
	switch name {
	case "og:title", "og:description", "description", "twitter:title", "twitter:description":
		if said[name] == "" {
			said[name] = content
		}
	}
}

func previewOf(said map[string]string) (Preview, error) {
	p := Preview{
		Title:       first(maxTitle, said["og:title"], said["twitter:title"], said["title"]),
		Description: first(maxDescription, said["og:description"], said["twitter:description"], said["description"]),
	}
	if p.Title == "" {
		return Preview{}, errNoTitle
	}
	return p, nil
}

// first gives the first of some texts that says something, as plain text of one line.
func first(most int, texts ...string) string {
	for _, text := range texts {
		if plain := line(text, most); plain != "" {
			return plain
		}
	}
	return ""
}

// line makes one line of a text: without control characters and such as change the direction of text, cut to so many
// code points.
func line(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == utf8.RuneError, unicode.Is(unicode.Bidi_Control, r), r == '\ufeff':
			return -1
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if !strings.ContainsFunc(text, unicode.IsGraphic) {
		return "" // nobody would see it
	}
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return strings.TrimRight(string([]rune(text)[:most-1]), " ") + "…"
}
