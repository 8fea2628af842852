package rooms

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"roomstream/auth"
)

const (
	// MaxProfileName is the longest name set by hand, in code points; one of a token is cut
	// there. Longer ones could not be mentioned: see maxMentionName.
	MaxProfileName = 64
	// MaxAvatar is the longest address of an avatar, in bytes.
	MaxAvatar = 2048
	// maxWords bounds by how many of its words a name is found.
	maxWords = 10
	// MaxProfileQuery is the longest beginning of a word that is looked for, in code points;
	// words are kept up to there.
	MaxProfileQuery = 64
)

// ProfileKey is by what names are compared: without regard to case, composition, width and how many spaces part the words.
func ProfileKey(name string) string {
	return strings.Join(strings.Fields(auth.NameKey(name)), " ")
}

// CleanName makes a name that one line of a page may show out of a token's: without control
// characters and such as change the direction of text, and of at most MaxProfileName code
// points. It may be empty.
func CleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = strings.TrimSpace(firstRunes(strings.TrimSpace(name), MaxProfileName))
	if !strings.ContainsFunc(name, showsItself) {
		return ""
	}
	return name
}

// showsItself says of a character that it can be seen by itself.
func showsItself(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.S, unicode.P) }

// firstRunes gives at most n code points of a text.
func firstRunes(text string, n int) string {
	for i := range text {
		if n--; n < 0 {
			return text[:i]
		}
	}
	return text
}

// Key is the name's ProfileKey; empty: the profile has no name.
func (p *Profile) Key() string { return ProfileKey(p.Name) }

// Words are what a profile is found by: the rest of the name's key from each of its words on, and the
// key of the id, each of at most MaxProfileQuery code points, each once.
func (p *Profile) Words() []string {
	words := []string{firstRunes(ProfileKey(string(p.UserID)), MaxProfileQuery)}
	add := func(word string) {
		word = firstRunes(word, MaxProfileQuery)
		for _, have := range words {
			if have == word {
				return
			}
		}
		words = append(words, word)
	}
	key, inside := p.Key(), false
	for i, r := range key {
		if begins := !inside && (inWord(r) || i == 0); begins && len(words) <= maxWords {
			add(key[i:])
		}
		inside = inWord(r)
	}
	return words
}

// inWord says of a character that words are made of it.
func inWord(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.M) || r == '_' }

// checkProfileName takes a name set by hand.
func checkProfileName(name string) error {
	if err := checkLine("name", name, MaxProfileName); err != nil {
		return err
	}
	if !strings.ContainsFunc(name, showsItself) {
		return BadField("name", "must hold a visible character: give null for the token's")
	}
	return nil
}

// checkAvatar takes the address of a picture that a page may show: nothing that runs, and nothing that is sent in the clear.
func checkAvatar(address string) error {
	const must = "must be an https URL of at most %d bytes, or null"
	if len(address) > MaxAvatar || !utf8.ValidString(address) {
		return BadField("avatar", must, MaxAvatar)
	}
	if err := checkLine("avatar", address, MaxAvatar); err != nil {
		return err
	}
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "https" || parsed.Hostname() == "" || parsed.User != nil || strings.ContainsFunc(address, unicode.IsSpace) {
		return BadField("avatar", must, MaxAvatar)
	}
	return nil
}
