package auth

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxAccountName is the longest name of an account or a guest, in characters: a
// name stands on one line beside every message, also on a phone.
const maxAccountName = 32

// cleanName gives the form in which a typed name is kept: without space around it
// and composed (NFC), so that one name has one spelling whatever keyboard wrote it.
// It returns a *FieldError for a name that cannot be kept.
func cleanName(typed string) (string, error) {
	if !utf8.ValidString(typed) {
		return "", &FieldError{Field: "name", Message: "must be valid UTF-8"}
	}
	name := norm.NFC.String(strings.TrimSpace(typed))
	if n := utf8.RuneCountInString(name); n == 0 || n > maxAccountName {
		return "", &FieldError{Field: "name", Message: "must be 1 to 32 characters"}
	}
	if strings.ContainsFunc(name, hidden) {
		return "", &FieldError{Field: "name", Message: "must not hold control or invisible characters"}
	}
	if !strings.ContainsFunc(name, visible) {
		return "", &FieldError{Field: "name", Message: "must hold a letter, a digit or a symbol"}
	}
	return name, nil
}

// hidden tells of characters that nobody sees in a name: with them, two accounts
// could look alike, or a name could turn the text around it (bidi overrides). The
// joiners U+200C and U+200D stay: Persian words and emoji need them.
func hidden(r rune) bool {
	if r == '\u200c' || r == '\u200d' {
		return false
	}
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

func visible(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.S, unicode.P) }

// NameKey is what must be unique among accounts: names that differ only in case, in
// composition or in width (NFKC) have one key. Stores index accounts by it.
func NameKey(name string) string {
	return norm.NFKC.String(strings.Map(foldRune, norm.NFKC.String(strings.TrimSpace(name))))
}

// foldRune gives the least of the characters that differ from r only in case, so
// that two names have one key exactly when strings.EqualFold holds them equal.
func foldRune(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
}
