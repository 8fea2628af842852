package app

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/archive"
)

// accountsOf is a store's accounts for archives.
type accountsOf struct {
	auth.AccountStore
	auth.AccountArchive
}

func archiveStore(s store) archive.Store {
	return archive.Store{Rooms: s.Rooms(), Accounts: accountsOf{s.Accounts(), s.AccountArchive()}, Kept: s.Kept()}
}

// interruptible ends a command's context at Ctrl+C.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
}

// telling says on standard error how far a command is and how fast, when it takes long.
func telling(e Environment, what string) func(archive.Counts) {
	said, lines := time.Now(), 0
	return func(c archive.Counts) {
		passed := time.Since(said)
		if passed < progressEvery {
			return
		}
		rate := float64(c.Lines()-lines) / passed.Seconds()
		said, lines = time.Now(), c.Lines()
		fmt.Fprintf(e.Stderr, "%s: %v (%.0f/s)\n", what, c, rate)
	}
}

// export writes the log, its rooms and the accounts as lines.
func export(ctx context.Context, e Environment) error {
	var (
		c                Config
		room, out, files string
	)
	err := c.parseAll("export", e, func(flags *flag.FlagSet) {
		flags.StringVar(&room, "room", "", "only this room and what belongs to it: no accounts, no notifications")
		flags.StringVar(&out, "out", "", "the file to write; empty: standard output")
		flags.StringVar(&files, "files", "", "a folder for the contents of uploaded files; empty: only their records are written")
	})
	if err != nil {
		return err
	}
	ctx, restore := interruptible(ctx)
	defer restore()
	return withStore(ctx, c, e, func(s store) error {
		return writeTo(out, e.Stdout, func(w io.Writer) error {
			n, err := archive.Export(ctx, archiveStore(s), w, archive.ExportOptions{Room: rooms.RoomID(room), Files: files, Progress: telling(e, "exported")})
			if err != nil {
				return fmt.Errorf("export: %w", err)
			}
			fmt.Fprintf(e.Stderr, "Exported %v.\n", n)
			switch {
			case files == "" && n.Files > 0:
				fmt.Fprintln(e.Stderr, "The contents of the files are not in it: -files DIR writes them, too.")
			case n.Lacking > 0:
				fmt.Fprintf(e.Stderr, "%d files have no content in this store.\n", n.Lacking)
			}
			return nil
		})
	})
}

// writeTo gives a file that has its name only once it is whole and on the disk.
func writeTo(name string, stdout io.Writer, write func(io.Writer) error) error {
	if name == "" {
		w := bufio.NewWriter(stdout)
		return errors.Join(write(w), w.Flush())
	}
	if there, err := os.Stat(name); err == nil && !there.Mode().IsRegular() { // the new file would take a device's place
		return fmt.Errorf("-out %s: is no plain file: without -out all goes to standard output", name)
	}
	file, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*") // made for its owner alone
	if err != nil {
		return fmt.Errorf("-out %s: %w", name, err)
	}
	defer os.Remove(file.Name())
	w := bufio.NewWriter(file)
	if err := errors.Join(write(w), w.Flush(), file.Sync(), file.Close()); err != nil {
		return err
	}
	err = os.Rename(file.Name(), name)
	if err == nil {
		err = syncFolder(filepath.Dir(name))
	}
	if err != nil {
		return fmt.Errorf("-out %s: %w", name, err)
	}
	return nil
}

// syncFolder makes a file's name as durable as its content.
func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// importArchive reads what export wrote into a store.
func importArchive(ctx context.Context, e Environment) error {
	var (
		c         Config
		in, files string
		anew      bool
	)
	err := c.parseAll("import", e, func(flags *flag.FlagSet) {
		flags.StringVar(&in, "in", "", "the file to read; empty: standard input")
		flags.StringVar(&files, "files", "", "the folder that export wrote the contents of uploaded files to; empty: only their records are read")
		flags.BoolVar(&anew, "new-log-id", false, "void the numbers that clients have: for a backup that is restored after they went on")
	})
	if err != nil {
		return err
	}
	ctx, restore := interruptible(ctx)
	defer restore()
	return withStore(ctx, c, e, func(s store) error {
		file, err := spooled(in, e.Stdin)
		if err != nil {
			return fmt.Errorf("import: -in %s: %w", in, err)
		}
		defer file.Close()
		n, err := archive.Import(ctx, archiveStore(s), file, archive.ImportOptions{
			NewLogID: anew, Files: files, Checked: telling(e, "checked"), Progress: telling(e, "imported"),
		})
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		fmt.Fprintf(e.Stdout, "Imported %v that were not there.\n", n)
		if n.Lacking > 0 {
			fmt.Fprintf(e.Stdout, "%d files have no content here yet: import again with -files DIR.\n", n.Lacking)
		}
		return nil
	})
}

// spooled opens a file that can be read twice: standard input is written to one first.
func spooled(name string, stdin io.Reader) (*os.File, error) {
	if name != "" {
		return os.Open(name)
	}
	file, err := os.CreateTemp("", "roomstream-import-*")
	if err != nil {
		return nil, err
	}
	os.Remove(file.Name()) // it lives as long as it is open
	if _, err := io.Copy(file, stdin); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	_, err = file.Seek(0, io.SeekStart)
	return file, err
}

// verify tells what is not as the log says it must be.
func verify(ctx context.Context, e Environment) error { return look(ctx, e, "verify", false) }

// rebuild repairs what can be worked out from the log.
func rebuild(ctx context.Context, e Environment) error { return look(ctx, e, "rebuild", true) }

func look(ctx context.Context, e Environment, name string, repair bool) error {
	var c Config
	if err := c.parseAll(name, e, nil); err != nil {
		return err
	}
	ctx, restore := interruptible(ctx)
	defer restore()
	return withStore(ctx, c, e, func(s store) error {
		repaired, left := 0, 0
		n, err := archive.Verify(ctx, s.Rooms(), archive.VerifyOptions{
			Repair: repair, Progress: telling(e, "read"),
			Found: func(f archive.Finding) {
				if f.Repaired {
					repaired++
					fmt.Fprintln(e.Stdout, "repaired:", f.Text)
					return
				}
				left++
				fmt.Fprintln(e.Stdout, f.Text)
			},
		})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if left > 0 {
			return fmt.Errorf("%s: %d differences in %d rooms with %d events", name, left, n.Rooms, n.Events)
		}
		fmt.Fprintf(e.Stdout, "%d rooms with %d events are as they must be", n.Rooms, n.Events)
		if repaired > 0 {
			fmt.Fprintf(e.Stdout, ", after %d repairs", repaired)
		}
		fmt.Fprintln(e.Stdout, ".")
		return nil
	})
}
