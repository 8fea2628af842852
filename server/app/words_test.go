package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAWordListThatCannotBeReadNamesSettingAndLine(t *testing.T) {
	if words, err := readWords(""); err != nil || words != nil {
		t.Errorf("no list: %v, %v", words, err)
	}
	dir := t.TempDir()
	if _, err := readWords(filepath.Join(dir, "none.txt")); err == nil || !strings.Contains(err.Error(), "-word-list") {
		t.Errorf("a file that is not there: %v", err)
	}
	path := filepath.Join(dir, "words.txt")
	if err := os.WriteFile(path, []byte("fine\n...\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readWords(path); err == nil || !strings.Contains(err.Error(), "-word-list") || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a line without a word: %v", err)
	}
}
