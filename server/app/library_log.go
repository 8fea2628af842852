package app

import (
	"log/slog"
	"strings"
)

// logger logs to standard error as the configuration says, and what libraries say with it.
func (e Environment) logger(c Config) *slog.Logger {
	logger := newLogger(c, e.Stderr)
	if e.Adopt != nil {
		e.Adopt(libraryLog{logger})
	}
	return logger
}

// libraryLog takes what a library writes to the process's own log: bleve does so where the
// files of the search index are damaged, before they are made anew. A line of its own form
// would break whoever reads the log as JSON.
type libraryLog struct{ logger *slog.Logger }

// Write takes one line.
func (l libraryLog) Write(line []byte) (int, error) {
	l.logger.Warn("a library says", "text", strings.TrimSpace(string(line)))
	return len(line), nil
}
