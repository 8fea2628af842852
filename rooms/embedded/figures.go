package embedded

import (
	"fmt"
	"os"

	"roomstream/rooms/tally"
)

// Figures are what a Store has counted since it was opened, and how it stands.
type Figures struct {
	Size    int64         // bytes of the file, without the contents of uploads and the search
	Commits tally.Buckets // ns of transactions that wrote, the flushes to the disk included
	Failed  error         // why nothing is accepted any more; nil: all is well
}

// Figures reads the counts; the error is of reading the file's size.
func (s *Store) Figures() (Figures, error) {
	f := Figures{Commits: s.file.commits.Read(), Failed: s.file.failed()}
	info, err := os.Stat(s.file.db.Path())
	if err != nil {
		return f, fmt.Errorf("look at the size of the data file: %w", err)
	}
	f.Size = info.Size()
	return f, nil
}
